import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Dialect, SqliteDialect } from 'kysely';

/** Oldest SQLite without the defect that can lose committed writes of a WAL with several connections. */
const oldestSafe = [3, 51, 3] as const;

/**
 * Opens the embedded database, asserts the settings that "committed" rests on, and adapts it to Kysely.
 * @param patience milliseconds to wait for another process that writes; the wait is on the event loop
 * @throws Error when SQLite is too old or a setting does not hold
 */
export function sqliteDialect(file: string, patience: number): Dialect {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: patience, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;');
  assertSettings(database);
  return new SqliteDialect({ database: adapt(database) });
}

/**
 * Takes the lock that makes this process the only server of a database file. The kernel drops it when the process
 * ends, however it ends. Host commands do not take it.
 * @returns undefined when another server holds it; else the function that releases it
 */
export function lockSqlite(file: string): (() => void) | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(`${file}.server-lock`, { timeout: 0 });
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

/** The shape Kysely knows (better-sqlite3's), over `node:sqlite`, with statements prepared once. */
function adapt(database: DatabaseSync) {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    // Writers must take the lock at the start: a read lock that is upgraded later can fail in the middle.
    const text = sql === 'begin' ? 'begin immediate' : sql;
    let statement = prepared.get(text);
    if (!statement) {
      statement = database.prepare(text);
      if (prepared.size > 500) prepared.clear();
      prepared.set(text, statement);
    }
    return statement;
  };
  return {
    close: () => database.close(),
    prepare: (sql: string) => {
      const statement = prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as never[])),
        run: (parameters: readonly unknown[]) => {
          // After a full disk or an I/O error SQLite has rolled back by itself; the cause must not be masked.
          if (sql === 'rollback' && !database.isTransaction) return { changes: 0, lastInsertRowid: 0 };
          return statement.run(...(parameters as never[]));
        },
        iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as never[])),
      };
    },
  };
}
