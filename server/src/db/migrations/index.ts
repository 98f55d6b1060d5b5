import type { Migration } from 'kysely/migration';
import { up as foundation } from './0001-foundation.ts';
import { up as samUsers } from './0002-sam-users.ts';

/** In order of their names; a migration that was released is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-foundation': { up: foundation },
  '0002-sam-users': { up: samUsers },
};
