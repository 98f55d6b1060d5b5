import type { Migration } from 'kysely/migration';
import { up as baseline } from './0001-baseline.ts';

/** In order of their names; from the first release on they are only added, never edited. */
export const migrations: Record<string, Migration> = { '0001-baseline': { up: baseline } };
