import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { registerReads } from './reads.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { type Manners, sqliteGroups, type Turn } from './sqlite-groups.ts';
import { statementsOf } from './sqlite-statements.ts';

/** Milliseconds for which a server may not see what another process has committed; host commands wait it out. */
export const unseen = 1;

/** Milliseconds for which a question before the start waits for other processes. */
const asked = 5000;

/**
 * Milliseconds for which a read may hold the process up. Writers hold up no reader; only who repairs the file after a
 * crash does, for less than this, and nobody can while it is open here.
 */
const shortly = 20;

/** Oldest SQLite without the defect that can lose committed writes of a WAL with several connections. */
const oldestSafe = [3, 51, 3] as const;

/**
 * Opens the embedded database twice, asserts the settings that "committed" rests on, and adapts it to Kysely: writes
 * take turns on one connection; what is read outside a transaction never waits for them (decision 0020).
 * @throws Error when SQLite is too old or a setting does not hold
 */
export function sqliteDialect(file: string, { patience, pause }: Manners): Dialect {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const writer = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true });
  writer.exec(`PRAGMA busy_timeout = ${patience}; PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0;`);
  // Temporary files would lie outside the data folder, which a container may have nothing writable beside.
  writer.exec('PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;');
  assertSettings(writer);
  const reader = new DatabaseSync(file, { timeout: shortly });
  reader.exec('PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;');
  const adapter = new SqliteAdapter();
  // The driver below gives every transaction its turn; Kysely's own lock would make readers wait too, and not fairly.
  Object.defineProperty(adapter, 'supportsMultipleConnections', { value: true });
  // SQLite takes a half-done change of the schema back like any other.
  Object.defineProperty(adapter, 'supportsTransactionalDdl', { value: true });
  const reads = statementsOf(reader);
  const { version, committed } = versionOf(reader);
  const turns = counted(writer, sqliteGroups({ writer, patience, pause, committed }));
  registerReads(adapter, {
    lookUp: ({ sql, places }) => {
      const statement = reads(sql);
      return (values) =>
        statement.all(places.map((place) => (typeof place === 'number' ? values[place] : place.always)));
    },
    version,
    usage: () => ({ engine: 'sqlite', connections: turns.usage(), bytes: sizesOf(file) }),
  });
  const close = () => {
    reader.close();
    writer.close();
  };
  return {
    createAdapter: () => adapter,
    createDriver: () => sqliteDriver({ writer, reads, takeTurn: turns.take, close }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Counts who waits for a turn at the writer. */
function counted(writer: DatabaseSync, take: () => Promise<Turn>) {
  let waiting = 0;
  return {
    take: async () => {
      waiting++;
      try {
        return await take();
      } finally {
        waiting--;
      }
    },
    usage: () => ({ open: 2, busy: writer.isTransaction ? 1 : 0, waiting }),
  };
}

/** Bytes of a database file and of its WAL. */
function sizesOf(file: string) {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return { file: size(file), wal: size(`${file}-wal`) };
}

/** More pages than a database has: they are copied in one step, which sees one moment. Of several, each write of another process would start it anew. */
const allPages = 2 ** 31 - 1;

/** Copies a database, as it is at one moment, into a file that is empty or not there. Nobody waits for it. */
export async function copySqlite(file: string, target: string): Promise<void> {
  const database = new DatabaseSync(file, { timeout: asked });
  try {
    await backup(database, target, { rate: allPages });
  } finally {
    database.close();
  }
}

/** Copies a database into a file beside it: whole or not at all. */
export async function keepSqlite(file: string, name: string): Promise<void> {
  const part = `${file}.${name}.part`;
  rmSync(part, { force: true });
  await copySqlite(file, part);
  // SECURITY: it holds what the database holds.
  chmodSync(part, 0o600);
  renameSync(part, `${file}.${name}`);
}

/** SQLITE_CORRUPT, NOTADB, and IOERR where a page of the file cannot be read: the file is at fault, not the place for it. */
function isDamage(error: unknown): boolean {
  const { errcode = 0 } = error as { errcode?: number };
  return [11, 26].includes(errcode & 0xff) || [266, 522].includes(errcode);
}

/**
 * What SQLite finds wrong with a file, page by page and row by row, with the tables; empty when it is whole.
 * @throws the error for which the file could not be looked at, such as a disk that is full
 */
export function damageOf(file: string): string[] {
  const database = new DatabaseSync(file, { timeout: asked });
  try {
    const broken = brokenPages(database);
    if (broken.length > 0) return broken;
    const astray = database.prepare('PRAGMA foreign_key_check').all().slice(0, mostFaults);
    return astray.map(({ table, rowid }) => `row ${String(rowid)} of ${String(table)} refers to none`);
  } catch (error) {
    if (isDamage(error)) return [(error as Error).message];
    throw error;
  } finally {
    database.close();
  }
}

/** Brings what the WAL of a database holds into its file; false when the file is too damaged for that. */
export function checkpointSqlite(file: string): boolean {
  try {
    const database = new DatabaseSync(file, { timeout: asked });
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return true;
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

const mostFaults = 5;

/** Faults of the whole file; where SQLite gives up at one, which tables that concerns. */
function brokenPages(database: DatabaseSync): string[] {
  try {
    return faultsOf(database, String(mostFaults));
  } catch (error) {
    if (!isDamage(error)) throw error;
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const broken = tables.map(({ name }) => String(name)).filter((name) => isBroken(database, name));
    return [`${(error as Error).message}: ${broken.join(', ')}`];
  }
}

function isBroken(database: DatabaseSync, table: string): boolean {
  try {
    return faultsOf(database, `'${table}'`).length > 0;
  } catch {
    return true;
  }
}

function faultsOf(database: DatabaseSync, what: string): string[] {
  const rows = database.prepare(`PRAGMA integrity_check(${what})`).all();
  return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
}

/** Whether a file is a database that has a table. A file that is not there is not made. */
export function hasTable(file: string, table: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { timeout: asked });
  try {
    return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;
  } finally {
    database.close();
  }
}

/**
 * The version of what a connection reads. SQLite tells it exactly, for three system calls; so it is asked again after
 * each commit of this process, and otherwise not more often than other processes say that they are done.
 */
function versionOf(reader: DatabaseSync) {
  const statement = reader.prepare('PRAGMA data_version');
  statement.setReturnArrays(true);
  let known = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  const version = (): number => {
    const now = performance.now();
    if (now - askedAt < unseen) return known;
    askedAt = now;
    known = (statement.get() as unknown as [number])[0];
    return known;
  };
  const committed = () => {
    askedAt = Number.NEGATIVE_INFINITY;
  };
  return { version, committed };
}

/**
 * Takes the lock that makes this process the only server of a database file. The kernel drops it when the process
 * ends, however it ends. Host commands do not take it.
 * @returns undefined when another server holds it; else the function that releases it
 */
export function lockSqlite(file: string, name = 'server-lock'): (() => void) | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(`${file}.${name}`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch {
    lock.close();
    return undefined;
  }
}

function assertSettings(database: DatabaseSync): void {
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const version = String(Object.values(database.prepare('SELECT sqlite_version()').get() ?? {})[0]);
  if (compareVersions(version, oldestSafe) < 0) throw new Error(`SQLite ${version} is too old: it may lose commits.`);
  if (pragma('journal_mode') !== 'wal') throw new Error('The database file does not support WAL mode.');
  if (pragma('synchronous') !== 2) throw new Error('The database did not accept synchronous=FULL.');
}

function compareVersions(version: string, other: readonly number[]): number {
  const parts = version.split('.').map(Number);
  const at = other.findIndex((part, i) => parts[i] !== part);
  return at === -1 ? 0 : (parts[at] ?? 0) - (other[at] ?? 0);
}
