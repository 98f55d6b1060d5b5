import type { Statement } from './reads.ts';

type Row = Record<string, unknown>;
type Query = (text: string, values: unknown[]) => Promise<Row[]>;
type Asked = {
  readonly values: readonly string[];
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (error: unknown) => void;
};

/** Round trips of one statement under way at once; what is asked meanwhile goes with the next one, after a while alone. */
const mostUnderWay = 2;
const longestWait = 50;

/**
 * Look-ups by one statement that come in the same turn of the event loop, or while others are under way, are one round
 * trip: under load the way to the database costs more than what is asked. It leaves after the last of them came, so each
 * sees what was committed before.
 */
export function lookUpTogether(query: Query) {
  return (statement: Statement) => {
    let asked: Asked[] = [];
    let underWay = 0;
    let text: string | undefined;
    let waiting: NodeJS.Timeout | undefined;
    const send = (late = false) => {
      if (asked.length === 0) return;
      // A connection that fell silent must not hold up the others.
      if (underWay >= mostUnderWay && !late) {
        waiting ??= setTimeout(send, longestWait, true);
        return;
      }
      clearTimeout(waiting);
      waiting = undefined;
      const together = asked;
      asked = [];
      underWay++;
      text ??= forMany(statement, together[0]?.values.length ?? 0);
      query(text, parametersOf(statement, together))
        .then(
          (rows) => share(rows, together),
          (error: unknown) => {
            for (const { reject } of together) reject(error);
          },
        )
        .finally(() => {
          underWay--;
          send();
        });
    };
    return (values: readonly string[]) =>
      new Promise<Row[]>((resolve, reject) => {
        if (asked.push({ values, resolve, reject }) === 1) setImmediate(send);
      });
  };
}

const number = 'look-up';

/** The statement once for each row of values; they are all texts. */
function forMany({ sql, places }: Statement, width: number): string {
  const columns = Array.from({ length: width }, (_, i) => `v${i}`);
  const arrays = columns.map((_, i) => `$${i + 1}::text[]`);
  const constants = places.filter((place) => typeof place !== 'number');
  const one = sql.replace(/\$(\d+)/g, (_, at: string) => {
    const place = places[Number(at) - 1] as Statement['places'][number];
    return typeof place === 'number' ? `asked.v${place}` : `$${Math.max(width, 1) + constants.indexOf(place) + 1}`;
  });
  // Of a statement without values there are only so many.
  const asked =
    width === 0
      ? 'generate_series(1, $1::int) as asked (number)'
      : `unnest(${arrays.join(', ')}) with ordinality as asked (${columns.join(', ')}, number)`;
  return `select asked.number as "${number}", found.* from ${asked} cross join lateral (${one}) as found`;
}

function parametersOf({ places }: Statement, asked: readonly Asked[]): unknown[] {
  const width = asked[0]?.values.length ?? 0;
  const columns: unknown[] = Array.from({ length: width }, (_, i) => asked.map(({ values }) => values[i]));
  return [
    ...(width === 0 ? [asked.length] : columns),
    ...places.flatMap((place) => (typeof place === 'number' ? [] : [place.always])),
  ];
}

function share(rows: readonly Row[], asked: readonly Asked[]): void {
  const shares = asked.map((): Row[] => []);
  for (const row of rows) shares[(row[number] as number) - 1]?.push(row);
  for (const [i, { resolve }] of asked.entries()) resolve(shares[i] ?? []);
}
