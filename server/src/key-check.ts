import { existsSync } from 'node:fs';
import { type Config, ConfigError } from './config/config.ts';
import { fingerprintOf, KeyFileError, type Keys, loadKeys } from './crypto/keys.ts';
import { seal, unseal } from './crypto/sealed.ts';
import { type Db, isWarifuDatabase } from './db/database.ts';
import { keepFirstState, stateOf } from './db/state.ts';

/**
 * The keys of a configuration, before its database is opened. A key file is made only where there is no database yet:
 * beside an old one it would be the wrong one.
 * @param database whether the caller may make a database
 * @throws ConfigError when there is none and none may be made; KeyFileError when the file is missing or unusable
 */
export async function keysFor(config: Config, database: 'may be new' | 'must be there'): Promise<Keys> {
  const { keyFile, databaseUrl } = config;
  const { path: file, isGuarded } = keyFile;
  if (database === 'may be new' && existsSync(file)) return loadKeys(file, isGuarded);
  const isThere = await isWarifuDatabase(databaseUrl);
  if (!isThere && database === 'must be there') throw new ConfigError(noDatabase(config));
  if (isThere && !existsSync(file)) {
    throw new KeyFileError(
      `The key file ${file} is missing, and this database was made with it. Restore it from a backup, or correct WARIFU_DATA_DIR or WARIFU_KEYS_FILE.`,
    );
  }
  return loadKeys(file, isGuarded);
}

/**
 * Makes sure that there is a database to work with; none is made.
 * @throws ConfigError that names the setting
 */
export async function assertDatabase(config: Config): Promise<void> {
  if (!(await isWarifuDatabase(config.databaseUrl))) throw new ConfigError(noDatabase(config));
}

/** SECURITY: not the URL of a server, which holds the password. */
function noDatabase({ dataDir, databaseUrl }: Config): string {
  const make = 'the server makes one when it starts.';
  if (databaseUrl === `sqlite:${dataDir}/warifu.db`) {
    return `WARIFU_DATA_DIR: no Warifu database here: ${dataDir}. Correct the folder; ${make}`;
  }
  const place = databaseUrl.startsWith('sqlite:') ? `: ${databaseUrl.slice('sqlite:'.length)}` : '';
  return `WARIFU_DATABASE_URL: no Warifu database here${place}. Correct the setting; ${make}`;
}

const stateKey = 'key_check';
const place = { table: 'server_state', column: 'value', row: [stateKey] };

/**
 * Refuses to run on keys that are not all those that the database was made with: MFA must not fail open, nor fall
 * silent (R70), and with another pepper no password would fit.
 * @throws ConfigError that names the key
 */
export async function assertKeysFit(db: Db, keys: Keys): Promise<void> {
  const own = fingerprintOf(keys);
  await keepFirstState(db, stateKey, seal(keys, JSON.stringify(own), place));
  const kept = fingerprintIn(keys, (await stateOf(db, stateKey)) ?? '');
  if (kept.pepper !== own.pepper) throw wrongKeys('the pepper is another one');
  if (kept.signing !== own.signing) throw wrongKeys('the signing key is another one');
}

/** What a database knows its keys by; it opens nothing. */
export async function keyCheckOf(db: Db): Promise<string> {
  return (await stateOf(db, stateKey)) ?? '';
}

function fingerprintIn(keys: Keys, sealed: string): ReturnType<typeof fingerprintOf> {
  try {
    return JSON.parse(unseal(keys, sealed, place)) as ReturnType<typeof fingerprintOf>;
  } catch {
    throw wrongKeys('no sealing key opens what it holds');
  }
}

function wrongKeys(which: string): ConfigError {
  return new ConfigError(
    `The keys in the data folder are not those of this database: ${which}. Restore keys/keys.json.`,
  );
}
