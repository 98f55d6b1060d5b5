import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

// As in `database.ts`, which imports what uses this file.
type Db = Kysely<Database>;

/** What the server as a whole knows, a text by name. */
export async function stateOf(db: Db, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('server_state').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

/** Keeps a text under its name; the one before is gone. */
export async function keepState(db: Db, key: string, value: string): Promise<void> {
  const row = db.insertInto('server_state').values({ key, value });
  await row.onConflict((conflict) => conflict.column('key').doUpdateSet({ value })).execute();
}

/** Keeps a text under its name, unless there is one. */
export async function keepFirstState(db: Db, key: string, value: string): Promise<void> {
  const row = db.insertInto('server_state').values({ key, value });
  await row.onConflict((conflict) => conflict.column('key').doNothing()).execute();
}

/** Forgets a text; false when there was none. Of two that ask at once, one hears true. */
export async function dropState(db: Db, key: string): Promise<boolean> {
  const dropped = await db.deleteFrom('server_state').where('key', '=', key).executeTakeFirst();
  return dropped.numDeletedRows === 1n;
}

/** Changes a text if it still is what it was; whether it was. */
export async function changeState(db: Db, key: string, { from, to }: { from: string; to: string }): Promise<boolean> {
  const update = db.updateTable('server_state').set({ value: to }).where('key', '=', key).where('value', '=', from);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

/** The texts whose names begin so. */
export async function statesOf(db: Db, prefix: string): Promise<string[]> {
  const rows = db.selectFrom('server_state').select('value').where('key', 'like', `${prefix}%`).orderBy('key');
  return (await rows.execute()).map(({ value }) => value);
}

const backupKey = 'last_backup';

/** When `warifu backup` last wrote a backup that is whole, in milliseconds; undefined when it never did. */
export async function lastBackup(db: Db): Promise<number | undefined> {
  const text = await stateOf(db, backupKey);
  return text === undefined ? undefined : Number(text);
}

/** Notes that a backup of this instant is whole and on the disk. */
export async function noteBackup(db: Db, at: number): Promise<void> {
  await keepState(db, backupKey, String(at));
}
