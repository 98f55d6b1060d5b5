import type { Compilable, CompiledQuery, DialectAdapter, Kysely } from 'kysely';
import type { Database } from './schema.ts';

// As in `database.ts`, which imports the engines and they this file.
type Db = Kysely<Database>;

/** What is there at once, or later. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value at once when it is there: to await it would cost more than an embedded database takes for it. */
export function whenThere<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The same of work that may fail, at once or later. */
export function whenDone<T, U>(
  work: () => Soon<T>,
  next: (value: T) => U,
  failed: (error: unknown) => Soon<U>,
): Soon<U> {
  let value: Soon<T>;
  try {
    value = work();
  } catch (error) {
    return failed(error);
  }
  return value instanceof Promise ? value.then(next, failed) : next(value);
}

/** A statement that is built once, and where the values of a look-up go. */
export type Statement = {
  readonly sql: string;
  /** For each parameter of the statement: which value it takes, or what it always is. */
  readonly places: readonly (number | { readonly always: unknown })[];
};

/** How an engine reads what is committed, beside Kysely. */
export type Reads = {
  /** Rows as objects. At once on an embedded database, so that nothing is awaited for it. */
  readonly lookUp: (statement: Statement) => (values: readonly string[]) => Soon<unknown[]>;
  /**
   * A number that differs once anybody has committed since: at once for this process, after `unseen` milliseconds for
   * another one. Undefined where it costs as much as the answer: there nothing is kept.
   */
  readonly version: (() => number) | undefined;
  readonly usage: () => Usage;
};

/** What an engine is busy with, as it is known without asking it. */
export type Usage = {
  readonly engine: 'sqlite' | 'postgresql';
  /** Connections of this process; of them those at work; and who waits for one. */
  readonly connections: { readonly open: number; readonly busy: number; readonly waiting: number };
  /** Bytes of an embedded file, and of what is committed beside it. */
  readonly bytes?: { readonly file: number; readonly wal: number };
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

/** What the engine of a database is busy with. */
export const usageOf = (db: Db): Usage => readUsage(db)();

const readUsage = perDatabase(({ usage }) => usage);

type Kept<T> = { readonly value: T; readonly weight: number };

/** Bytes that the answers of one read may take between two commits, by estimate. Those that were read first go first. */
const mostKept = 8 * 1024 * 1024;
/** A larger answer is not kept: it would push a hundred others out. */
const largestKept = mostKept / 128;

type Query<R> = Compilable<R> & { execute(): Promise<R[]> };

/**
 * A read for the path of every request: its statement is built once, and its answer is kept for as long as nobody has
 * committed anything since. So it is always what the database holds now, and no change has to remember to evict it.
 * Inside a transaction it is an ordinary query, which sees what the transaction wrote.
 * @param build gets stand-ins for the values of a call
 * @param toValue makes the answer of the rows; it may be given to several requests
 */
export function preparedRead<R, T>(
  build: (db: Db, ...values: string[]) => Query<R>,
  toValue: (rows: readonly R[]) => T,
): (db: Db, ...values: string[]) => Soon<T> {
  const readerOf = perDatabase((reads) => committedReader(reads, build, toValue));
  return (db, ...values) => {
    if (db.isTransaction)
      return build(db, ...values)
        .execute()
        .then(toValue);
    return readerOf(db)(db, values);
  };
}

function committedReader<R, T>(
  reads: Reads,
  build: (db: Db, ...values: string[]) => Query<R>,
  toValue: (rows: readonly R[]) => T,
) {
  const kept = new Map<string, Kept<T>>();
  let keptAt: number | undefined;
  let weight = 0;
  let lookUp: ReturnType<Reads['lookUp']> | undefined;
  const keep = (key: string, entry: Kept<T>) => {
    if (entry.weight > largestKept) return;
    kept.set(key, entry);
    weight += entry.weight;
    if (weight <= mostKept) return;
    const [first, { weight: freed }] = kept.entries().next().value as [string, Kept<T>];
    kept.delete(first);
    weight -= freed;
  };
  return (db: Db, values: readonly string[]): Soon<T> => {
    // Asked before the rows are read: of what is committed in between, the answer is newer than its version says.
    const version = reads.version?.();
    if (version !== keptAt) {
      // What a storm asked for must not stay until other answers push it out.
      kept.clear();
      weight = 0;
      keptAt = version;
    }
    // No value of a request holds NUL.
    const key = values.length === 1 ? (values[0] as string) : values.join('\0');
    const known = kept.get(key);
    if (known) return known.value;
    lookUp ??= reads.lookUp(prepare(build(db, ...values.map((_, i) => standIn(i))).compile()));
    const rows = lookUp(values) as Soon<R[]>;
    if (rows instanceof Promise) return rows.then(toValue);
    const value = toValue(rows);
    if (version !== undefined) keep(key, { value, weight: weigh(key, rows) });
    return value;
  };
}

const perEntry = 200;
const perColumn = 16;

// SECURITY: who may ask may choose what is kept; the memory is bounded by what it takes.
function weigh(key: string, rows: readonly unknown[]): number {
  let sum = perEntry + 2 * key.length;
  for (const row of rows) {
    for (const value of Object.values(row as object)) {
      sum += perColumn + (typeof value === 'string' ? 2 * value.length : 0);
    }
  }
  return sum;
}

const mark = '\u0000value ';

function standIn(index: number): string {
  return mark + index;
}

function prepare({ sql, parameters }: CompiledQuery): Statement {
  const places = parameters.map((parameter) => {
    const isStandIn = typeof parameter === 'string' && parameter.startsWith(mark);
    return isStandIn ? Number(parameter.slice(mark.length)) : { always: parameter };
  });
  return { sql, places };
}
