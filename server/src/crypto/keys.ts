import { createHmac, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isOpenToOthers } from './private-file.ts';

/** Keys kept outside the database; losing the file means that nobody with MFA can sign in. */
export type Keys = {
  /** AES-256 keys by id; the first seals, all open. */
  readonly sealing: readonly { readonly id: string; readonly key: Uint8Array }[];
  /** Mixed into password and backup code hashes. */
  readonly pepper: Uint8Array;
  /** Keys names that must not be readable or guessable in the database, and CSRF tokens. */
  readonly blind: Uint8Array;
  /** Ed25519 private key as a JWK, for the tokens' signature. */
  readonly signing: JsonWebKey & { readonly kid: string };
};

type KeyFile = {
  version: 1;
  sealing: { id: string; key: string }[];
  pepper: string;
  signing: JsonWebKey & { kid: string };
};

/** A key file that must not be used; `message` says what to do. */
export class KeyFileError extends Error {}

/**
 * What a database keeps to know its keys by; it opens nothing. The sealing keys are not in it: what they sealed tells.
 * @returns a keyed hash for each of the others
 */
export function fingerprintOf({ pepper, signing }: Keys): { readonly pepper: string; readonly signing: string } {
  const mark = (text: string) => createHmac('sha256', pepper).update(text).digest('base64url');
  return { pepper: mark('fingerprint'), signing: mark(`fingerprint:${signing.kid}:${signing.d}`) };
}

/**
 * Reads the key file, or makes it once (mode 0600).
 * @param isGuarded whether a service manager keeps others away from it, whatever its mode says
 * @throws KeyFileError when others may read it, or it is damaged or cannot be made
 */
export function loadKeys(file: string, isGuarded = false): Keys {
  try {
    if (!existsSync(file)) createKeyFile(file);
    if (!isGuarded) assertPrivate(file);
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof KeyFileError || code === undefined) throw error;
    throw new KeyFileError(`The key file ${file} can neither be read nor made (${code}).`, { cause: error });
  }
}

function assertPrivate(file: string): void {
  if (!isOpenToOthers(file)) return;
  throw new KeyFileError(`The key file keys/keys.json is readable by others. Run: chmod 600 ${file}`);
}

function parse(text: string): Keys {
  try {
    const content = JSON.parse(text) as KeyFile;
    const sealing = content.sealing.map(({ id, key }) => ({ id, key: bytes32(key) }));
    const pepper = bytes32(content.pepper);
    if (sealing.length === 0 || typeof content.signing.d !== 'string') throw new Error('incomplete');
    return { sealing, pepper, blind: createHmac('sha256', pepper).update('blind').digest(), signing: content.signing };
  } catch (error) {
    throw new KeyFileError('The key file keys/keys.json is damaged. Restore it from a backup.', { cause: error });
  }
}

function createKeyFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const content: KeyFile = {
    version: 1,
    sealing: [{ id: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') }],
    pepper: randomBytes(32).toString('base64'),
    signing: { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(4).toString('hex') },
  };
  // It is there whole or not at all, whenever this process is killed; of two that start at once, one makes it.
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  const handle = openSync(part, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(handle);
    linkSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(handle);
    unlinkSync(part);
  }
}

function bytes32(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 32) throw new Error('a key has the wrong length');
  return bytes;
}
