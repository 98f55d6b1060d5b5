import { ConfigError } from '../config/setting.ts';
import type { Context, RequestInfo } from '../context.ts';
import { isPublished, type KeyState, readKeyFile } from '../crypto/key-file.ts';
import { lockFile } from '../db/database.ts';
import { countSealed } from '../db/reseal.ts';
import { type Rotation, rotateKeys } from '../key-rotation.ts';
import { limits } from '../limits.ts';
import { runningServers } from '../presence.ts';
import { asTable, exitCodes, type Output, print } from './frame.ts';

export type KeysStatus = {
  readonly file: string;
  /** `values`: how many the database holds that this key has sealed. */
  readonly sealing: readonly { id: string; state: KeyState | 'missing'; values: number }[];
  readonly signing: readonly { kid: string; state: KeyState; until?: string }[];
  /** Running servers, with the sealing keys that they have, the one in use first. */
  readonly servers: readonly { id: string; sealing: readonly string[] }[];
};

/**
 * What the key file holds, and what rests on it. A key that the database needs and the file lacks is `missing`.
 * @throws KeyFileError
 */
export async function keysStatus(ctx: Context): Promise<KeysStatus> {
  const { path: file } = ctx.config.keyFile;
  const { sealing, signing } = readKeyFile(file);
  const counts = await countSealed(ctx.db);
  const known = sealing.map(({ id, state }) => ({ id, state, values: counts[id] ?? 0 }));
  const missing = Object.entries(counts)
    .filter(([id]) => !sealing.some((key) => key.id === id))
    .map(([id, values]) => ({ id, state: 'missing' as const, values }));
  return {
    file,
    sealing: [...known, ...missing],
    signing: signing
      .filter((key) => isPublished(key, ctx.now()))
      .map(({ kid, state, until }) => ({ kid, state, ...(until !== undefined && { until }) })),
    servers: (await runningServers(ctx.db)).map((server) => ({ id: server.id, sealing: server.sealing })),
  };
}

/**
 * Prints which keys there are and what rests on them.
 * @returns the exit code: 1 when a key is missing that the database needs
 */
export async function printKeys(ctx: Context, output: Output): Promise<number> {
  const status = await keysStatus(ctx);
  print(output, status, () => inWords(status));
  return status.sealing.some(({ state }) => state === 'missing') ? exitCodes.failure : exitCodes.ok;
}

function inWords({ file, sealing, signing, servers }: KeysStatus): string {
  const keys = [
    ...sealing.map(({ id, state, values }) => ['sealing', id, state, `sealed ${values} values`]),
    ...signing.map(({ kid, state, until }) => ['signing', kid, state, until ? `published until ${until}` : '']),
  ];
  const running = servers.map(({ id, sealing: own }) => `Running server ${id} has ${own.join(', ')}`);
  return [file, asTable(['key', 'id', 'state', ''], keys), ...running].join('\n');
}

/**
 * Rotates the keys, or goes on with a rotation that was cut off or waits for a server.
 * @returns the exit code: 1 while it waits for a server
 * @throws KeyFileError when the key file cannot be replaced; ConfigError when another command rotates the keys
 */
export async function rotateKeysCommand(ctx: Context, info: RequestInfo, output: Output): Promise<number> {
  const { path: file } = ctx.config.keyFile;
  const release = lockFile(file);
  if (!release) throw new ConfigError(`Another command is rotating the keys in ${file}. Wait for it.`);
  try {
    const { settle, patience: servers } = limits.keys;
    const rotation = await rotateKeys(ctx, info, { settle, servers });
    for (const { table, row } of rotation.unopened) {
      process.stderr.write(`warifu: does not open with any key: ${table} ${row.join(' ')}\n`);
    }
    print(output, rotation, () => outcomeOf(rotation, file));
    return rotation.done ? exitCodes.ok : exitCodes.failure;
  } finally {
    release();
  }
}

function outcomeOf({ done, waitsFor, values }: Rotation, file: string): string {
  if (done) return `The keys are new: ${values} values were sealed anew, and the old keys are gone from ${file}.`;
  const those = waitsFor.map(({ id }) => id).join(', ');
  return `Not done yet: running servers without this key file: ${those}.
Copy ${file} to them (mode 0600), then run this again. Until then the old keys stay.`;
}
