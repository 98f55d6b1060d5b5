import { createHmac, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { limits } from '../limits.ts';

const mostFormer = 16;

/** `next`: known to every server before it is used. `old`: opens and is published until nothing needs it. */
export type KeyState = 'next' | 'current' | 'old';

/** What the key file holds; exactly one key of each kind is `current`. */
export type KeyFile = {
  readonly version: 1;
  /** AES-256, base64. */
  readonly sealing: readonly { readonly id: string; readonly state: KeyState; readonly key: string }[];
  readonly signing: readonly SigningKey[];
  /**
   * Sealing keys that were dropped: by their IDs a server that slept through a rotation knows its own file. What was
   * derived from them is good for the CSRF tokens of open pages, until an instant (ISO 8601).
   */
  readonly former?: readonly { readonly id: string; readonly blind: string; readonly until: string }[];
};

/** An Ed25519 key as a JWK. Of an old one only the public half is kept, as long as a token of it may live. */
export type SigningKey = JsonWebKey & {
  readonly kid: string;
  readonly x: string;
  readonly state: KeyState;
  /** Old ones: until when it is published, ISO 8601. */
  readonly until?: string;
};

/** A key file that must not be used; `message` says what to do. */
export class KeyFileError extends Error {}

/**
 * Reads a key file.
 * @throws KeyFileError when it is damaged; an error of the file system
 */
export function readKeyFile(file: string): KeyFile {
  const text = readFileSync(file, 'utf8');
  try {
    const content = JSON.parse(text) as KeyFile;
    const isWhole =
      content.version === 1 &&
      [content.sealing, content.signing].every((keys) => keys.filter(isCurrent).length === 1) &&
      content.sealing.every(({ id, key }) => /^[\da-f]{8}$/.test(id) && Buffer.from(key, 'base64').length === 32) &&
      content.signing.every(({ kid, x, d, state }) => kid !== '' && x !== '' && (state === 'old' || d !== undefined));
    if (isWhole) return content;
  } catch {
    // Said below: what is wrong with it would show a part of a key.
  }
  throw new KeyFileError(`The key file ${file} is damaged. Restore it from a backup.`);
}

export function isCurrent({ state }: { readonly state: KeyState }): boolean {
  return state === 'current';
}

/** Makes a key file with mode 0600, unless there is one: whole or not at all, whenever this process is killed. */
export function createKeyFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const part = writePart(file, {
    version: 1,
    sealing: [newSealingKey('current')],
    signing: [newSigningKey('current')],
  });
  try {
    linkSync(part, file);
  } catch (error) {
    // Of two that start at once, one makes it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * Puts another content in the place of a key file, which keeps its mode and owner. At every moment there is one of the
 * two, whole and on the disk.
 * @throws KeyFileError when the file cannot be replaced
 */
export function replaceKeyFile(named: string, content: KeyFile): void {
  let part: string | undefined;
  try {
    const file = realpathSync(named);
    part = writePart(file, content, statSync(file));
    renameSync(part, file);
    const folder = openSync(dirname(file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    if (part !== undefined) rmSync(part, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new KeyFileError(
      `The key file ${named} cannot be replaced (${code}). Where it is on a volume that is only read, such as a Secret: copy it, set WARIFU_KEYS_FILE to the copy and run this there, then put the copy into the volume and run it again.`,
      { cause: error },
    );
  }
}

function writePart(file: string, content: KeyFile, like?: { mode: number; uid: number; gid: number }): string {
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  const handle = openSync(part, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    if (like) {
      const own = process.getuid?.() === like.uid && process.getgid?.() === like.gid;
      if (!own) fchownSync(handle, like.uid, like.gid);
      fchmodSync(handle, like.mode & 0o777);
    }
    fsyncSync(handle);
    return part;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** The first step of a rotation: new keys that nothing is made with yet. */
export function withNext(content: KeyFile): KeyFile {
  return {
    ...content,
    sealing: [...content.sealing, newSealingKey('next')],
    signing: [...content.signing, newSigningKey('next')],
  };
}

/** The second step: the new keys are used. Of the signing key that was, the public half stays while a token of it lives. */
export function withNextInUse(content: KeyFile, now: number): KeyFile {
  const until = now + limits.session.apiMaxLife + limits.day;
  const moved: Record<KeyState, KeyState> = { next: 'current', current: 'old', old: 'old' };
  return {
    ...content,
    sealing: content.sealing.map((key) => ({ ...key, state: moved[key.state] })),
    signing: content.signing.map(({ d, ...key }) => {
      if (key.state === 'current') return { ...key, state: 'old', until: new Date(until).toISOString() };
      return { ...key, state: moved[key.state], ...(d !== undefined && { d }) };
    }),
  };
}

/** The last step: nothing is left that the old keys would open. */
export function withoutOld({ sealing, signing, former = [] }: KeyFile, now: number): KeyFile {
  const until = new Date(now + limits.session.consoleLife).toISOString();
  const old = sealing.filter((key) => !isCurrent(key));
  const dropped = old.map(({ id, key }) => ({ id, blind: blindOf(key).toString('base64'), until }));
  return {
    version: 1,
    sealing: sealing.filter(isCurrent),
    signing: signing.filter((key) => isPublished(key, now)),
    former: [...former, ...dropped].slice(-mostFormer),
  };
}

/** What names are keyed with, derived from a sealing key, of which it tells nothing. */
export function blindOf(sealingKey: string): Buffer {
  return createHmac('sha256', Buffer.from(sealingKey, 'base64')).update('blind').digest();
}

/** Whether services that verify tokens may still meet one of a key. */
export function isPublished({ until }: SigningKey, now: number): boolean {
  return until === undefined || Date.parse(until) > now;
}

function newSealingKey(state: KeyState) {
  return { id: randomBytes(4).toString('hex'), state, key: randomBytes(32).toString('base64') };
}

function newSigningKey(state: KeyState): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' }) as JsonWebKey & { x: string };
  return { kid: randomBytes(4).toString('hex'), state, ...jwk };
}
