import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, PostgresAdapter, sql, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import serverPackage from '../../package.json' with { type: 'json' };
import { type Migrations, migrations, notedVersion, noting } from './migrations/index.ts';
import { postgresDialect } from './postgres.ts';
import type { Database } from './schema.ts';
import { hasTable, keepSqlite, lockSqlite, sqliteDialect, unseen } from './sqlite.ts';
import type { Manners as FileManners } from './sqlite-groups.ts';
import { NewerDatabase, startFailure } from './start-failure.ts';

/** A handle for queries: the database itself or a running transaction. A function that takes one joins it. */
export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

/** How a process shares a database with others; a host command has time. */
export type Manners = FileManners & {
  /**
   * Milliseconds for which the answer to one statement is waited for on PostgreSQL, and all of them that a request needs:
   * with the way there, less than five seconds.
   */
  readonly answer: number;
  /** Milliseconds for which a connection to it is waited for. */
  readonly connection: number;
};
export const asServer: Manners = { patience: 1000, pause: 0, answer: 4000, connection: 3000 };
export const asHostCommand: Manners = { patience: 5000, pause: 2 * unseen, answer: 60_000, connection: 3000 };

/** Opens the database of a URL (`sqlite:<file>` or `postgres://…`). Nothing else in the server knows an engine. */
export function openDatabase(url: string, onError: (error: Error) => void, manners = asServer): Db {
  const dialect = url.startsWith('sqlite:')
    ? sqliteDialect(url.slice('sqlite:'.length), manners)
    : postgresDialect(url, onError, { answer: manners.answer, connection: manners.connection });
  return new Kysely<Database>({ dialect });
}

/** How a database is opened; what is left out is as a server does it. */
export type Opening = { readonly manners?: Manners; readonly steps?: Migrations };

/**
 * Opens a database and brings its schema up to date. A file that holds data is copied beside itself before.
 * @param onError called when a connection breaks
 * @throws ConfigError, or Error, that tells who starts the program what to do
 */
export async function openUpToDate(url: string, onError: (error: Error) => void, opening: Opening = {}): Promise<Db> {
  const { manners, steps = migrations } = opening;
  let db: Db | undefined;
  try {
    db = openDatabase(url, onError, manners);
    const [first] = await upgradeOf(db, steps);
    if (first !== undefined && isForOneServer(url)) await keepSqlite(url.slice('sqlite:'.length), `before-${first}`);
    await migrate(db, steps);
    return db;
  } catch (error) {
    await db?.destroy();
    throw startFailure(url, error);
  }
}

/**
 * Whether a URL leads to a database that Warifu has used. Nothing is made or changed.
 * @throws ConfigError, or Error, that tells who starts the program what to do
 */
export async function isWarifuDatabase(url: string): Promise<boolean> {
  const table = 'server_state';
  let db: Db | undefined;
  try {
    if (url.startsWith('sqlite:')) return hasTable(url.slice('sqlite:'.length), table);
    db = openDatabase(url, () => {});
    return (await db.introspection.getTables()).some(({ name }) => name === table);
  } catch (error) {
    throw startFailure(url, error);
  } finally {
    await db?.destroy();
  }
}

/**
 * Which database of which cluster this is, as the server of a database tells it: a copy that was loaded from a dump is
 * another one. Undefined for a file, which knows nothing of the kind.
 */
export async function identityOf(db: Db): Promise<string | undefined> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return undefined;
  const one = async (query: ReturnType<typeof sql<{ id: string }>>) => (await query.execute(db)).rows[0]?.id ?? '';
  const database = await one(sql`select oid::text as id from pg_database where datname = current_database()`);
  // Some services that speak PostgreSQL have no such function, or keep it to themselves.
  const cluster = await one(sql`select system_identifier::text as id from pg_control_system()`).catch(() => '');
  return `${cluster}/${database}`;
}

/** The migrations that a database has, in order. */
export async function migrationsOf(db: Db): Promise<string[]> {
  const all = await migratorOf(db, migrations).getMigrations();
  return all.filter(({ executedAt }) => executedAt !== undefined).map(({ name }) => name);
}

/** Whether only one server at a time can run on a database. */
export function isForOneServer(url: string): boolean {
  return url.startsWith('sqlite:');
}

/**
 * Claims the database for this server process. Only an embedded file allows one server at a time.
 * @throws Error when another server runs on the same file
 */
export function claimServer(url: string): () => void {
  if (!isForOneServer(url)) return () => {};
  const release = lock(url);
  if (!release) {
    throw new Error(
      `Another Warifu server is running on ${url.slice('sqlite:'.length)}. Stop it, or use PostgreSQL for many servers.`,
    );
  }
  return release;
}

/**
 * Takes the lock of any file for this process; the kernel drops it when the process ends, however it ends.
 * @returns undefined when another process holds it; else the function that releases it
 */
export function lockFile(file: string): (() => void) | undefined {
  return lockSqlite(file, 'lock');
}

function lock(url: string): (() => void) | undefined {
  try {
    return lockSqlite(url.slice('sqlite:'.length));
  } catch (error) {
    throw startFailure(url, error);
  }
}

/**
 * Brings the schema up to date, under the engine's lock, in one transaction: whenever it is cut off, nothing was done.
 * @throws NewerDatabase when it was made by a newer version; Error with the cause when a migration fails
 */
export async function migrate(db: Db, steps: Migrations = migrations): Promise<void> {
  const { error } = await migratorOf(db, noting(steps, serverPackage.version)).migrateToLatest();
  if (!error) return;
  const [, newer] = /previously executed migration (\S+) is missing/.exec((error as Error).message) ?? [];
  if (newer !== undefined) throw new NewerDatabase(newer, await notedVersion(db), serverPackage.version);
  throw new Error('The database could not be brought up to date.', { cause: error });
}

/** The migrations that a database with data lacks. */
async function upgradeOf(db: Db, steps: Migrations): Promise<string[]> {
  const all = await migratorOf(db, steps).getMigrations();
  const missing = all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
  return missing.length === all.length ? [] : missing;
}

function migratorOf(db: Db, steps: Migrations): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => steps } });
}

/** Whether the database has every migration; throws when it does not answer. */
export async function isReady(db: Db): Promise<boolean> {
  const all = await migratorOf(db, migrations).getMigrations();
  return all.every((migration) => migration.executedAt !== undefined);
}

/** Bytes that are free where an SQLite file grows; undefined for a database that keeps its own disk. */
export async function freeSpaceOf(url: string): Promise<number | undefined> {
  if (!isForOneServer(url)) return undefined;
  const { bavail, bsize } = await statfs(dirname(url.slice('sqlite:'.length)));
  return bavail * bsize;
}

/**
 * A query whose rows stay as they are until the transaction is over. SQLite has one writer, which needs no lock of a row.
 * Foreign keys may still refer to the row meanwhile.
 */
export function lockedRow<Q extends { forNoKeyUpdate(): Q }>(db: Db, query: Q): Q {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return isPostgres ? query.forNoKeyUpdate() : query;
}

/** Milliseconds since 1970, by the clock of the machine that the database runs on. */
export async function databaseTime(db: Db): Promise<number> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const own = isPostgres
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
  return (await db.selectNoFrom(own.as('now')).executeTakeFirstOrThrow()).now;
}

const retries = 3;

/** Runs a whole transaction; deadlocks and serialization failures are repeated, the rest is thrown. */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt > retries || !['40P01', '40001'].includes(sqlState(error))) throw error;
    }
  }
}

/** Whether an error means that the storage cannot be used now, as opposed to a mistake of ours. */
export function isStorageFailure(error: unknown): boolean {
  const state = sqlState(error);
  if (state === 'ERR_SQLITE_ERROR') return sqliteTrouble.has(Number((error as { errcode?: number }).errcode) & 0xff);
  // 28, 3D and 55000 come when connecting: password changed, database away, or closed to connections.
  // 40: a deadlock that came again and again; nothing of it was done.
  if (/^(08|25006|28|3D|40|53|57|55000|55P03|58)/.test(state)) return true;
  if (networkTrouble.has(state) || /CERT|^ERR_TLS/.test(state)) return true;
  return (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated|not queryable/.test(error.message)
  );
}

/** Why the storage takes nothing now, in a word for who looks after it. */
export type StorageTrouble =
  | 'disk full'
  | 'read only'
  | 'locked'
  | 'too slow'
  | 'damaged'
  | 'disk error'
  | 'too many connections'
  | 'does not answer';

/** What an error of the storage means. */
export function storageTrouble(error: unknown): StorageTrouble {
  const state = sqlState(error);
  if (state === 'ERR_SQLITE_ERROR') {
    return sqliteTroubles[Number((error as { errcode?: number }).errcode) & 0xff] ?? 'disk error';
  }
  return postgresTroubles[state] ?? 'does not answer';
}

const sqliteTroubles: Readonly<Record<number, StorageTrouble>> = {
  5: 'locked',
  6: 'locked',
  8: 'read only',
  11: 'damaged',
  13: 'disk full',
  26: 'damaged',
};

const postgresTroubles: Readonly<Record<string, StorageTrouble>> = {
  25006: 'read only',
  53100: 'disk full',
  53300: 'too many connections',
  '55P03': 'locked',
  57014: 'too slow',
  58030: 'disk error',
  XX001: 'damaged',
  XX002: 'damaged',
};

/** Whether an error is the violation of a unique index. */
export function isDuplicate(error: unknown): boolean {
  return (
    sqlState(error) === '23505' || (error instanceof Error && error.message.startsWith('UNIQUE constraint failed'))
  );
}

const networkTrouble = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** SQLITE_BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN. */
const sqliteTrouble = new Set([5, 6, 7, 8, 10, 11, 13, 14]);

function sqlState(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
