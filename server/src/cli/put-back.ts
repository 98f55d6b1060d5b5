import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { asideName, engineOf, fileOf, isUsed, loadDump } from '../db/copies.ts';
import { asHostCommand, type Db, migrate, openDatabase } from '../db/database.ts';
import type { Reach } from '../db/postgres-tools.ts';
import { checkpointSqlite, damageOf } from '../db/sqlite.ts';
import { markUnfinished } from '../restored/end.ts';
import { createPrivate, partOf, sync, withRoom } from './new-file.ts';

export type Put = {
  readonly reach: Reach;
  /** The backup. */
  readonly file: string;
  /** What the database of before is named by. */
  readonly stamp: string;
  readonly replace: boolean;
};

type PutBack<T> = { readonly keptAs: string | undefined; readonly ended: T };

/**
 * Puts a backup in the place of a database.
 * @param finish what follows from a restore, in the database; it is done when the backup is in its place
 * @param after what is done when it is
 * @throws Error that says why nothing was changed
 */
export async function putBack<T>(
  put: Put,
  finish: (db: Db) => Promise<T>,
  after: (db: Db) => Promise<void>,
): Promise<PutBack<T>> {
  const done = engineOf(put.reach.url) === 'sqlite' ? await putFile(put, finish) : await putDump(put, finish);
  const db = openDatabase(put.reach.url, () => {}, asHostCommand);
  try {
    await after(db);
  } finally {
    await db.destroy();
  }
  return done;
}

async function putFile<T>({ reach, file, stamp, replace }: Put, finish: (db: Db) => Promise<T>): Promise<PutBack<T>> {
  const target = fileOf(reach.url);
  const wal = `${target}-wal`;
  const isThere = existsSync(target) || existsSync(wal);
  if (isThere && !replace) throw new Error(occupied(target));
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const part = partOf(target);
  const work = async () => {
    createPrivate(part);
    copyFileSync(file, part);
    chmodSync(part, 0o600);
    const damage = damageOf(part);
    if (damage.length > 0)
      throw new Error(['The database in the backup is damaged. Nothing was changed.', ...damage].join('\n'));
    const ended = await inDatabase(`sqlite:${part}`, finish);
    sync(part);
    return ended;
  };
  try {
    const ended = await withRoom(dirname(target), 'the database', work);
    const keptAs = `${target}.before-restore-${stamp}`;
    if (isThere) keepAside(target, keptAs);
    renameSync(part, target);
    sync(dirname(target));
    return { keptAs: isThere ? keptAs : undefined, ended };
  } finally {
    for (const rest of [part, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true });
  }
}

/**
 * Keeps a database under another name, and what its WAL holds with it. A stale WAL must not lie beside the backup: SQLite
 * would take it for its own. Where the WAL can be brought in, the old one stays in its place until the backup takes it.
 */
function keepAside(target: string, keptAs: string): void {
  const wal = `${target}-wal`;
  if (checkpointSqlite(target) && !existsSync(wal)) {
    linkSync(target, keptAs);
    return;
  }
  // It is damaged. A stop between these leaves no database in place, and a server then refuses to make a new one.
  if (existsSync(target)) renameSync(target, keptAs);
  if (existsSync(wal)) renameSync(wal, `${keptAs}-wal`);
  rmSync(`${target}-shm`, { force: true });
}

async function putDump<T>({ reach, file, stamp, replace }: Put, finish: (db: Db) => Promise<T>): Promise<PutBack<T>> {
  const state = await isUsed(reach);
  if (state === 'with data' && !replace) throw new Error(occupied('The database'));
  const keptAs = state === 'empty' ? undefined : asideName(stamp);
  await loadDump(reach, { file, keptAs, last: [markUnfinished] });
  return { keptAs: keptAs === undefined ? undefined : `schema ${keptAs}`, ended: await inDatabase(reach.url, finish) };
}

function occupied(place: string): string {
  return `${place} is there already, and nothing was changed. To keep it aside and take its place: --replace`;
}

async function inDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openDatabase(url, () => {}, asHostCommand);
  try {
    await migrate(db);
    return await work(db);
  } finally {
    await db.destroy();
  }
}
