import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashRawSync } from '@node-rs/argon2';

export type HashJob = {
  readonly secret: string;
  readonly salt: Uint8Array;
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
  readonly outputLen: number;
};

/** `Algorithm.Argon2id` of the library, whose const enum cannot be imported. */
const argon2id = 2;
const behindOthers = 10;

// On Linux 0 is the calling thread; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(0, behindOthers);

parentPort?.on('message', ({ secret, ...options }: HashJob) => {
  try {
    parentPort?.postMessage(hashRawSync(secret, { algorithm: argon2id, ...options }));
  } catch (error) {
    parentPort?.postMessage(error instanceof Error ? error.message : 'The hash failed.');
  }
});
