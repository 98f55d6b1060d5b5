import type { Context } from '../context.ts';
import { perDatabase } from '../db/reads.ts';
import { limits } from '../limits.ts';

type Unwritten = { readonly at: number; count: number; write: (count: number) => Promise<unknown> };

/** Attempts on paused accounts that are on record together, by operation and account. */
const unwritten = perDatabase(() => new Map<string, Unwritten>());

/**
 * Notes an attempt that pacing refused. The first on an account is on record at once, those of the minute after it
 * together: a storm must neither fill the log nor wait for it.
 * @param key the operation, and whose account it was about
 * @param write puts so many of them on record
 */
export async function notePaused(ctx: Context, key: string, write: (count: number) => Promise<unknown>): Promise<void> {
  const noted = unwritten(ctx.db);
  const known = noted.get(key);
  if (known) {
    known.count++;
    known.write = write;
    return;
  }
  // SECURITY: bounded, as the accounts of a storm are many; what finds no room is in the log of requests alone.
  if (noted.size >= limits.login.pausedKept) return;
  noted.set(key, { at: ctx.now(), count: 0, write });
  await write(1);
}

/** Puts on record what was noted for a minute or longer. */
export async function writePaused(ctx: Context, age: number = limits.login.pausedRecord): Promise<void> {
  const noted = unwritten(ctx.db);
  for (const [key, { at, count, write }] of noted) {
    if (at > ctx.now() - age && at <= ctx.now()) continue;
    if (count > 0) await write(count);
    noted.delete(key);
  }
}
