import { type Kysely, sql } from 'kysely';
import type { Table } from './baseline-columns.ts';
import { tables } from './baseline-tables.ts';

/** All tables of the first version. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, table] of Object.entries(tables)) {
    await createTable(db, name, table);
    for (const columns of table.unique ?? []) await createIndex(db, name, columns, true);
    for (const columns of table.index ?? []) await createIndex(db, name, columns, false);
  }
}

async function createTable(db: Kysely<unknown>, name: string, table: Table): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const [column, [type, nullable]] of Object.entries(table.columns)) {
    builder = builder.addColumn(column, type, (c) => (nullable ? c : c.notNull()));
  }
  builder = builder.addPrimaryKeyConstraint(`${name}_pk`, table.key as never);
  for (const [columns, parent, key] of table.cascade ?? []) {
    const constraint = `${name}_${columns.at(-1)}_fk`;
    builder = builder.addForeignKeyConstraint(constraint, columns as never, parent, key as never, (c) =>
      c.onDelete('cascade'),
    );
  }
  if (table.check) builder = builder.addCheckConstraint(`${name}_check`, sql.raw(table.check));
  await builder.execute();
}

async function createIndex(db: Kysely<unknown>, name: string, columns: readonly string[], unique: boolean) {
  const index = db.schema.createIndex(`${name}_${columns.join('_')}_${unique ? 'unique' : 'index'}`).on(name);
  const built = index.columns([...columns]);
  await (unique ? built.unique() : built).execute();
}
