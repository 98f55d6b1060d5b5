import serverPackage from '../../package.json' with { type: 'json' };
import type { Config } from '../config/config.ts';
import { asHostCommand, claimServer, openUpToDate } from '../db/database.ts';
import { type Migrations, migrations } from '../db/migrations/index.ts';
import { schemaState } from '../db/schema-state.ts';
import { assertDatabase } from '../key-check.ts';
import { exitCodes, type Output, print } from './frame.ts';

/**
 * Prints which migrations the database has and lacks; nothing is made or changed.
 * @returns the exit code: failure when the database is not as this version needs it
 * @throws ConfigError where there is no database
 */
export async function printDatabaseStatus(config: Config, output: Output): Promise<number> {
  await assertDatabase(config);
  const { version = 'unknown', applied, pending, newer } = await schemaState(config.databaseUrl);
  const isCurrent = pending.length === 0 && newer.length === 0;
  const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  print(output, { upToDate: isCurrent, version, ownVersion: serverPackage.version, applied, pending, newer }, () =>
    [
      `Changed last by  Warifu ${version}; this is ${serverPackage.version}`,
      `Applied          ${list(applied)}`,
      `Pending          ${list(pending)}`,
      ...(newer.length === 0 ? [] : [`Of a newer one   ${list(newer)}`]),
    ].join('\n'),
  );
  return isCurrent ? exitCodes.ok : exitCodes.failure;
}

/**
 * Brings the database up to date, as the start of a server does.
 * @returns the exit code
 * @throws ConfigError where there is no database, or a newer version has changed it; Error while a server runs on the file
 */
export async function migrateDatabase(config: Config, output: Output, steps: Migrations = migrations): Promise<number> {
  const { databaseUrl } = config;
  await assertDatabase(config);
  const { pending } = await schemaState(databaseUrl, steps);
  // A running server would be an older one, which does not know what comes now.
  const release = pending.length === 0 ? () => {} : claimServer(databaseUrl);
  try {
    await (await openUpToDate(databaseUrl, () => {}, { manners: asHostCommand, steps })).destroy();
  } finally {
    release();
  }
  const words = pending.length === 0 ? 'The database is up to date.' : `Applied: ${pending.join(', ')}`;
  print(output, { applied: pending }, () => words);
  return exitCodes.ok;
}
