import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { hashThreads } from './hash-threads.ts';
import type { Keys } from './keys.ts';

export type Hasher = {
  /** Hash of a new password, as a PHC string (argon2id, then HMAC with the pepper). */
  hash(password: string): Promise<string>;
  /**
   * Whether a password fits a stored hash. `undefined` stands for an account without one: the same work is done.
   * @throws Failure COM0503 when too many hashes wait already
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** Whether a stored hash was made with today's parameters. */
  isCurrent(stored: string): boolean;
  /** Keyed slow hash of a short secret under a given salt (backup codes), base64url. */
  hashWithSalt(secret: string, salt: string): Promise<string>;
  /** How many hashes run and wait now, and how many were refused since the start. */
  load(): HasherLoad;
  /** Takes as long as `verify` lately took, without the work: for attempts that are refused unevaluated (R08). */
  pretend(): Promise<void>;
};

export type HasherLoad = { readonly running: number; readonly waiting: number; readonly refused: number };
export type HasherOptions = { readonly slots: number };

const { memoryKiB, passes, lanes, saltBytes, tagBytes } = limits.kdf;
const cost = `m=${memoryKiB},t=${passes},p=${lanes}`;

/** With a thread: the hash that it makes, and the next one, so that it need not wait for the event loop. */
const perThread = 2;

/** Makes the hasher; `slots` threads hash at once, the rest wait within bounds. */
export function createHasher(keys: Keys, options: HasherOptions): Hasher {
  const { slot, load } = createSlots(options.slots);
  const durations: number[] = [];
  const dummySalt = randomBytes(saltBytes);
  const argon2id = hashThreads(options.slots);

  const tag = async (secret: string, salt: Uint8Array, parameters: Parameters = today) => {
    const started = performance.now();
    const raw = await slot(() => argon2id({ secret, salt, outputLen: tagBytes, ...parameters }));
    durations[durations.length < 64 ? durations.length : randomInt(64)] = performance.now() - started;
    return createHmac('sha256', keys.pepper).update(raw).digest();
  };

  return {
    hash: async (password) => {
      const salt = randomBytes(saltBytes);
      const digest = await tag(password.normalize('NFC'), salt);
      return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(digest)}`;
    },
    verify: async (stored, password) => {
      const known = stored === undefined ? undefined : parsePhc(stored);
      const digest = await tag(password.normalize('NFC'), known?.salt ?? dummySalt, known?.parameters);
      return known ? timingSafeEqual(digest, known.digest) : false;
    },
    isCurrent: (stored) => stored.startsWith(`$argon2id$v=19$${cost}$`),
    hashWithSalt: async (secret, salt) => (await tag(secret, Buffer.from(salt, 'base64url'))).toString('base64url'),
    load,
    pretend: async () => {
      if (durations.length === 0) await tag('', dummySalt);
      else await delay(durations[randomInt(durations.length)] ?? 0);
    },
  };
}

/** A random salt for `hashWithSalt`, base64url. */
export function newSalt(): string {
  return randomBytes(saltBytes).toString('base64url');
}

type Parameters = { readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number };

const today: Parameters = { memoryCost: memoryKiB, timeCost: passes, parallelism: lanes };
/** `$argon2id$v=19$m=…,t=…,p=…$salt$digest`, with bounds that keep a damaged row from costing a gigabyte. */
const phcForm = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d),p=(\d)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

function parsePhc(stored: string) {
  const [, m, t, p, salt, digest] = phcForm.exec(stored) ?? [];
  if (!salt || !digest) return undefined;
  const parameters = { memoryCost: Number(m), timeCost: Number(t), parallelism: Number(p) };
  return { parameters, salt: Buffer.from(salt, 'base64'), digest: Buffer.from(digest, 'base64') };
}

/** One hash a thread; 64 wait, with the threads or here for at most a second, then the caller gets a 503. */
function createSlots(threads: number) {
  let free = threads * perThread;
  const mostWaiting = limits.kdf.waiting - threads * (perThread - 1);
  const queue: (() => void)[] = [];
  let refused = 0;
  const release = () => {
    const next = queue.shift();
    if (next) next();
    else free++;
  };
  const acquire = async () => {
    if (free > 0) {
      free--;
      return;
    }
    try {
      if (queue.length >= mostWaiting) throw new Failure('COM0503', {}, 1);
      await waitInQueue(queue);
    } catch (error) {
      refused++;
      throw error;
    }
  };
  const slot = async <T>(work: () => Promise<T>): Promise<T> => {
    await acquire();
    try {
      return await work();
    } finally {
      release();
    }
  };
  const load = () => ({ running: threads * perThread - free, waiting: queue.length, refused });
  return { slot, load };
}

function waitInQueue(queue: (() => void)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      queue.splice(queue.indexOf(start), 1);
      reject(new Failure('COM0503', {}, 1));
    }, limits.kdf.maxWait);
    queue.push(start);
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
