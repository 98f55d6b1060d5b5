import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../limits.ts';
import { hashThreads } from './hash-threads.ts';
import { createPlaces, type Places, type PlacesLoad, type Standing } from './places.ts';

export type Hasher = {
  /** Waits for a place, which `verify` needs; the others take one for themselves. All throw COM0503 when too many wait. */
  readonly enter: Places['enter'];
  /** Hash of a new password, as a PHC string (argon2id). It is stored sealed (R07). */
  hash(password: string, standing?: Standing): Promise<string>;
  /**
   * Whether a password fits a stored hash, by a caller that has a place. `undefined` stands for an account without one:
   * the same work is done.
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** Whether a stored hash was made with today's parameters. */
  isCurrent(stored: string): boolean;
  /** Slow hash of a short secret under a given salt (backup codes), base64url. It is stored sealed. */
  hashWithSalt(secret: string, salt: string, standing?: Standing): Promise<string>;
  /** How many hashes run and wait now, and how many were refused since the start. */
  load(): PlacesLoad;
  /** Takes as long as `verify` lately took, without the work: for attempts that are refused unevaluated (R08). */
  pretend(): Promise<void>;
};

export type HasherOptions = { readonly slots: number };

const { memoryKiB, passes, lanes, saltBytes, tagBytes } = limits.kdf;
const cost = `m=${memoryKiB},t=${passes},p=${lanes}`;

/** Makes the hasher; `slots` threads hash at once, the rest wait within bounds. */
export function createHasher(options: HasherOptions): Hasher {
  const places = createPlaces(options.slots);
  const waits = sampler();
  const durations = sampler();
  const dummySalt = randomBytes(saltBytes);
  const argon2id = hashThreads(options.slots);

  const tag = async (secret: string, salt: Uint8Array, parameters: Parameters = today) => {
    const started = performance.now();
    const raw = await argon2id({ secret, salt, outputLen: tagBytes, ...parameters });
    durations.add(performance.now() - started);
    return raw;
  };

  const enter: Places['enter'] = async (standing) => {
    const started = performance.now();
    const leave = await places.enter(standing);
    waits.add(performance.now() - started);
    return leave;
  };
  const tagInPlace = async (standing: Standing, secret: string, salt: Uint8Array) => {
    const leave = await enter(standing);
    return await tag(secret, salt).finally(leave);
  };

  return {
    enter,
    hash: async (password, standing = 'known') => {
      const salt = randomBytes(saltBytes);
      const digest = await tagInPlace(standing, password.normalize('NFC'), salt);
      return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(digest)}`;
    },
    verify: async (stored, password) => {
      const known = stored === undefined ? undefined : parsePhc(stored);
      const digest = await tag(password.normalize('NFC'), known?.salt ?? dummySalt, known?.parameters);
      return known ? timingSafeEqual(digest, known.digest) : false;
    },
    isCurrent: (stored) => stored.startsWith(`$argon2id$v=19$${cost}$`),
    hashWithSalt: async (secret, salt, standing = 'known') =>
      (await tagInPlace(standing, secret, Buffer.from(salt, 'base64url'))).toString('base64url'),
    load: places.load,
    pretend: async () => {
      const duration = durations.any();
      if (duration === undefined) await tag('', dummySalt);
      else await delay(duration + (waits.any() ?? 0));
    },
  };
}

/** Remembers some of the latest values, and gives back any of them. */
function sampler() {
  const values: number[] = [];
  return {
    add: (value: number) => {
      values[values.length < 64 ? values.length : randomInt(64)] = value;
    },
    any: () => (values.length === 0 ? undefined : values[randomInt(values.length)]),
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

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
