import type { DatabaseSync } from 'node:sqlite';
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from 'kysely';
import type { Turn } from './sqlite-groups.ts';
import { type Statement, statementsOf } from './sqlite-statements.ts';

type Parts = {
  readonly writer: DatabaseSync;
  readonly reads: (sql: string) => Statement;
  readonly takeTurn: () => Promise<Turn>;
  readonly close: () => void;
};

/** What Kysely calls a connection: a turn at the writer once it writes, and nothing before. */
type Connection = DatabaseConnection & { turn: Turn | undefined };

/**
 * A driver for one file: reads outside a transaction run at once; writes and transactions run one after the other, first
 * come, first served.
 */
export function sqliteDriver({ writer, reads, takeTurn, close }: Parts): Driver {
  const statements = statementsOf(writer);

  const execute = ({ sql, parameters }: CompiledQuery): QueryResult<never> => {
    const statement = statements(sql);
    if (statement.reads) return { rows: statement.all(parameters) as never[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  };
  const executeAlone = async (query: CompiledQuery): Promise<QueryResult<never>> => {
    const turn = await takeTurn();
    try {
      const result = execute(query);
      await turn.commit();
      return result;
    } catch (error) {
      turn.rollback();
      throw error;
    }
  };
  const executeQuery = async ({ turn }: Connection, query: CompiledQuery) => {
    if (turn) return execute(query);
    if (SelectQueryNode.is(query.query)) return { rows: reads(query.sql).all(query.parameters) as never[] };
    return await executeAlone(query);
  };

  return {
    init: async () => {},
    acquireConnection: async () => newConnection(executeQuery),
    beginTransaction: async (given) => {
      (given as Connection).turn = await takeTurn();
    },
    commitTransaction: async (given) => await (given as Connection).turn?.commit(),
    rollbackTransaction: async (given) => (given as Connection).turn?.rollback(),
    releaseConnection: async () => {},
    destroy: async () => close(),
  };
}

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
