import type { Context, Expiring } from './context.ts';
import { type Db, transaction } from './db/database.ts';
import { keepState, stateOf } from './db/state.ts';
import { limits } from './limits.ts';

const key = 'latest_time';

/**
 * Watches for a clock that goes back, also while the server is down. Its answer is called before any work: what had
 * expired by the latest time seen is then removed for good, and what was written ahead of time begins now. After that
 * the clock is believed again (decision 0017).
 */
export function watchClock(ctx: Context, expiring: readonly Expiring[]): () => Promise<void> | undefined {
  let latest: number | undefined;
  let correcting: Promise<void> | undefined;
  const correct = async (ahead: number) => {
    for (const { remove } of expiring) await remove(ctx, ahead);
    await transaction(ctx.db, async (db) => {
      for (const { bringBack } of expiring) await bringBack?.(db, ctx.now());
      await writeTime(db, ctx.now());
    });
    ctx.counts.clockSteps++;
    ctx.log.warn({ milliseconds: ahead - ctx.now() }, 'the clock went back');
    latest = ctx.now();
  };
  const settle = async () => {
    latest ??= await readTime(ctx.db);
    const now = ctx.now();
    if (now >= latest - limits.clock.step) latest = Math.max(latest, now);
    else await (correcting ??= correct(latest).finally(() => (correcting = undefined)));
  };
  return () => {
    const now = ctx.now();
    if (latest === undefined || now < latest - limits.clock.step) return settle();
    if (now > latest) latest = now;
    return undefined;
  };
}

/** Writes the time down, for a server that starts with another clock. */
export async function keepTime(ctx: Context): Promise<void> {
  if ((await readTime(ctx.db)) < ctx.now()) await writeTime(ctx.db, ctx.now());
}

async function readTime(db: Db): Promise<number> {
  return Number((await stateOf(db, key)) ?? 0);
}

async function writeTime(db: Db, now: number): Promise<void> {
  await keepState(db, key, String(now));
}
