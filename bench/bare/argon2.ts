import { randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { limits } from '../../server/src/limits.ts';
import { runLoop } from './loop.ts';

/** The floor of a sign-in: the same hash by the same library, so many always in flight: `argon2.ts <seconds> <in flight>`. */
const { memoryKiB: memoryCost, passes: timeCost, lanes: parallelism, saltBytes, tagBytes: outputLen } = limits.kdf;
const options = { algorithm: 2, memoryCost, timeCost, parallelism, outputLen };

await runLoop(async () => {
  const hash = await hashRaw('bench pass phrase', { ...options, salt: randomBytes(saltBytes) });
  if (hash.length !== outputLen) throw new Error('not a hash');
});
