import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../schema.ts';
import { up as baseline } from './0001-baseline.ts';

type Db = Kysely<Database>;

export type Migrations = Record<string, Migration>;

/** In order of their names; from the first release on they are only added, never edited. */
export const migrations: Migrations = { '0001-baseline': { up: baseline } };

const key = 'version';

/** The same migrations; each notes, in its transaction, which version of Warifu it was made by. */
export function noting(steps: Migrations, version: string): Migrations {
  const noted = Object.entries(steps).map(([name, step]) => {
    const both = async (db: Db) => {
      await step.up(db);
      await note(db, version);
    };
    return [name, { up: both }] as const;
  });
  return Object.fromEntries(noted);
}

async function note(db: Db, value: string): Promise<void> {
  const row = db.insertInto('server_state').values({ key, value });
  await row.onConflict((conflict) => conflict.column('key').doUpdateSet({ value })).execute();
}

/** The version of Warifu that made the last change of the schema. */
export async function notedVersion(db: Db): Promise<string | undefined> {
  const row = await db.selectFrom('server_state').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}
