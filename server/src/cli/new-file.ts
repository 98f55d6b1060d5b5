import { closeSync, fsyncSync, linkSync, openSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newId } from '../crypto/tokens.ts';

/** A name in the folder of a file for what is not whole yet. */
export function partOf(file: string): string {
  return join(dirname(file), `.warifu-${newId()}.part`);
}

/** Makes an empty file that only its owner may read. */
export function createPrivate(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/**
 * Gives a file that is whole its name: after this it is on the disk under it. What has the name already stays.
 * @throws Error when something has it
 */
export function placeNew(part: string, file: string): void {
  sync(part);
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${file} is there already, and nothing is overwritten. Name another file.`, { cause: error });
  }
  rmSync(part);
  sync(dirname(file));
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Bytes; with less, SQLite cannot even make the files beside a database that it reads. */
const leastFree = 1024 * 1024;

/**
 * Does work that fills a folder. That there is no room is said in many ways, some of which sound like damage.
 * @param what is written, such as `the backup`
 * @throws Error that says so where the folder is full, with nothing written; else what the work throws
 */
export async function withRoom<T>(folder: string, what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isFull = says(error, fullInWords) || (says(error, sqliteCannot) && freeIn(folder) < leastFree);
    if (!isFull) throw error;
    throw new Error(
      `There is no room for ${what} in ${folder}, and nothing was written. Make room, or name another place.`,
      {
        cause: error,
      },
    );
  }
}

type Trouble = { readonly code?: string; readonly errcode?: number; readonly message: string };

const fullInWords = ({ code = '', errcode = 0, message }: Trouble) =>
  /^(ENOSPC|EDQUOT|EFBIG)$/.test(code) ||
  (errcode & 0xff) === 13 ||
  /No space left on device|Disk quota exceeded|File too large/.test(message);

/** SQLITE_IOERR, CANTOPEN. */
const sqliteCannot = ({ errcode = 0 }: Trouble) => [10, 14].includes(errcode & 0xff);

/** Of an error, or what caused it. */
function says(error: unknown, what: (trouble: Trouble) => boolean): boolean {
  return error instanceof Error && (what(error) || says(error.cause, what));
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
