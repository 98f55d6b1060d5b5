import { existsSync } from 'node:fs';
import { anchorFile, readAnchors } from './audit/anchors.ts';
import { noOperator } from './audit/record.ts';
import { type Config, ConfigError } from './config/config.ts';
import { KeyFileError } from './crypto/key-file.ts';
import { type Keys, loadKeys } from './crypto/keys.ts';
import { type Place, seal, unseal } from './crypto/sealed.ts';
import { type Db, isWarifuDatabase } from './db/database.ts';
import { changeState, keepFirstState, stateOf } from './db/state.ts';
import { isSetupDone } from './operators/setup.ts';

/**
 * The keys of a configuration, before its database is opened. A key file is made only where there is no database yet:
 * beside an old one it would be the wrong one.
 * @param database whether the caller may make a database
 * @throws ConfigError when there is none and none may be made; KeyFileError when the file is missing or unusable
 */
export async function keysFor(config: Config, database: 'may be new' | 'must be there'): Promise<Keys> {
  const { keyFile, databaseUrl } = config;
  const { path: file, isGuarded } = keyFile;
  const isKnown = knowsDatabase(config);
  if (database === 'may be new' && existsSync(file) && !isKnown) return loadKeys(file, isGuarded);
  const isThere = await isWarifuDatabase(databaseUrl);
  if (!isThere && database === 'may be new' && isKnown) throw new ConfigError(lostDatabase(config));
  if (!isThere && database === 'must be there') throw new ConfigError(noDatabase(config));
  if (isThere && !existsSync(file)) {
    throw new KeyFileError(
      `The key file ${file} is missing, and this database was made with it. Restore it from a backup, or correct WARIFU_DATA_DIR or WARIFU_KEYS_FILE.`,
    );
  }
  return loadKeys(file, isGuarded);
}

/** Whether operators of a database were seen from this data folder. */
function knowsDatabase({ dataDir }: Config): boolean {
  return [...(readAnchors(dataDir)?.heads.keys() ?? [])].some((operatorId) => operatorId !== noOperator);
}

/**
 * SECURITY: an empty database beside keys that were used is a loss or a wrong setting. Who could read the log would be
 * offered the first account.
 * @throws ConfigError
 */
export async function assertNotLost(db: Db, config: Config): Promise<void> {
  const operator = db.selectFrom('operators').select('operator_id').limit(1);
  const isEmpty = !(await isSetupDone(db)) && (await operator.executeTakeFirst()) === undefined;
  if (isEmpty && knowsDatabase(config)) throw new ConfigError(lostDatabase(config));
}

function lostDatabase({ dataDir, command }: Config): string {
  return `WARIFU_DATABASE_URL: this database is empty, and ${dataDir} has been used with one that had accounts. Correct the setting, or restore a backup: ${command} restore FILE. To begin anew and give up those accounts, move ${anchorFile(dataDir)} and the key file away.`;
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
const place: Place = { table: 'server_state', row: [stateKey] };

/**
 * The keys that a database rests on, by their ids: all whose values it may hold, and the one that tokens are signed
 * with. It is kept sealed, so that nobody without a key can say that others will do.
 */
type Needed = { readonly sealing: readonly string[]; readonly signing: string };

/**
 * Refuses to run on keys that are not all those that the database rests on: MFA must not fail open, nor fall silent
 * (R70), and no password would fit. A rotation that was cut off anywhere passes.
 * @throws ConfigError that names the key
 */
export async function assertKeysFit(db: Db, keys: Keys): Promise<void> {
  if ((await stateOf(db, stateKey)) === undefined) await keepFirstState(db, stateKey, sealed(keys, needed(keys)));
  assertFit(keys, await stateOf(db, stateKey));
}

/**
 * Writes down that the database rests on the keys that are in use now, and on these that some values need still.
 * @throws ConfigError when it rests on others meanwhile: somebody else rotates the keys, with another key file
 */
export async function noteKeys(db: Db, keys: Keys, alsoNeeded: readonly string[] = []): Promise<void> {
  const before = await stateOf(db, stateKey);
  assertFit(keys, before);
  const { sealing, signing } = needed(keys);
  const value = sealed(keys, { sealing: [...new Set([...sealing, ...alsoNeeded])], signing });
  if (!(await changeState(db, stateKey, { from: before ?? '', to: value }))) await noteKeys(db, keys, alsoNeeded);
}

/** What a database knows its keys by; it opens nothing. */
export async function keyCheckOf(db: Db): Promise<string> {
  return (await stateOf(db, stateKey)) ?? '';
}

/**
 * Refuses keys that what a database, or a backup of it, knows its keys by does not fit.
 * @throws ConfigError that names the key
 */
export function assertFit(keys: Keys, text: string | undefined): void {
  const kept = open(keys, text ?? '');
  const missing = kept.sealing.find((id) => !keys.sealing.some((key) => key.id === id));
  if (missing !== undefined) throw wrongKeys(`the sealing key ${missing} is missing`);
  if (!keys.signing.some((key) => thumbOf(key) === kept.signing)) throw wrongKeys('the signing key is another one');
}

function needed({ sealing: [seals], signing: [signs] }: Keys): Needed {
  return { sealing: seals ? [seals.id] : [], signing: signs ? thumbOf(signs) : '' };
}

function thumbOf({ kid, x }: Keys['signing'][number]): string {
  return `${kid} ${x}`;
}

function sealed(keys: Keys, value: Needed): string {
  return seal(keys, JSON.stringify(value), place);
}

function open(keys: Keys, text: string): Needed {
  try {
    return JSON.parse(unseal(keys, text, place)) as Needed;
  } catch {
    throw wrongKeys('no sealing key opens what it holds');
  }
}

function wrongKeys(which: string): ConfigError {
  return new ConfigError(
    `The keys in the data folder are not those of this database: ${which}. Restore keys/keys.json.`,
  );
}
