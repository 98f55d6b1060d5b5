import { createHash, randomBytes } from 'node:crypto';
import type { Hasher } from '../../src/crypto/passwords.ts';

/**
 * A hasher that costs nothing, for races and long series: what they show lies in the database, and hundreds of slow
 * hashes would show it too late. Never for a test about hashing, its slots or its time.
 */
export function fastHasher(): Hasher {
  const digest = (secret: string, salt: string) =>
    createHash('sha256')
      .update(`${salt}:${secret.normalize('NFC')}`)
      .digest('base64url');
  return {
    enter: async () => () => {},
    hash: async (password) => {
      const salt = randomBytes(8).toString('base64url');
      return `fast$${salt}$${digest(password, salt)}`;
    },
    verify: async (stored, password) => {
      await tick();
      const [, salt = '', expected] = stored?.split('$') ?? [];
      return digest(password, salt) === expected;
    },
    hashWithSalt: async (secret, salt) => digest(secret, salt),
    isCurrent: () => true,
    load: () => ({ running: 0, waiting: 0, refused: 0 }),
    pretend: tick,
  };
}

/** Lets other requests run, as a real hash on its thread would. */
function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
