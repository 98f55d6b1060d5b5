import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Statement = {
  readonly all: (parameters: readonly unknown[]) => unknown[];
  readonly run: (parameters: readonly unknown[]) => { readonly changes: number | bigint };
  /** Whether it answers with rows. */
  readonly reads: boolean;
};

const mostKept = 500;

/** The statements of a connection, each prepared once. */
export function statementsOf(database: DatabaseSync): (sql: string) => Statement {
  const prepared = new Map<string, Statement>();
  return (sql) => {
    let statement = prepared.get(sql);
    if (!statement) {
      statement = toStatement(database.prepare(sql));
      if (prepared.size >= mostKept) prepared.clear();
      prepared.set(sql, statement);
    }
    return statement;
  };
}

function toStatement(statement: StatementSync): Statement {
  return {
    all: (parameters) => statement.all(...(parameters as never[])),
    run: (parameters) => statement.run(...(parameters as never[])),
    reads: statement.columns().length > 0,
  };
}
