import { sql } from 'kysely';
import { type Context, unknownSource } from '../context.ts';
import type { Db } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { sourceNetwork } from './source.ts';

/** A budget of `limit` uses in each window of `length` milliseconds, counted in the database. */
export type Window = { readonly scope: string; readonly key: string; readonly limit: number; readonly length: number };

/** Takes one use of a window in one conditional statement; false when the budget is spent. */
export async function takeFromWindow(db: Db, window: Window, now: number): Promise<boolean> {
  // What many people have in common is no source: one of them would use up the budget of all. Accounts stay counted.
  if (window.key === unknownSource) return true;
  // One that begins later than now was written by a clock that was ahead.
  const later = now + limits.clock.step;
  const over = sql<boolean>`(attempt_windows.window_start + ${window.length} <= ${now} or attempt_windows.window_start > ${later})`;
  const row = await db
    .insertInto('attempt_windows')
    .values({ scope: window.scope, key: window.key, window_start: now, count: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['scope', 'key'])
        .doUpdateSet({
          count: sql<number>`case when ${over} then 1 else attempt_windows.count + 1 end`,
          window_start: sql<number>`case when ${over} then ${now} else attempt_windows.window_start end`,
        })
        .where(sql<boolean>`(attempt_windows.count < ${window.limit} or ${over})`),
    )
    .returning('count')
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a window that began then is over. One that begins later than now was written by a clock that was ahead. */
export function isWindowOver(start: number, length: number, now: number): boolean {
  return start + length <= now || start > now + limits.clock.step;
}

const kept = preparedRead(
  (db, scope, key) =>
    db
      .selectFrom('attempt_windows')
      .select(['window_start', 'count'])
      .where('scope', '=', scope)
      .where('key', '=', key),
  ([row]) => row,
);

/** Whether the budget of a window is spent, as far as is committed. It only reads. */
export async function isSpent(db: Db, { scope, key, limit, length }: Window, now: number): Promise<boolean> {
  if (key === unknownSource) return false;
  const row = await kept(db, scope, key);
  return row !== undefined && row.count >= limit && !isWindowOver(row.window_start, length, now);
}

/** Gives one use back: the attempt turned out not to be a failure. */
export async function giveBackToWindow(db: Db, window: Pick<Window, 'scope' | 'key'>): Promise<void> {
  await db
    .updateTable('attempt_windows')
    .set((eb) => ({ count: eb('count', '-', 1) }))
    .where('scope', '=', window.scope)
    .where('key', '=', window.key)
    .where('count', '>', 0)
    .execute();
}

/**
 * Counts a request that needs no session against its source.
 * @throws Failure COM0429 when the source sent too many, whatever they were about
 */
export async function assertNoFlood(ctx: Context, scope: string, sourceIp: string): Promise<void> {
  const { requestsPerSource: limit, sourceWindow: length } = limits.reset;
  const window = { scope, key: sourceNetwork(sourceIp), limit, length };
  const now = ctx.now();
  // Read first: a flood must not wait for a writer, nor others for it.
  if ((await isSpent(ctx.db, window, now)) || !(await takeFromWindow(ctx.db, window, now))) {
    throw new Failure('COM0429', {}, length / 1000);
  }
}
