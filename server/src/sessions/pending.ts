import { sql } from 'kysely';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { causeOf } from '../change/cause.ts';
import { type Change, change, describe, nameOf, notify, type UserChange } from '../change/change.ts';
import type { Context, Expiring } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { PendingSignIns } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

/** Begins a sign-in of the console whose code is still to come; the answer is its secret. */
export async function beginPending(c: UserChange): Promise<string> {
  return await insertPending(c, 'console');
}

/**
 * Remembers that a program sent the right password without a code: when no sign-in from there completes in time, the
 * owner is told. Programs that learn in this way that they need a code are not.
 */
export async function awaitCode(c: UserChange): Promise<void> {
  if ((await awaitedFromHere(c)).length === 0) await insertPending(c, 'api');
}

/** The code came after all. */
export async function endAwaitedCode(c: UserChange): Promise<void> {
  for (const row of await awaitedFromHere(c)) await endPending(c.db, row);
}

/** The pending sign-in of a secret, unless its time is over. */
export async function findPending(ctx: Context, token: string): Promise<PendingSignIns | undefined> {
  return await ctx.db
    .selectFrom('pending_sign_ins')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .where('kind', '=', 'console')
    .where('expires_at', '>', ctx.now())
    .executeTakeFirst();
}

/** Uses one of the five tries before the code is looked at; false when none is left or it ended meanwhile. */
export async function takeTry(c: UserChange, pending: PendingSignIns): Promise<boolean> {
  const taken = await c.db
    .updateTable('pending_sign_ins')
    .set((eb) => ({ wrong_codes: eb('wrong_codes', '+', 1) }))
    .where('operator_id', '=', pending.operator_id)
    .where('pending_id', '=', pending.pending_id)
    .where('wrong_codes', '<', limits.otp.challengeFailures)
    .where('expires_at', '>', c.now)
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** Gives a try back whose code was not looked at: only evaluated failures count (I9). */
export async function giveTryBack(c: UserChange, pending: PendingSignIns): Promise<void> {
  await c.db
    .updateTable('pending_sign_ins')
    .set((eb) => ({ wrong_codes: eb('wrong_codes', '-', 1) }))
    .where('operator_id', '=', pending.operator_id)
    .where('pending_id', '=', pending.pending_id)
    .execute();
}

/** Ends one pending sign-in; false when it was over already. */
export async function endPending(db: Db, pending: PendingSignIns): Promise<boolean> {
  const result = await db
    .deleteFrom('pending_sign_ins')
    .where('operator_id', '=', pending.operator_id)
    .where('pending_id', '=', pending.pending_id)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Ends all of a user's; returns how many could still have been finished. */
export async function endPendingSignIns(
  db: Db,
  now: number,
  user: { readonly operatorId: string; readonly userId: string },
): Promise<number> {
  const ended = await db
    .deleteFrom('pending_sign_ins')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .returning(['kind', 'wrong_codes', 'expires_at'])
    .execute();
  const { challengeFailures } = limits.otp;
  return ended.filter((row) => row.kind === 'console' && row.wrong_codes < challengeFailures && row.expires_at > now)
    .length;
}

/** Ends every pending sign-in; returns the operator of each that could still have been finished. */
export async function endAllPendingSignIns(db: Db, now: number): Promise<string[]> {
  const ended = await db.deleteFrom('pending_sign_ins').returning(['operator_id', 'kind', 'expires_at']).execute();
  return ended.filter((row) => row.kind === 'console' && row.expires_at > now).map((row) => row.operator_id);
}

/** Tells the owner, at most once an hour, that the right password was not followed by a right code (R16). */
export async function tellOfFailedCode(
  c: Change,
  user: { readonly operatorId: string; readonly userId: string; readonly userName: string },
): Promise<void> {
  const key = `${user.operatorId}/${user.userId}`;
  const window = { scope: 'notice.code_failed', key, limit: 1, length: limits.hour };
  if (!(await takeFromWindow(c.db, window, c.now))) return;
  notify(c, 'sign_in_code_failed', { userName: user.userName, kind: await kindAskedFor(c.db, user) });
}

/** Whoever has an authenticator app was asked for its code first. */
async function kindAskedFor(db: Db, { operatorId, userId }: { readonly operatorId: string; readonly userId: string }) {
  const app = db.selectFrom('authenticator_apps').select('factor_id').where('operator_id', '=', operatorId);
  return (await app.where('user_id', '=', userId).executeTakeFirst()) ? 'authenticator_app' : 'passkey';
}

const abandonedAtOnce = 1000;

/** A right password whose code never came is told to the owner, like one whose code was wrong. */
export const expiredPending: Expiring = {
  table: 'pending_sign_ins',
  remove: async (ctx, at) => {
    // Each has a record of its own; what is left is for the next time.
    const over = ctx.db.selectFrom('pending_sign_ins').selectAll().where('expires_at', '<=', at).limit(abandonedAtOnce);
    for (const row of await over.execute()) await abandon(ctx, row);
  },
  bringBack: (db, now) =>
    db
      .updateTable('pending_sign_ins')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .execute(),
};

async function abandon(ctx: Context, row: PendingSignIns): Promise<void> {
  // Its wrong codes were told when they came.
  if (row.wrong_codes > 0) return void (await endPending(ctx.db, row));
  const { operator_id: operatorId, user_id: userId, source_ip: sourceIp, user_agent: userAgent } = row;
  const cause = causeOf(ctx, { ...cleaner, sourceIp, userAgent }, 'system', 0);
  const work = async (c: Change) => {
    const user = await c.db
      .selectFrom('users')
      .select('user_name')
      .where('operator_id', '=', operatorId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (!user || !(await endPending(c.db, row))) throw new Failure('COM0404');
    describe(c, { userName: user.user_name, target: nameOf(user.user_name), reason: 'no code came' });
    await tellOfFailedCode(c, { operatorId, userId, userName: user.user_name });
  };
  await change(cause, operatorId, work).catch(ignoreEnded);
}

/** Another server was faster, or the sign-in was completed. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof Failure && error.code === 'COM0404')) throw error;
}

const cleaner = { requestId: '', method: '', path: '', apiKind: 'System:cleanUp', language: 'en' as const };

async function insertPending(c: UserChange, kind: PendingSignIns['kind']): Promise<string> {
  const token = newSecret();
  const { operatorId, userId, row } = c.user;
  const { sourceIp, userAgent } = c.cause.info;
  await c.db
    .insertInto('pending_sign_ins')
    .values({
      operator_id: operatorId,
      pending_id: newId(),
      user_id: userId,
      token_hash: hashSecret(token),
      kind,
      source_ip: sourceIp,
      user_agent: userAgent.slice(0, 512),
      credential_version: row.credential_version,
      wrong_codes: 0,
      created_at: c.now,
      expires_at: c.now + limits.otp.challengeLife,
    })
    .execute();
  return token;
}

/** The sign-ins of programs that wait for their code, from this source. */
async function awaitedFromHere({ db, user, cause }: UserChange): Promise<PendingSignIns[]> {
  const rows = await db
    .selectFrom('pending_sign_ins')
    .selectAll()
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('kind', '=', 'api')
    .execute();
  const here = sourceNetwork(cause.info.sourceIp);
  return rows.filter((row) => sourceNetwork(row.source_ip) === here);
}
