import { closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
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
