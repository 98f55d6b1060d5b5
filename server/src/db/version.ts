import { sql } from 'kysely';
import type { Db } from './database.ts';
import { usageOf } from './reads.ts';

/** Engine and version of a database, such as `postgresql`, `15.14`. */
export async function databaseVersion(db: Db) {
  const { engine } = usageOf(db);
  const own = engine === 'sqlite' ? sql<string>`sqlite_version()` : sql<string>`current_setting('server_version')`;
  const { version } = await db.selectNoFrom(own.as('version')).executeTakeFirstOrThrow();
  // A distribution adds its own build: `15.14 (Debian 15.14-0+deb12u1)`.
  return { engine, version: version.split(' ')[0] ?? '' };
}
