export type Import = { specifier: string; names: readonly string[]; typeOnly: boolean; line: number };

/** A call of Kysely. `table` is undefined when the source does not say which one. */
export type TableUse = { verb: string; table: string | undefined; line: number };

export type Facts = {
  imports: Import[];
  /** Statements that begin with a table and change it. */
  writes: TableUse[];
  /** Queries and joins. */
  reads: TableUse[];
  /** `insert`, `update` and `delete` as text, of which no table is known. */
  rawWrites: number[];
  /** Calls of a method `transaction`. */
  transactions: number[];
  functions: { name: string; parameters: number; line: number }[];
  /** Lines of `statusCode: 204`. */
  statusCodes: number[];
  /** Clock, environment and randomness. */
  outside: { what: string; line: number }[];
  /** The members of the type `Database`. */
  tables: { name: string; line: number }[];
};

/** What is known about a text while it is walked. */
export type Walk = {
  facts: Facts;
  constants: ReadonlyMap<string, string>;
  lineOf: (at: number) => number;
  /** Names of functions that are values, by where these begin. */
  names: Map<number, string>;
};
