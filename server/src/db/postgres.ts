import { type Dialect, PostgresAdapter, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { forAll } from './patience.ts';
import { lookUpTogether } from './postgres-look-ups.ts';
import { type Checkout, patiently, type Waits, type WatchedPool, watchedPool } from './postgres-pool.ts';
import { type Reads, registerReads } from './reads.ts';

const int8 = 20;

/** Connections for the look-ups of every request, such as its session: they never wait for what is written. */
const forLookUps = 3;
const forTheRest = 7;

/**
 * Connections to PostgreSQL 15 or newer. Times are bounded so that a database in trouble turns into a 503, not a pile-up.
 * @param onError called when a connection breaks; the pool replaces it
 */
export function postgresDialect(url: string, onError: (error: Error) => void, waits: Waits): Dialect {
  const poolOf = (max: number) =>
    watchedPool({ ...config, connectionString: url, max }, { waits, onError, verify: prepareSession(waits.answer) });
  const lookUps = poolOf(forLookUps);
  const rest = poolOf(forTheRest);
  const end = async () => {
    await lookUps.end();
    await rest.end();
  };
  const dialect = new PostgresDialect({ pool: forKysely({ ...rest, end }) });
  const adapter = new PostgresAdapter();
  const usage = () => ({
    engine: 'postgresql' as const,
    connections: sumOf(lookUps.connections(), rest.connections()),
  });
  const together = lookUpTogether(preparedOn(lookUps));
  const lookUp: Reads['lookUp'] = (statement) => {
    const look = together(statement);
    return (values) => patiently(look(values), waits.answer);
  };
  registerReads(adapter, { lookUp, version: undefined, usage });
  return Object.assign(dialect, { createAdapter: () => adapter });
}

const config: pg.PoolConfig = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  application_name: 'warifu',
  // Instants and counters are far below 2^53.
  types: {
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === int8 ? Number : (pg.types.getTypeParser(oid, format) as unknown)) as never,
  },
};

type Connections = ReturnType<WatchedPool['connections']>;

function sumOf(one: Connections, other: Connections): Connections {
  return {
    open: one.open + other.open,
    busy: one.busy + other.busy,
    waiting: one.waiting + other.waiting,
  };
}

/** What Kysely uses of a pool of `pg`. */
function forKysely({ connect, end }: WatchedPool): PostgresPool {
  const checkOut = async () => {
    const { ask, release } = await connect();
    return { query: (text: string, values: unknown[]) => ask({ text, values }), release };
  };
  return { connect: checkOut as never, end, options: {} };
}

/** Where a URL leads, for the person who wrote it. */
export type Place = { readonly role: string; readonly database: string; readonly server: string };

/** The place of a URL, as the client reads it: what the URL leaves out comes from PostgreSQL's own variables. */
export function placeOf(url: string): Place {
  const { user = '', database = '', host, port } = new pg.Client({ connectionString: url });
  return { role: user, database, server: `${host}:${port}` };
}

/**
 * The same place for PostgreSQL's own programs, as variables: the arguments of a process are for everybody to read.
 * @param roots a file with the certificates that this process trusts, for a server of which a certificate is asked
 */
export function libpqOf(url: string, roots: string): Record<string, string> {
  const { user = '', database = '', host, port, password } = new pg.Client({ connectionString: url });
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  const mode = query.get('sslmode') ?? '';
  const asLibpq = query.get('uselibpqcompat') === 'true';
  const verifies = !asLibpq && ['prefer', 'require', 'verify-ca', 'verify-full'].includes(mode);
  const given: Record<string, string | null | undefined> = {
    PGUSER: user,
    PGDATABASE: database,
    PGHOST: host,
    PGPORT: String(port),
    PGPASSWORD: password as string | null,
    // What the client of this server calls `prefer` or `require` checks the certificate, as `verify-full` does there.
    PGSSLMODE: verifies ? 'verify-full' : mode === 'no-verify' ? 'require' : mode,
    PGSSLROOTCERT: query.get('sslrootcert') ?? (verifies ? roots : ''),
    PGSSLCERT: query.get('sslcert'),
    PGSSLKEY: query.get('sslkey'),
  };
  return Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => Boolean(pair[1])));
}

/** Runs statements that a connection prepares once, each under a name of its own, where a connection is one. */
function preparedOn({ connect, isShared }: WatchedPool) {
  const names = new Map<string, string>();
  return async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    let name = names.get(text);
    if (name === undefined) {
      name = `warifu_${names.size}`;
      names.set(text, name);
    }
    const { ask, release } = await forAll(connect);
    let isWhole = false;
    try {
      const { rows } = await ask(isShared() ? { text, values } : { name, text, values });
      isWhole = true;
      return rows;
    } finally {
      release(!isWhole);
    }
  };
}

/** As PostgreSQL names a write to a database that only reads: trouble with the storage, which may pass. */
export const unfitSettings = '25006';
/** As PostgreSQL names a character that an encoding does not have. */
export const wrongEncoding = '22P05';

/** As PostgreSQL names what it does not have. */
export const tooOld = '0A000';
/** The oldest that the statements are tried on. */
const oldest = 15;

type Row = Record<string, string>;
type Setting = { readonly fits: (value: string) => boolean; readonly why: string; readonly mend: (row: Row) => string };

const onDisk = 'what is committed must be on the disk';
const onForServer = (setting: string) => () => `ALTER SYSTEM SET ${setting} = on; SELECT pg_reload_conf();`;
const onForDatabase = (what: string) => (row: Row) =>
  `ALTER DATABASE ${pg.escapeIdentifier(row.database ?? '')} SET ${what};`;

/** "Committed" must mean flushed, and a standby must never be taken for the primary (security.md 5.3). */
const settings: Readonly<Record<string, Setting>> = {
  fsync: { fits: (value) => value === 'on', why: onDisk, mend: onForServer('fsync') },
  full_page_writes: { fits: (value) => value === 'on', why: onDisk, mend: onForServer('full_page_writes') },
  synchronous_commit: {
    fits: (value) => value !== 'off' && value !== 'local',
    why: onDisk,
    mend: onForDatabase('synchronous_commit = on'),
  },
  transaction_read_only: {
    fits: (value) => value === 'off',
    why: onDisk,
    mend: onForDatabase('default_transaction_read_only = off'),
  },
};

/**
 * Milliseconds after which PostgreSQL itself ends what goes on for too long, so that nobody waits for a lock of a server
 * that is gone. A statement may take a second longer than it is waited for: its error says more than silence.
 */
const limits = (answer: number): Readonly<Record<string, number>> => ({
  statement_timeout: answer + 1000,
  lock_timeout: (answer * 3) / 4,
  idle_in_transaction_session_timeout: (answer * 5) / 2,
});

/** PostgreSQL's side of a connection that died silently would else be there for two hours. */
const keepAlive = {
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 10_000,
};

const names = [...Object.keys(settings), ...Object.keys(limits(0)), 'server_encoding', 'server_version_num'];
const askSettings = `select current_database() as database, current_user as role, pg_backend_pid() as process, ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`;

/**
 * Asserts the settings of a new connection, and sets its limits. Behind a pooler that gives each transaction another
 * connection nothing can be set for a session: there the role has to have the limits. Such a pooler shows by the number
 * of the process, which is not the one that the connection was told.
 */
function prepareSession(answer: number) {
  return async (ask: Checkout['ask'], processId: number): Promise<boolean> => {
    const { rows } = await ask<Row>({ text: askSettings, values: [] });
    const row = rows[0] ?? {};
    const version = Math.floor(Number(row.server_version_num) / 10_000);
    if (version < oldest) throw Object.assign(new Error(`PostgreSQL ${version}`), { code: tooOld });
    if (row.server_encoding !== 'UTF8') {
      throw Object.assign(new Error('The encoding of the database must be UTF8.'), { code: wrongEncoding });
    }
    assertSettings(row, settings);
    const isShared = Number(row.process) !== processId;
    if (isShared) assertSettings(row, limitsOfRole(answer));
    else await ask(setting({ ...limits(answer), ...keepAlive }));
    return isShared;
  };
}

function limitsOfRole(answer: number): Readonly<Record<string, Setting>> {
  const why = 'behind a pooler the role has to have the limits';
  const entries = Object.entries(limits(answer)).map(([name, limit]): [string, Setting] => {
    const value = `${name} = '${limit / 1000}s'`;
    const mend = (row: Row) => `ALTER ROLE ${pg.escapeIdentifier(row.role ?? '')} SET ${value};`;
    return [name, { fits: (found) => found !== '0', why, mend }];
  });
  return Object.fromEntries(entries);
}

function setting(values: Readonly<Record<string, number>>) {
  const calls = Object.entries(values).map(([name, value]) => `set_config('${name}', '${value}', false)`);
  return { text: `select ${calls.join(', ')}`, values: [] };
}

function assertSettings(row: Row, wanted: Readonly<Record<string, Setting>>): void {
  const unfit = Object.entries(wanted).find(([name, { fits }]) => !fits(row[name] ?? ''));
  if (!unfit) return;
  const [name, { why, mend }] = unfit;
  throw Object.assign(new Error(`${name} is ${row[name]}: ${why}. Run: ${mend(row)}`), { code: unfitSettings });
}
