import { sql } from 'kysely';
import { type Db, openDatabase } from './database.ts';
import { dumpPostgres, listDump, type Reach, ToolError } from './postgres-tools.ts';
import { copySqlite, damageOf } from './sqlite.ts';
import { startFailure } from './start-failure.ts';

export type Engine = 'sqlite' | 'postgres';

export function engineOf(url: string): Engine {
  return url.startsWith('sqlite:') ? 'sqlite' : 'postgres';
}

/** The file of an embedded database. */
function fileOf(url: string): string {
  return url.slice('sqlite:'.length);
}

export type Copied<T> = { readonly damage: readonly string[]; readonly seen: T | undefined };

/**
 * Copies a database, as it is at one moment, beside servers that use it. Nothing is changed in it.
 * @param file is empty or not there
 * @param look reads what the copy holds; it is not asked when the copy is damaged
 * @returns what the engine found wrong, and what was read
 * @throws Error that tells who runs the program what to do
 */
export async function copyDatabase<T>(reach: Reach, file: string, look: (db: Db) => Promise<T>): Promise<Copied<T>> {
  try {
    return engineOf(reach.url) === 'sqlite' ? await copyFile(reach.url, file, look) : await dump(reach, file, look);
  } catch (error) {
    throw error instanceof ToolError ? error : startFailure(reach.url, error);
  }
}

async function copyFile<T>(url: string, file: string, look: (db: Db) => Promise<T>): Promise<Copied<T>> {
  await copySqlite(fileOf(url), file);
  const damage = damageOf(file);
  if (damage.length > 0) return { damage, seen: undefined };
  const copy = openDatabase(`sqlite:${file}`, () => {});
  try {
    return { damage, seen: await look(copy) };
  } finally {
    await copy.destroy();
  }
}

async function dump<T>(reach: Reach, file: string, look: (db: Db) => Promise<T>): Promise<Copied<T>> {
  const db = openDatabase(reach.url, () => {});
  try {
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (moment) => {
        // It only waits, for as long as the program below needs for what is read here too.
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(moment);
        const { rows } = await sql<{ snapshot: string; version: string }>`
          select pg_export_snapshot() as snapshot, current_setting('server_version_num') as version`.execute(moment);
        const { snapshot = '', version = '' } = rows[0] ?? {};
        await dumpPostgres(reach, snapshot, file, Number(version));
        await listDump(reach, file);
        return { damage: [], seen: await look(moment) };
      });
  } finally {
    await db.destroy();
  }
}
