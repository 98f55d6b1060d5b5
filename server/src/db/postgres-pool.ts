import pg from 'pg';
import { patienceOf } from './patience.ts';

/** Milliseconds for which PostgreSQL is waited for. */
export type Waits = {
  /** For a connection, free or new. */
  readonly connection: number;
  /**
   * For the answer to one statement, counted from when its connection was asked for; and for all that the answer to one
   * request waits for.
   */
  readonly answer: number;
};

type Statement = { readonly name?: string; readonly text: string; readonly values: readonly unknown[] };
type Row = Record<string, unknown>;

/** A connection that is in use. What is asked of it ends within the limits, by an answer or by an error. */
export type Checkout = {
  readonly ask: <R extends Row>(statement: Statement) => Promise<pg.QueryResult<R>>;
  readonly release: (destroy?: boolean) => void;
};

export type WatchedPool = {
  readonly connect: () => Promise<Checkout>;
  readonly end: () => Promise<void>;
  /** Whether something between here and PostgreSQL gives each transaction another connection. */
  readonly isShared: () => boolean;
  /** How many there are now, and how many callers wait for one. */
  readonly connections: () => { readonly open: number; readonly busy: number; readonly waiting: number };
};

type Options = {
  readonly waits: Waits;
  /** Called when a connection breaks; the pool replaces it. */
  readonly onError: (error: Error) => void;
  /** Asked of each new connection before its first use; throws when it must not be used. Tells whether it is shared. */
  readonly verify: (ask: Checkout['ask'], processId: number) => Promise<boolean>;
};

/** Milliseconds for which a connection is waited for after PostgreSQL fell silent, until it is heard again. */
const whileSilent = 500;

/**
 * A pool whose connections may die without a word: packets are dropped, and nobody hears of it for minutes. Node cannot
 * set TCP_USER_TIMEOUT. So every statement has a limit here, beginning, commit and rollback included; a connection that
 * exceeds it is destroyed, never used again, and with it those that have been silent since.
 *
 * Over a slow connection each statement may be in time, and a request of many of them wait for minutes. So they have one
 * limit together as well: the transaction in which it is reached ends there, and its connection with it.
 *
 * What became of a statement that was not answered is unknown: its caller gets an error, as for a connection that broke.
 */
export function watchedPool(config: pg.PoolConfig, { waits, onError, verify }: Options): WatchedPool {
  const idle = new Set<pg.PoolClient>();
  const heardAt = new WeakMap<pg.PoolClient, number>();
  const doubtful = new WeakSet<pg.PoolClient>();
  let lastHeardAt = 0;
  let lastSilentAt = Number.NEGATIVE_INFINITY;
  let shared = false;

  const hear = (client: pg.PoolClient) => {
    lastHeardAt = performance.now();
    heardAt.set(client, lastHeardAt);
  };
  const fallSilent = (client: pg.PoolClient, sentAt: number) => {
    destroy(client);
    // One that had little time left may only have been slow.
    if (performance.now() - sentAt < waits.answer / 2) return;
    lastSilentAt = performance.now();
    // The way of the others may be cut as well: to try each would cost its caller the whole wait.
    for (const other of idle) if ((heardAt.get(other) ?? 0) < sentAt) destroy(other);
  };
  const askWithin = async <R extends Row>(client: pg.PoolClient, statement: Statement, limit: number) => {
    const sentAt = performance.now();
    const timer = setTimeout(() => fallSilent(client, sentAt), limit);
    try {
      const result = await client.query<R>(statement as pg.QueryConfig);
      hear(client);
      if (doubtful.has(client)) throw unconfirmed();
      return result;
    } catch (error) {
      if (error instanceof pg.DatabaseError) hear(client);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  /** Before a connection counts as one of the pool. It is waited for, whatever its type there says. */
  const check = async (client: pg.ClientBase) => {
    const ask: Checkout['ask'] = (statement) => askWithin(client as pg.PoolClient, statement, waits.connection);
    shared = await verify(ask, (client as unknown as { processID: number }).processID);
  };
  const pool = new pg.Pool({
    ...config,
    connectionTimeoutMillis: waits.connection,
    // Not the pool's `verify`: a connection whose caller gave up meanwhile would never be given back.
    onConnect: check as (client: pg.ClientBase) => void,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => {
    // The pool listens to idle connections only: one that broke in the middle of a transaction would end the process.
    client.on('error', onError);
    client.on('notice', ({ routine }) => {
      if (routine === waitForStandby) doubtful.add(client);
    });
  });
  pool.on('acquire', (client) => idle.delete(client));
  pool.on('release', (_, client) => idle.add(client));
  pool.on('remove', (client) => idle.delete(client));

  const connect = async (): Promise<Checkout> => {
    const askedAt = performance.now();
    const patience = patienceOf(waits.answer);
    const patient = lastSilentAt > lastHeardAt ? whileSilent : waits.connection;
    const client = await patience.count(within(pool.connect(), Math.min(patient, patience.left())));
    let limit = waits.answer - (performance.now() - askedAt);
    return {
      ask: async (statement) => {
        const left = Math.min(limit, patience.left());
        limit = waits.answer;
        // Not even asked: of a commit it is then known that it did not happen.
        if (left <= 0) {
          destroy(client);
          throw noAnswer();
        }
        return await patience.count(askWithin<never>(client, statement, left));
      },
      release: (isBroken) => client.release(isBroken || doubtful.has(client)),
    };
  };
  const connections = () => ({
    open: pool.totalCount,
    busy: pool.totalCount - pool.idleCount,
    waiting: pool.waitingCount,
  });
  return { connect, end: () => pool.end(), isShared: () => shared, connections };
}

/** Everything that waits on a connection fails with this error, and the pool lets go of it. */
function destroy(client: pg.PoolClient): void {
  client.connection.stream.destroy(noAnswer());
}

function noAnswer(): Error {
  return tooLate('PostgreSQL did not answer in time.');
}

/** A connection that comes too late is for the next one who asks. */
async function within(connecting: Promise<pg.PoolClient>, limit: number): Promise<pg.PoolClient> {
  const { promise, reject } = Promise.withResolvers<never>();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    reject(tooLate('There was no connection to PostgreSQL in time.'));
  }, limit);
  connecting.then(
    (client) => {
      clearTimeout(timer);
      if (isOver) client.release();
    },
    () => clearTimeout(timer),
  );
  return await Promise.race([connecting, promise]);
}

/** Waits for a look-up that others may wait for too, for as long as the request has patience. */
export async function patiently<T>(looking: Promise<T>, most: number): Promise<T> {
  const patience = patienceOf(most);
  const left = patience.left();
  // The first one of a request has the limit of its statement.
  if (left >= most) return await patience.count(looking);
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(noAnswer()), Math.max(left, 0));
  try {
    return await patience.count(Promise.race([looking, promise]));
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/** The function of PostgreSQL that warns when it stops waiting for a synchronous standby, and then reports success. */
const waitForStandby = 'SyncRepWaitForLSN';

/** As PostgreSQL names a statement that was cancelled. */
function unconfirmed(): Error {
  return Object.assign(new Error('The standby did not confirm the commit.'), { code: '57014' });
}
