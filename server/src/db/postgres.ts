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
  const usage = () => ({
    engine: 'postgresql' as const,
    connections: { open: pool.totalCount, busy: pool.totalCount - pool.idleCount, waiting: pool.waitingCount },
  });
  registerReads(adapter, { lookUp: lookUpTogether(preparedOn(pool)), version: undefined, usage });
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

/** As PostgreSQL names a write to a database that only reads: trouble with the storage, which may pass. */
export const unfitSettings = '25006';
/** As PostgreSQL names a character that an encoding does not have. */
export const wrongEncoding = '22P05';

type Setting = { readonly fits: (value: string) => boolean; readonly mend: string };

const onForServer = (setting: string) => `ALTER SYSTEM SET ${setting} = on; SELECT pg_reload_conf();`;

/** "Committed" must mean flushed, and a standby must never be taken for the primary (security.md 5.3). */
const settings: Readonly<Record<string, Setting>> = {
  fsync: { fits: (value) => value === 'on', mend: onForServer('fsync') },
  full_page_writes: { fits: (value) => value === 'on', mend: onForServer('full_page_writes') },
  synchronous_commit: {
    fits: (value) => value !== 'off' && value !== 'local',
    mend: 'ALTER DATABASE … SET synchronous_commit = on;',
  },
  transaction_read_only: {
    fits: (value) => value === 'off',
    mend: 'ALTER DATABASE … SET default_transaction_read_only = off;',
  },
};

const names = [...Object.keys(settings), 'server_encoding'];
const askSettings = `select current_database() as database, ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`;

async function assertSettings(client: pg.PoolClient): Promise<void> {
  const row = (await client.query<Record<string, string>>(askSettings)).rows[0] ?? {};
  if (row.server_encoding !== 'UTF8') {
    throw Object.assign(new Error('The encoding of the database must be UTF8.'), { code: wrongEncoding });
  }
  const unfit = Object.entries(settings).find(([name, { fits }]) => !fits(row[name] ?? ''));
  if (!unfit) return;
  const [name, { mend }] = unfit;
  const database = pg.escapeIdentifier(row.database ?? '');
  const message = `${name} is ${row[name]}: what is committed must be on the disk. Run: ${mend.replace('…', () => database)}`;
  throw Object.assign(new Error(message), { code: unfitSettings });
}
