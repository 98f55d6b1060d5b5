import { sql } from 'kysely';
import { asHostCommand, openDatabase } from './database.ts';
import { type Migrations, migrations, notedVersion } from './migrations/index.ts';
import { startFailure } from './start-failure.ts';

export type SchemaState = {
  /** The version of Warifu that changed the schema last, as far as it noted that. */
  readonly version: string | undefined;
  readonly applied: readonly string[];
  /** What this version would do at a start. */
  readonly pending: readonly string[];
  /** What a newer version has done. */
  readonly newer: readonly string[];
};

/**
 * Which migrations a database of Warifu has; nothing is made or changed.
 * @throws ConfigError, or Error, that tells who starts the program what to do
 */
export async function schemaState(url: string, steps: Migrations = migrations): Promise<SchemaState> {
  const db = openDatabase(url, () => {}, asHostCommand);
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    const applied = rows.map(({ name }) => name);
    const own = Object.keys(steps);
    return {
      version: await notedVersion(db),
      applied,
      pending: own.filter((name) => !applied.includes(name)),
      newer: applied.filter((name) => !own.includes(name)),
    };
  } catch (error) {
    throw startFailure(url, error);
  } finally {
    await db.destroy();
  }
}
