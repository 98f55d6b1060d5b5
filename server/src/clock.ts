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
    ctx.health.clockStep = { at: ctx.now(), milliseconds: ctx.now() - ahead };
    latest = ctx.now();
  };
  const settle = async () => {
    latest ??= await readTime(ctx.db);
    const now = ctx.now();
    if (now >= latest - limits.clock.step) {
      latest = Math.max(latest, now);
      return;
    }
    // SECURITY: of several servers this one may be wrong and the time that others wrote right: it must not clear their counters.
    await compareClock(ctx);
    if (!isClockOff(ctx)) await (correcting ??= correct(latest).finally(() => (correcting = undefined)));
  };
  return () => {
    const now = ctx.now();
    if (latest === undefined || now < latest - limits.clock.step) return settle();
    if (now > latest) latest = now;
    return undefined;
  };
}

/** Whether this server's clock is not that of its database. What it believes of the time concerns nobody else then. */
export function isClockOff({ health: { clockAhead } }: Pick<Context, 'health'>): boolean {
  return clockAhead !== undefined && Math.abs(clockAhead) > limits.clock.apart;
}

/** Compares the clock with the database's, where that is another one; says so once when it is off, and when it is right again. */
export async function compareClock(ctx: Context): Promise<void> {
  if (!ctx.databaseClock) return;
  const wasOff = isClockOff(ctx);
  const before = ctx.now();
  const there = await ctx.databaseClock();
  ctx.health.clockAhead = Math.round((before + ctx.now()) / 2 - there);
  const isOff = isClockOff(ctx);
  const found = { milliseconds: ctx.health.clockAhead };
  if (isOff && !wasOff) ctx.log.error(found, 'the clock is not that of the database: this server is not ready');
  if (!isOff && wasOff) ctx.log.info(found, 'the clock is that of the database again');
}

/**
 * Writes the time down, for a server that starts with another clock, and notices a clock that was put ahead: what that
 * ends early cannot be known from the data.
 */
export function timekeeper(ctx: Context): () => Promise<void> {
  let seen: { readonly wall: number; readonly steady: number } | undefined;
  return async () => {
    const now = { wall: ctx.now(), steady: performance.now() };
    const ahead = seen === undefined ? 0 : now.wall - seen.wall - (now.steady - seen.steady);
    seen = now;
    if (ahead > limits.clock.step) {
      ctx.log.warn({ milliseconds: Math.round(ahead) }, 'the clock went ahead');
      ctx.health.clockStep = { at: now.wall, milliseconds: Math.round(ahead) };
    }
    await compareClock(ctx);
    if (!isClockOff(ctx) && (await readTime(ctx.db)) < now.wall) await writeTime(ctx.db, now.wall);
  };
}

async function readTime(db: Db): Promise<number> {
  return Number((await stateOf(db, key)) ?? 0);
}

async function writeTime(db: Db, now: number): Promise<void> {
  await keepState(db, key, String(now));
}
