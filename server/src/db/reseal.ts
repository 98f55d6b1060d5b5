import { type Kysely, sql } from 'kysely';
import type { Keys } from '../crypto/keys.ts';
import { markOf, type Place, type SealedTable, seal, sealedColumns, sealedMark, unseal } from '../crypto/sealed.ts';
import { type Db, transaction } from './database.ts';

const tables = Object.keys(sealedColumns) as SealedTable[];

/** Rows that one transaction seals anew; others wait for it. */
const perSlice = 50;
/** Rows that one statement looks at. */
const perLook = 1000;

/** Tables are named by `sealedColumns` here. */
type Rows = Kysely<Record<string, Record<string, string | null>>>;
const rowsOf = (db: Db) => db as unknown as Rows;

export type Resealed = {
  readonly values: number;
  /** Values that no key of ours opens: damaged, moved from another row, or of a key that is gone. */
  readonly unopened: readonly Place[];
};

/**
 * Seals with the first key what another key has sealed, in every table, slice by slice beside running servers. What
 * somebody writes meanwhile stays as it was written. Cut off anywhere, it goes on when it is called again.
 */
export async function resealAll(db: Db, keys: Keys): Promise<Resealed> {
  let values = 0;
  const unopened: Place[] = [];
  for (const table of tables) {
    for (let after: string[] | undefined = []; after !== undefined; ) {
      const { last, stale } = await look(db, keys, table, after);
      for (let at = 0; at < stale.length; at += perSlice) {
        const slice = stale.slice(at, at + perSlice);
        const { moved, unknown } = await resealRows(db, keys, slice);
        values += moved;
        unopened.push(...unknown);
      }
      after = last;
    }
  }
  return { values, unopened };
}

type Found = { readonly place: Place; readonly text: string };

/** The next rows of a table, in the order of its key, and which of them another key has sealed. */
async function look(db: Db, keys: Keys, table: SealedTable, after: string[]) {
  const { column, key } = sealedColumns[table];
  let query = rowsOf(db)
    .selectFrom(table)
    .select([...key, column])
    .limit(perLook);
  for (const name of key) query = query.orderBy(name);
  if (after.length > 0) {
    const names = sql.join(key.map((name) => sql.ref(name)));
    query = query.where(sql<boolean>`(${names}) > (${sql.join(after)})`);
  }
  const rows = await query.execute();
  const current = markOf(keys.sealing[0]?.id ?? '');
  const found = rows.map(
    (row): Found => ({
      place: { table, row: key.map((name) => row[name] ?? '') },
      text: row[column] ?? '',
    }),
  );
  const stale = found.filter(({ text }) => text.startsWith(sealedMark) && !text.startsWith(current));
  return { last: rows.length < perLook ? undefined : [...(found.at(-1)?.place.row ?? [])], stale };
}

async function resealRows(db: Db, keys: Keys, rows: readonly Found[]) {
  const unknown: Place[] = [];
  const opened = rows.flatMap(({ place, text }) => {
    try {
      return [{ place, text, fresh: seal(keys, unseal(keys, text, place), place) }];
    } catch {
      unknown.push(place);
      return [];
    }
  });
  const moved = await transaction(db, async (tx) => {
    let count = 0;
    for (const { place, text, fresh } of opened) {
      const { column, key } = sealedColumns[place.table];
      let update = rowsOf(tx)
        .updateTable(place.table)
        .set({ [column]: fresh })
        .where(column, '=', text);
      for (const [index, name] of key.entries()) update = update.where(name, '=', place.row[index] ?? '');
      count += Number((await update.executeTakeFirst()).numUpdatedRows);
    }
    return count;
  });
  return { moved, unknown };
}

/** How many values each key has sealed, by its id. */
export async function countSealed(db: Db): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { column } = sealedColumns[table];
    const id = sql<string>`substr(${sql.ref(column)}, ${sql.lit(sealedMark.length + 1)}, 8)`;
    const rows = await rowsOf(db)
      .selectFrom(table)
      .select((eb) => [id.as('id'), eb.fn.countAll<number>().as('count')])
      .where(column, 'like', `${sealedMark}%`)
      .groupBy(id)
      .execute();
    for (const row of rows) counts[row.id] = (counts[row.id] ?? 0) + Number(row.count);
  }
  return counts;
}
