import { setTimeout as delay } from 'node:timers/promises';
import { isClockOff } from './clock.ts';
import type { Context } from './context.ts';
import { freeSpaceOf, isReady, type StorageTrouble, storageTrouble } from './db/database.ts';
import { keepState } from './db/state.ts';
import { limits } from './limits.ts';

/** One of what a server needs to serve. `reason` is a word, and says nothing of the inside. */
export type Check = {
  readonly name: 'database' | 'writes' | 'clock';
  readonly ok: boolean;
  readonly reason?: StorageTrouble | 'not up to date' | 'clock differs from the database' | undefined;
  /** The last time that the clock was set: when, and by how many milliseconds. */
  readonly stepped?: { readonly at: string; readonly milliseconds: number };
};

const { readiness } = limits;
const fine = undefined;

/**
 * Whether a server can serve: its database answers and takes writes, and its clock is right. Who asks often costs
 * nothing: there is one probe at a time, and while all is well one in two seconds.
 */
export function createReadiness(ctx: Context): () => Promise<Check[]> {
  const probe = createProbe(ctx);
  return async () => {
    const found = await probe();
    const { clockStep } = ctx.health;
    const off = isClockOff(ctx);
    return [
      { name: 'database', ok: found.database === fine, reason: found.database },
      { name: 'writes', ok: found.writes === fine, reason: found.writes },
      {
        name: 'clock',
        ok: !off,
        ...(off && { reason: 'clock differs from the database' }),
        ...(clockStep && { stepped: { ...clockStep, at: new Date(clockStep.at).toISOString() } }),
      },
    ];
  };
}

type Found = { readonly database: Check['reason']; readonly writes: Check['reason'] };

/** What passes by itself must be found twice: one write that waited says nothing. */
const mayPass: readonly Check['reason'][] = ['locked', 'too slow'];

function createProbe(ctx: Context): () => Promise<Found> {
  let last: Found | undefined;
  let endedAt = 0;
  let begun: { readonly at: number; readonly ended: Promise<void> } | undefined;
  let passing = 0;
  const run = async () => {
    const found = await look(ctx);
    passing = mayPass.includes(found.writes) ? passing + 1 : 0;
    last = passing === 1 ? { ...found, writes: fine } : found;
    endedAt = performance.now();
    begun = undefined;
  };
  return async () => {
    const isFine = last !== undefined && last.database === fine && last.writes === fine && passing === 0;
    const due = endedAt + (isFine ? readiness.every : readiness.everyInTrouble) - performance.now();
    if (!begun && due > 0 && !isFine) await delay(due);
    if (!begun && (due <= 0 || !isFine)) begun = { at: performance.now(), ended: run() };
    if (begun) await Promise.race([begun.ended, delay(readiness.patience, undefined, { ref: false })]);
    const waits = begun !== undefined && performance.now() - begun.at > readiness.longestWrite;
    return waits
      ? { database: last?.database, writes: 'too slow' }
      : (last ?? { database: 'too slow', writes: 'too slow' });
  };
}

/** Reads and writes one small row. */
async function look(ctx: Context): Promise<Found> {
  let database: Check['reason'];
  try {
    if (!(await isReady(ctx.db))) database = 'not up to date';
    const free = await freeSpaceOf(ctx.config.databaseUrl);
    if (free !== undefined && free < readiness.leastFree) return { database, writes: 'disk full' };
  } catch (error) {
    const reason = storageTrouble(error);
    return { database: reason, writes: reason };
  }
  try {
    await keepState(ctx.db, 'write_probe', String(ctx.now()));
    return { database, writes: fine };
  } catch (error) {
    return { database, writes: storageTrouble(error) };
  }
}
