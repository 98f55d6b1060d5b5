import { type Dialect, PostgresAdapter, PostgresDialect } from 'kysely';
import pg from 'pg';
import { lookUpTogether } from './postgres-look-ups.ts';
import { registerReads } from './reads.ts';

const int8 = 20;

/**
 * A pool on PostgreSQL 15 or newer. Times are bounded so that a database in trouble turns into a 503, not a pile-up.
 * @param onError called when an idle connection breaks; the pool replaces it
 */
export function postgresDialect(url: string, onError: (error: Error) => void): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 5000,
    lock_timeout: 3000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: 'warifu',
    // The pool's own check, not the dialect's: that one would never give a refused connection back.
    verify: (client, done) => {
      assertSettings(client).then(() => done(), done);
    },
    // Instants and counters are far below 2^53.
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === int8 ? Number : (pg.types.getTypeParser(oid, format) as unknown)) as never,
    },
  });
  pool.on('error', onError);
  // The pool listens to idle connections only: one that broke in the middle of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  const dialect = new PostgresDialect({ pool });
  const adapter = new PostgresAdapter();
  registerReads(adapter, { lookUp: lookUpTogether(preparedOn(pool)), version: undefined });
  return Object.assign(dialect, { createAdapter: () => adapter });
}

/** Where a URL leads, for the person who wrote it. */
export type Place = { readonly role: string; readonly database: string; readonly server: string };

/** The place of a URL, as the client reads it: what the URL leaves out comes from PostgreSQL's own variables. */
export function placeOf(url: string): Place {
  const { user = '', database = '', host, port } = new pg.Client({ connectionString: url });
  return { role: user, database, server: `${host}:${port}` };
}

/** Runs statements that a connection prepares once, each under a name of its own. */
function preparedOn(pool: pg.Pool) {
  const names = new Map<string, string>();
  return async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    let name = names.get(text);
    if (name === undefined) {
      name = `warifu_${names.size}`;
      names.set(text, name);
    }
    return (await pool.query<Record<string, unknown>>({ name, text, values })).rows;
  };
}

/** "Committed" must mean flushed, and a standby must never be taken for the primary (security.md 5.3). */
async function assertSettings(client: pg.PoolClient): Promise<void> {
  const query =
    "select current_setting('fsync') f, current_setting('full_page_writes') w, current_setting('synchronous_commit') c, current_setting('transaction_read_only') r";
  const row = (await client.query<Record<string, string>>(query)).rows[0] ?? {};
  const fits = row.f === 'on' && row.w === 'on' && row.c !== 'off' && row.c !== 'local' && row.r === 'off';
  if (fits) return;
  const message = 'PostgreSQL must run with fsync, full_page_writes and synchronous_commit on, read-write.';
  // As PostgreSQL names a write to a database that only reads: trouble with the storage, which may pass.
  throw Object.assign(new Error(message), { code: '25006' });
}
