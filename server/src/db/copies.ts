import { sql } from 'kysely';
import { type Db, openDatabase } from './database.ts';
import { dumpPostgres, type Load, listDump, loadPostgres, type Reach, ToolError } from './postgres-tools.ts';

export { asideName } from './postgres-tools.ts';

import { copySqlite, damageOf } from './sqlite.ts';
import { startFailure } from './start-failure.ts';

export type Engine = 'sqlite' | 'postgres';

export function engineOf(url: string): Engine {
  return url.startsWith('sqlite:') ? 'sqlite' : 'postgres';
}

/** The file of an embedded database. */
export function fileOf(url: string): string {
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

/**
 * Whether a database of a server holds anything, with no server of ours on it.
 * @throws Error when other programs of ours are connected, or that tells who runs the program what to do
 */
export async function isUsed({ url }: Reach): Promise<'empty' | 'without data' | 'with data'> {
  const db = openDatabase(url, () => {});
  try {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name = 'warifu' and pid <> pg_backend_pid()`.execute(db);
    if ((rows[0]?.count ?? 0) > 0) {
      throw new ToolError('A Warifu server is connected to this database. Stop every one of them first.');
    }
    const tables = (await db.introspection.getTables()).map(({ name }) => name);
    if (tables.length === 0) return 'empty';
    if (!tables.includes('audit_heads')) return 'with data';
    const head = await db.selectFrom('audit_heads').select('operator_id').limit(1).executeTakeFirst();
    return head === undefined ? 'without data' : 'with data';
  } catch (error) {
    throw error instanceof ToolError ? error : startFailure(url, error);
  } finally {
    await db.destroy();
  }
}

/** Loads a dump in one transaction: all of it is there, with the last statements, or nothing. */
export async function loadDump(reach: Reach, load: Omit<Load, 'server'>): Promise<void> {
  const db = openDatabase(reach.url, () => {});
  let server: number;
  try {
    const { rows } = await sql<{ version: string }>`select current_setting('server_version_num') as version`.execute(
      db,
    );
    server = Number(rows[0]?.version);
  } finally {
    await db.destroy();
  }
  await loadPostgres(reach, { ...load, server });
}
