import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely';
import type { Db } from './database.ts';

/** How an engine reads what is committed, beside Kysely. */
export type Reads = {
  /** Rows as objects. At once on an embedded database, so that nothing is awaited for it. */
  readonly all: (sql: string, parameters: readonly unknown[]) => unknown[] | Promise<unknown[]>;
  /**
   * A number that differs once anybody, in this process or another one, has committed since. Undefined where that
   * cannot be known without asking the database as much as the answer would cost: there nothing is kept.
   */
  readonly version: (() => number) | undefined;
};

const byAdapter = new WeakMap<DialectAdapter, Reads>();

/** Tells how the databases of an adapter are read. */
export function registerReads(adapter: DialectAdapter, reads: Reads): void {
  byAdapter.set(adapter, reads);
}

/** Something that is made once for each open database, whichever of its handles asks. */
export function perDatabase<T>(make: (reads: Reads) => T): (db: Db) => T {
  const made = new WeakMap<DialectAdapter, T>();
  return (db) => {
    const { adapter } = db.getExecutor();
    let one = made.get(adapter);
    if (one === undefined) {
      const reads = byAdapter.get(adapter);
      if (!reads) throw new Error('This database was not opened by openDatabase.');
      one = make(reads);
      made.set(adapter, one);
    }
    return one;
  };
}

type Kept<T> = { readonly version: number; readonly value: T };

/** Answers of one read that are kept. Those that were read first go first. */
const mostKept = 10_000;

/**
 * A read for the path of every request: its statement is built once, and its answer is kept for as long as nobody has
 * committed anything since. So it is always what the database holds now, and no change has to remember to evict it.
 * @param build gets stand-ins for the values of a call
 * @param toValue makes the answer of the rows; the same rows, the same answer
 */
export function preparedRead<R, T>(
  build: (db: Db, ...values: string[]) => Compilable<R>,
  toValue: (rows: readonly R[]) => T,
): (db: Db, ...values: string[]) => T | Promise<T> {
  const prepared = perDatabase((reads) => {
    let statement: ReturnType<typeof prepare> | undefined;
    const kept = new Map<string, Kept<T>>();
    const keep = (key: string, version: number, value: T): T => {
      kept.delete(key);
      kept.set(key, { version, value });
      if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
      return value;
    };
    return (db: Db, values: readonly string[]): T | Promise<T> => {
      // The version is read before the rows: what is committed between the two makes the answer too old, never too new.
      const version = reads.version?.();
      const key = values.length === 1 ? (values[0] as string) : values.join('\n');
      const known = version === undefined ? undefined : kept.get(key);
      if (known !== undefined && known.version === version) return known.value;
      statement ??= prepare(build(db, ...values.map((_, i) => standIn(i))).compile());
      const rows = reads.all(statement.sql, statement.fill(values)) as R[] | Promise<R[]>;
      if (rows instanceof Promise) return rows.then(toValue);
      return version === undefined ? toValue(rows) : keep(key, version, toValue(rows));
    };
  });
  return (db, ...values) => prepared(db)(db, values);
}

function standIn(index: number): string {
  return `\u0000value ${index}`;
}

function prepare({ sql, parameters }: CompiledQuery) {
  const places = parameters.map((parameter) => {
    const index =
      typeof parameter === 'string' && parameter.startsWith('\u0000value ') ? Number(parameter.slice(7)) : -1;
    return { index, parameter };
  });
  const fill = (values: readonly string[]) =>
    places.map(({ index, parameter }) => (index === -1 ? parameter : values[index]));
  return { sql, fill };
}
