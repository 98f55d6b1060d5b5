import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { keyedHash } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
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
    const known = await isKnownSource(db, attempted, network, now);
    const failures = await bookOnAccount(db, accountKey, known, now);
    if (failures === undefined) {
      await giveBackToWindow(db, pair);
      return { verdict: 'refuse' };
    }
    return { verdict: 'evaluate', attempt: { accountKey, network, failures } };
  });
}

/** Takes a booking back whose password was never looked at: only evaluated failures count (I9). */
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
  });
}

/** The password was right: the account's count starts anew. */
export async function settleRight(db: Db, attempt: Attempt, now: number): Promise<void> {
  await db
    .updateTable('login_accounts')
    .set({ failures: 0, wait_until: 0, updated_at: now })
    .where('account_key', '=', attempt.accountKey)
    .execute();
  await db
    .deleteFrom('attempt_windows')
    .where('scope', '=', 'login.pair')
    .where('key', '=', `${attempt.accountKey}|${attempt.network}`)
    .execute();
  await giveBackToWindow(db, sourceWindow(attempt.network));
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
    .where('last_success_at', '>', now - login.knownSource)
    .executeTakeFirst();
  return row !== undefined;
}

/** Starts an account's counts anew, after its password was reset: its owner comes from a source that just failed. */
export async function clearAccount(db: Db, ctx: Context, attempted: Attempted): Promise<void> {
  const accountKey = accountKeyOf(ctx, attempted);
  await db.deleteFrom('login_accounts').where('account_key', '=', accountKey).execute();
  const prefix = `${accountKey}|`;
  await db
    .deleteFrom('attempt_windows')
    .where('scope', '=', 'login.pair')
    .where(sql`substr(key, 1, ${sql.lit(prefix.length)})`, '=', prefix)
    .execute();
}

async function bookOnAccount(db: Db, accountKey: string, known: boolean, now: number): Promise<number | undefined> {
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
  if (!known) query = query.where('wait_until', '<=', now);
  const row = await query.returning('failures').executeTakeFirst();
  if (row) await pause(db, accountKey, row.failures, now);
  return row?.failures;
}

async function pause(db: Db, accountKey: string, failures: number, now: number): Promise<void> {
  if (failures < login.accountFreeFailures) return;
  const wait = Math.min(login.firstWait * 2 ** (failures - login.accountFreeFailures), login.longestWait);
  await db
    .updateTable('login_accounts')
    .set({ wait_until: now + wait })
    .where('account_key', '=', accountKey)
    .execute();
}

function accountKeyOf(ctx: Context, attempted: Attempted): string {
  return 'phantom' in attempted
    ? `?${keyedHash(ctx.keys.blind, attempted.phantom)}`
    : `${attempted.operatorId}/${attempted.userId}`;
}

function sourceWindow(network: string): Window {
  return { scope: 'login.source', key: network, limit: login.sourceFailures, length: login.sourceWindow };
}

function pairWindow(accountKey: string, network: string): Window {
  return { scope: 'login.pair', key: `${accountKey}|${network}`, limit: login.pairFailures, length: login.pairWindow };
}
