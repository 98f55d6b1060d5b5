import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../schema.ts';
import { keepState, stateOf } from '../state.ts';
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
      await keepState(db, key, version);
    };
    return [name, { up: both }] as const;
  });
  return Object.fromEntries(noted);
}

/** The version of Warifu that made the last change of the schema. */
export async function notedVersion(db: Db): Promise<string | undefined> {
  return await stateOf(db, key);
}
