import { sql } from 'kysely';
import type { Db } from './database.ts';
import { usageOf } from './reads.ts';

/** Engine and version of a database, such as `postgresql`, `15.14`. */
export async function databaseVersion(db: Db) {
  const { engine } = usageOf(db);
  const ask =
    engine === 'sqlite'
      ? sql<{ version: string }>`select sqlite_version() as version`
      : sql<{ version: string }>`select current_setting('server_version') as version`;
  const [row] = (await ask.execute(db)).rows;
  // A distribution adds its own build: `15.14 (Debian 15.14-0+deb12u1)`.
  return { engine, version: row?.version.split(' ')[0] ?? '' };
}
