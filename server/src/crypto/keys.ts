import { existsSync, statSync } from 'node:fs';
import {
  blindOf,
  createKeyFile,
  isCurrent,
  type KeyFile,
  KeyFileError,
  readKeyFile,
  type SigningKey,
} from './key-file.ts';
import { isOpenToOthers } from './private-file.ts';

/** Keys kept outside the database; losing the file means that nobody can sign in. */
export type Keys = {
  /** AES-256 keys by id; the first seals, all open. */
  readonly sealing: readonly { readonly id: string; readonly key: Uint8Array }[];
  /** Keys names that must not be readable or guessable in the database. Only what lives for minutes rests on it. */
  readonly blind: Uint8Array;
  /** Those of the other keys, also of dropped ones, for pages that are open meanwhile. */
  readonly otherBlinds: readonly { readonly key: Uint8Array; readonly until: number }[];
  /** Ed25519 keys; the first signs tokens, the public halves of all are published. */
  readonly signing: readonly SigningKey[];
  /**
   * Takes the key file again when it was replaced; keeps what it has while that cannot be used, or comes from elsewhere.
   * @returns whether there are other keys now
   */
  refresh(): boolean;
};

/**
 * Reads the key file, or makes it once (mode 0600). Whoever holds the keys sees when the file is replaced.
 * @param isGuarded whether a service manager keeps others away from it, whatever its mode says
 * @throws KeyFileError when others may read it, or it is damaged or cannot be made
 */
export function loadKeys(file: string, isGuarded = false): Keys {
  try {
    if (!existsSync(file)) createKeyFile(file);
    return watched(file, isGuarded);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof KeyFileError || code === undefined) throw error;
    throw new KeyFileError(`The key file ${file} can neither be read nor made (${code}).`, { cause: error });
  }
}

function watched(file: string, isGuarded: boolean): Keys {
  const read = () => {
    if (!isGuarded) assertPrivate(file);
    return readKeyFile(file);
  };
  let seen = versionOf(file);
  const keys = {
    ...keysIn(read()),
    refresh: (): boolean => {
      try {
        const version = versionOf(file);
        if (version === seen || version === undefined) return false;
        const newer = read();
        seen = version;
        // SECURITY: what is sealed with the keys of another database would be lost with the next start.
        const own = [...newer.sealing.map(({ id }) => id), ...(newer.former ?? []).map(({ id }) => id)];
        if (!own.includes(keys.sealing[0]?.id ?? '')) return false;
        Object.assign(keys, keysIn(newer));
        return true;
      } catch {
        // Half written, away, or not for us: whoever asks next looks again.
        return false;
      }
    },
  };
  return keys;
}

/** Another text for another content: a replaced file has another inode, one that was written into another time. */
function versionOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino} ${found.mtimeNs} ${found.size}`;
}

function assertPrivate(file: string): void {
  if (!isOpenToOthers(file)) return;
  throw new KeyFileError(`The key file keys/keys.json is readable by others. Run: chmod 600 ${file}`);
}

function keysIn({ sealing, signing, former = [] }: KeyFile): Omit<Keys, 'refresh'> {
  const [current, ...rest] = currentFirst(sealing);
  if (!current) throw new Error('no sealing key');
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return {
    sealing: [current, ...rest].map(({ id, key }) => ({ id, key: bytes(key) })),
    blind: blindOf(current.key),
    otherBlinds: [
      // Other servers may use the next one a moment before this one, or the old one a moment longer.
      ...rest.map(({ key }) => ({ key: blindOf(key), until: Number.POSITIVE_INFINITY })),
      ...former.map(({ blind, until }) => ({ key: bytes(blind), until: Date.parse(until) })),
    ],
    signing: currentFirst(signing),
  };
}

function currentFirst<T extends KeyFile['sealing'][number] | SigningKey>(keys: readonly T[]): T[] {
  return keys.toSorted((a, b) => Number(isCurrent(b)) - Number(isCurrent(a)));
}
