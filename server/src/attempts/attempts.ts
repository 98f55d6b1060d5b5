import { type ExpressionBuilder, sql } from 'kysely';
import { type Context, type Expiring, unknownSource } from '../context.ts';
import { keyedHash } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { Database } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { limits } from '../limits.ts';
import { sourceNetwork } from './source.ts';
import { giveBackToWindow, takeFromWindow, type Window } from './windows.ts';

/** Whose password is tried. An account that does not exist is counted alike, under a name nobody can read (R11). */
export type Attempted = { readonly operatorId: string; readonly userId: string } | { readonly phantom: string };

export type Attempt = {
  readonly accountKey: string;
  readonly network: string;
  /** Consecutive failures of the account, this one included until it is settled. */
  readonly failures: number;
  /** What this booking made the account's pause, and what it was before. */
  readonly pause: { readonly from: number; readonly to: number };
};

export type Verdict =
  | { readonly verdict: 'evaluate'; readonly attempt: Attempt }
  | { readonly verdict: 'refuse' }
  | { readonly verdict: 'flood' };

const { login } = limits;

/**
 * Books a failure before the password is looked at, so that parallel guesses cannot outrun the counters and a rolled
 * back request keeps its count (R09). A success takes the booking back.
 * @returns `flood` when the source sent too many, `refuse` when the account is paused for this source
 */
export async function bookAttempt(ctx: Context, attempted: Attempted, sourceIp: string): Promise<Verdict> {
  const now = ctx.now();
  const network = sourceNetwork(sourceIp);
  const accountKey = accountKeyOf(ctx, attempted);
  return await transaction(ctx.db, async (db) => {
    if (!(await takeFromWindow(db, sourceWindow(network), now))) return { verdict: 'flood' };
    const pair = pairWindow(accountKey, network);
    if (!(await takeFromWindow(db, pair, now))) return { verdict: 'refuse' };
    // SECURITY: everybody behind a proxy that names nobody would be known, as soon as the owner is.
    const known = network !== unknownSource && (await isKnownSource(db, attempted, network, now));
    const booked = await bookOnAccount(db, accountKey, known, now);
    if (!booked) {
      await giveBackToWindow(db, pair);
      return { verdict: 'refuse' };
    }
    return { verdict: 'evaluate', attempt: { accountKey, network, ...booked } };
  });
}

/**
 * Takes a booking back whose password was never looked at, or whose evaluation died: only evaluated failures count, and
 * an account is not paused for others (I9).
 */
export async function cancelAttempt(ctx: Context, attempt: Attempt): Promise<void> {
  await transaction(ctx.db, async (db) => {
    await giveBackToWindow(db, sourceWindow(attempt.network));
    await giveBackToWindow(db, pairWindow(attempt.accountKey, attempt.network));
    await db
      .updateTable('login_accounts')
      .set((eb) => ({ failures: eb('failures', '-', 1) }))
      .where('account_key', '=', attempt.accountKey)
      .where('failures', '>', 0)
      .execute();
    await db
      .updateTable('login_accounts')
      .set({ wait_until: attempt.pause.from })
      .where('account_key', '=', attempt.accountKey)
      .where('wait_until', '=', attempt.pause.to)
      .execute();
  });
}

/** The password was right: the account's count starts anew. Rows are taken in the order in which a booking takes them. */
export async function settleRight(db: Db, attempt: Attempt, now: number): Promise<void> {
  await giveBackToWindow(db, sourceWindow(attempt.network));
  await db
    .deleteFrom('attempt_windows')
    .where('scope', '=', 'login.pair')
    .where('key', '=', `${attempt.accountKey}|${attempt.network}`)
    .execute();
  await db
    .updateTable('login_accounts')
    .set({ failures: 0, wait_until: 0, updated_at: now })
    .where('account_key', '=', attempt.accountKey)
    .execute();
}

/** Remembers a source that signed in: an attack from elsewhere must not pause its owner (R12). */
export async function rememberSource(
  db: Db,
  user: { readonly operatorId: string; readonly userId: string },
  sourceIp: string,
  now: number,
): Promise<void> {
  await db
    .insertInto('known_sources')
    .values({
      operator_id: user.operatorId,
      user_id: user.userId,
      source: sourceNetwork(sourceIp),
      last_success_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['operator_id', 'user_id', 'source']).doUpdateSet({ last_success_at: now }),
    )
    .execute();
}

/** Whether a user signed in from this source within the last 30 days. */
export async function isKnownSource(db: Db, attempted: Attempted, network: string, now: number): Promise<boolean> {
  if ('phantom' in attempted) return false;
  const row = await db
    .selectFrom('known_sources')
    .select('last_success_at')
    .where('operator_id', '=', attempted.operatorId)
    .where('user_id', '=', attempted.userId)
    .where('source', '=', network)
    .where('last_success_at', '>', knownSince(now))
    .executeTakeFirst();
  return row !== undefined;
}

/** A source that signed in after this instant is known. */
export function knownSince(now: number): number {
  return now - login.knownSource;
}

/** Whether strange sources wait, by the end of an account's pause. One that ends later than any can was written by a clock that was ahead. */
export function isPausedUntil(waitUntil: number, now: number): boolean {
  return waitUntil > now && waitUntil <= now + login.longestWait + limits.clock.step;
}

/** What the counters lose by time. A window, or a pause, that begins later than now is over. */
export const expiredAttempts: readonly Expiring[] = [
  {
    table: 'attempt_windows',
    remove: ({ db }, at) =>
      inSlices((atMost) =>
        db
          .deleteFrom('attempt_windows')
          .where('window_start', '<=', at - limits.day)
          .where((eb) => {
            const over = eb
              .selectFrom('attempt_windows')
              .select(['scope', 'key'])
              .where('window_start', '<=', at - limits.day)
              .limit(atMost);
            return eb(eb.refTuple('scope', 'key'), 'in', over.$asTuple('scope', 'key'));
          })
          .executeTakeFirst(),
      ),
    bringBack: (db, now) => db.deleteFrom('attempt_windows').where('window_start', '>', now).execute(),
  },
  {
    table: 'login_accounts',
    // Of accounts that do not exist; those of real ones are few and hold a count that must not be lost.
    remove: ({ db }, at) =>
      inSlices((atMost) => {
        const until = at - login.knownSource;
        const over = db
          .selectFrom('login_accounts')
          .select('account_key')
          .where('updated_at', '<=', until)
          .where('account_key', 'like', '?%')
          .limit(atMost);
        return db
          .deleteFrom('login_accounts')
          .where('account_key', 'in', over)
          .where('updated_at', '<=', until)
          .executeTakeFirst();
      }),
    bringBack: (db, now) =>
      db
        .updateTable('login_accounts')
        .set({ wait_until: 0, updated_at: now })
        .where((eb) => eb.or([eb('updated_at', '>', now), eb('wait_until', '>', now + login.longestWait)]))
        .execute(),
  },
  {
    table: 'known_sources',
    remove: ({ db }, at) =>
      inSlices((atMost) =>
        db
          .deleteFrom('known_sources')
          .where('last_success_at', '<=', at - login.knownSource)
          .where((eb) => {
            const over = eb
              .selectFrom('known_sources')
              .select(['operator_id', 'user_id', 'source'])
              .where('last_success_at', '<=', at - login.knownSource)
              .limit(atMost);
            return eb(
              eb.refTuple('operator_id', 'user_id', 'source'),
              'in',
              over.$asTuple('operator_id', 'user_id', 'source'),
            );
          })
          .executeTakeFirst(),
      ),
    bringBack: (db, now) =>
      db.updateTable('known_sources').set({ last_success_at: now }).where('last_success_at', '>', now).execute(),
  },
];

/** Starts an account's counts anew, after its password was reset: its owner comes from a source that just failed. */
export async function clearAccount(db: Db, ctx: Context, attempted: Attempted): Promise<void> {
  const accountKey = accountKeyOf(ctx, attempted);
  const prefix = `${accountKey}|`;
  await db
    .deleteFrom('attempt_windows')
    .where('scope', '=', 'login.pair')
    .where(sql`substr(key, 1, ${sql.lit(prefix.length)})`, '=', prefix)
    .execute();
  await db.deleteFrom('login_accounts').where('account_key', '=', accountKey).execute();
}

async function bookOnAccount(db: Db, accountKey: string, known: boolean, now: number) {
  await db
    .insertInto('login_accounts')
    .values({ account_key: accountKey, failures: 0, wait_until: 0, updated_at: now })
    .onConflict((conflict) => conflict.column('account_key').doNothing())
    .execute();
  let query = db
    .updateTable('login_accounts')
    .set((eb) => ({ failures: eb('failures', '+', 1), updated_at: now }))
    .where('account_key', '=', accountKey)
    .where('failures', '<', login.accountCap);
  // A pause that ends later than any can was written by a clock that was ahead.
  const isOver = (eb: ExpressionBuilder<Database, 'login_accounts'>) =>
    eb.or([eb('wait_until', '<=', now), eb('wait_until', '>', now + login.longestWait + limits.clock.step)]);
  if (!known) query = query.where(isOver);
  const row = await query.returning(['failures', 'wait_until']).executeTakeFirst();
  if (!row) return undefined;
  const to = row.failures < login.accountFreeFailures ? row.wait_until : now + waitAfter(row.failures);
  await db.updateTable('login_accounts').set({ wait_until: to }).where('account_key', '=', accountKey).execute();
  return { failures: row.failures, pause: { from: row.wait_until, to } };
}

function waitAfter(failures: number): number {
  return Math.min(login.firstWait * 2 ** (failures - login.accountFreeFailures), login.longestWait);
}

/** What an account is counted under; of one that does not exist, a keyed hash of what was typed. */
export function accountKeyOf(ctx: Context, attempted: Attempted): string {
  return 'phantom' in attempted
    ? `?${keyedHash(ctx.keys.blind, attempted.phantom)}`
    : `${attempted.operatorId}/${attempted.userId}`;
}

/** The budget of a source. */
export function sourceWindow(network: string): Window {
  return { scope: 'login.source', key: network, limit: login.sourceFailures, length: login.sourceWindow };
}

/** The budget of a source for one account. */
export function pairWindow(accountKey: string, network: string): Window {
  return { scope: 'login.pair', key: `${accountKey}|${network}`, limit: login.pairFailures, length: login.pairWindow };
}
