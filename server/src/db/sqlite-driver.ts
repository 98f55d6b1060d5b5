import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from 'kysely';
import { type Statement, statementsOf } from './sqlite-statements.ts';

type Parts = {
  readonly writer: DatabaseSync;
  readonly reads: (sql: string) => Statement;
  /** Milliseconds to wait for another process that writes. */
  readonly patience: number;
  readonly close: () => void;
};

/** What Kysely calls a connection: a turn at the writer once it writes, and nothing before. */
type Connection = DatabaseConnection & { turn: (() => void) | undefined };

/**
 * A driver for one file: reads outside a transaction run at once, writes and transactions one after the other, first
 * come, first served. Kysely's own lock lets whoever releases it take it again before those who wait: under load some
 * requests waited for half a second.
 */
export function sqliteDriver({ writer, reads, patience, close }: Parts): Driver {
  const statements = statementsOf(writer);
  const takeTurn = turns();

  // Another process holds the file for a moment: the event loop goes on meanwhile.
  const patiently = async <T>(deadline: number, work: () => T): Promise<T> => {
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw error;
        await delay(retryDelay);
      }
    }
  };
  const execute = ({ sql, parameters, query }: CompiledQuery): QueryResult<never> => {
    const statement = statements(sql);
    if (statement.reads) return { rows: statement.all(parameters) as never[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: query.kind === 'RawNode' ? 0n : BigInt(changes) };
  };
  const executeQuery = async (connection: Connection, query: CompiledQuery) => {
    if (connection.turn) return execute(query);
    if (SelectQueryNode.is(query.query)) return { rows: reads(query.sql).all(query.parameters) as never[] };
    const deadline = performance.now() + patience;
    const release = await takeTurn();
    try {
      return await patiently(deadline, () => execute(query));
    } finally {
      release();
    }
  };

  return {
    init: async () => {},
    acquireConnection: async () => newConnection(executeQuery),
    beginTransaction: async (given) => {
      const connection = given as Connection;
      const deadline = performance.now() + patience;
      connection.turn = await takeTurn();
      // Writers take the lock at the start: a read lock that is upgraded later can fail in the middle.
      await patiently(deadline, () => writer.exec('begin immediate'));
    },
    commitTransaction: async () => writer.exec('commit'),
    rollbackTransaction: async () => {
      // After a full disk or an I/O error SQLite has rolled back by itself; the cause must not be masked.
      if (writer.isTransaction) writer.exec('rollback');
    },
    releaseConnection: async (given) => {
      const connection = given as Connection;
      connection.turn?.();
      connection.turn = undefined;
    },
    destroy: async () => close(),
  };
}

const retryDelay = 5;

function newConnection(
  executeQuery: (connection: Connection, query: CompiledQuery) => Promise<QueryResult<never>>,
): Connection {
  const connection: Connection = {
    turn: undefined,
    executeQuery: (query) => executeQuery(connection, query),
    streamQuery: () => {
      throw new Error('Rows are not streamed: an open cursor would keep the readers in the past.');
    },
  };
  return connection;
}

/** Gives turns in the order in which they were asked for; a turn lasts until its function is called. */
function turns(): () => Promise<() => void> {
  const waiting: ((release: () => void) => void)[] = [];
  let taken = false;
  const release = () => {
    const next = waiting.shift();
    if (next) next(release);
    else taken = false;
  };
  return () => {
    if (taken) return new Promise((resolve) => waiting.push(resolve));
    taken = true;
    return Promise.resolve(release);
  };
}

/** SQLITE_BUSY, in all its extended forms. */
function isBusy(error: unknown): boolean {
  return (Number((error as { errcode?: number }).errcode) & 0xff) === 5;
}
