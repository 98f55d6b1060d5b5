import { type ErrorCode, errorTable } from '@warifu/contract';
import { admit, assertNoStorm } from '../attempts/admission.ts';
import { type Attempt, type Attempted, bookAttempt, cancelAttempt, settleRight } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import type { Cause } from '../change/cause.ts';
import { type Change, change, describe, nameOf, notify, type Refused, type Who } from '../change/change.ts';
import type { Context } from '../context.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { clearWrongPasswords, countWrongPassword } from '../sessions/wrong-passwords.ts';
import { type Account, attemptedOf, findAccount, type Identifier, loadAccount } from './accounts.ts';
import { notePaused } from './paused-attempts.ts';
import { openHash, sealHash } from './sealed-hash.ts';

export type PasswordCheck =
  | { readonly right: true; readonly account: Account; readonly attempt: Attempt }
  | { readonly right: false; readonly account: Account | undefined; readonly attempt: Attempt | undefined };

/**
 * The one door of every password: lets the attempt in, books it, then hashes. All failures take the same work and time,
 * whether the account exists, is paused or has no password (R08, R10). The caller settles a right one with
 * `settleRight`.
 * @throws Failure COM0429 when the source sent too many, COM0503 when too many hashes wait
 */
export async function checkPassword(cause: Cause, identifier: Identifier, password: string) {
  assertNoStorm(cause.ctx, sourceNetwork(cause.info.sourceIp));
  const account = await findAccount(cause.ctx.db, identifier);
  return await evaluate(cause, account, attemptedOf(identifier, account), password);
}

async function evaluate(
  cause: Cause,
  account: Account | undefined,
  attempted: Attempted,
  password: string,
): Promise<PasswordCheck> {
  assertPasswordSize(password);
  const { ctx, info } = cause;
  const admission = await admit(ctx, attempted, info.sourceIp, cause.caller !== undefined);
  const attempt = admission.verdict === 'refuse' ? undefined : await book(cause, attempted, admission.leave);
  if (admission.verdict === 'refuse' || !attempt) {
    await ctx.hasher.pretend();
    return { right: false, account, attempt: undefined };
  }
  const right = await verifyBooked(ctx, attempt, account && openHash(ctx, account), password).finally(admission.leave);
  return right && account ? { right, account, attempt } : { right: false, account, attempt };
}

/** The booking of an attempt that has its place; undefined when it is refused after all, and the place is left. */
async function book({ ctx, info }: Cause, attempted: Attempted, leave: () => void): Promise<Attempt | undefined> {
  let attempt: Attempt | undefined;
  try {
    const booked = await bookAttempt(ctx, attempted, info.sourceIp);
    if (booked.verdict === 'flood') throw new Failure('COM0429', {}, limits.login.sourceWindow / 1000);
    if (booked.verdict === 'evaluate') attempt = booked.attempt;
    return attempt;
  } finally {
    if (!attempt) leave();
  }
}

async function verifyBooked(ctx: Context, attempt: Attempt, stored: string | undefined, password: string) {
  try {
    return await ctx.hasher.verify(stored, password);
  } catch (error) {
    await cancelAttempt(ctx, attempt);
    throw error;
  }
}

/** A right password: under which credentials, and what the change that rests on it does first. */
export type PasswordProof = { readonly who: Who; readonly settle: (c: Change) => Promise<void> };

/**
 * Asks for a user's password before a change that rests on it: `changeUser(cause, proof.who, async (c) => {
 * await proof.settle(c); … })`. The proof is void when the credentials change before the lock is taken. The fifth wrong
 * one in a row ends the session that asks.
 * @throws Failure AUM0011 when it is wrong (counted like one at sign-in), COM0404, COM0429, COM0503
 */
export async function provePasswordOf(
  cause: Cause,
  user: { readonly operatorId: string; readonly userId: string },
  password: string,
): Promise<PasswordProof> {
  const account = await loadAccount(cause.ctx.db, user.operatorId, user.userId);
  if (!account) throw new Failure('COM0404');
  const check = await evaluate(cause, account, account, password);
  const { who } = await settle(cause, check, 'AUM0011');
  return { who, settle: clearWrongPasswords };
}

/** What a sign-in rests on. */
export type SignInProof = {
  readonly who: Who;
  readonly account: Account;
  /** Wrong passwords in a row before this one. */
  readonly failuresBefore: number;
};

/**
 * The password half of every sign-in.
 * @throws Failure AUM0002, whatever was wrong (R08)
 */
export async function provePassword(cause: Cause, identifier: Identifier, password: string): Promise<SignInProof> {
  const check = await checkPassword(cause, identifier, password);
  const { who, account, attempt } = await settle(cause, check, 'AUM0002');
  await strengthenHash(cause.ctx, account, password);
  // The booking of this very attempt is one of `failures`.
  return { who, account, failuresBefore: attempt.failures - 1 };
}

/** A right one is settled at once: whatever happens to the change that rests on it, it was no failure (I9). */
async function settle(cause: Cause, check: PasswordCheck, otherwise: 'AUM0002' | 'AUM0011') {
  const { ctx } = cause;
  if (!check.right) return await refuseWrong(cause, check, otherwise);
  const { account, attempt } = check;
  await transaction(ctx.db, (db) => settleRight(db, attempt, ctx.now()));
  const { operatorId, userId, credentialVersion: version } = account;
  return { who: { operatorId, userId, version, otherwise }, account, attempt };
}

async function refuseWrong(cause: Cause, check: WrongCheck, code: ErrorCode): Promise<never> {
  if (!check.attempt) {
    await recordPaused(cause, check, code);
    throw new Failure(code);
  }
  const work = async (c: Change) => ({ refused: code, ...(await judgeWrong(c, check)) });
  return await change<never>(cause, check.account?.operatorId ?? '', work);
}

/**
 * Puts an attempt that pacing refused on record, alone or with others of the account.
 * @param code what it is answered with; undefined where the answer is that of a success
 */
export async function recordPaused(cause: Cause, check: WrongCheck, code?: ErrorCode): Promise<void> {
  const { account } = check;
  const write = async (attempts: number) => {
    const status = code === undefined ? cause.status : errorTable[code].status;
    await change({ ...cause, status }, account?.operatorId ?? '', async (c) => {
      describe(c, await judgeWrong(c, check));
      if (attempts > 1) describe(c, { detail: { attempts } });
    });
  };
  const { info, caller } = cause;
  const key = [info.apiKind, caller?.sessionId, account?.operatorId, account?.userId].join('/');
  await notePaused(cause.ctx, key, write);
}

/**
 * What a failed check brings with it: at the hundredth failure in a row the password opens nothing until it is reset
 * (R13); the fifth one inside a session ends that. The count itself was written before the password was looked at.
 * @returns what the record says
 */
export async function judgeWrong(c: Change, { account, attempt }: WrongCheck): Promise<Omit<Refused, 'refused'>> {
  const { caller } = c.cause;
  if (!caller) describe(c, { userName: account?.userName ?? '' });
  else if (account && account.userId !== caller.userId) describe(c, { target: nameOf(account.userName) });
  if (!attempt) return { outcome: 'refused', reason: 'paused' };
  const suspended = account && attempt.failures >= limits.login.accountCap;
  if (suspended) await suspendPassword(c, account);
  const ended = await countWrongPassword(c);
  if (suspended) return { outcome: 'failure', reason: 'password suspended' };
  return { outcome: 'failure', reason: ended ? 'wrong credentials, session ended' : 'wrong credentials' };
}

/**
 * Hashes a password anew at sign-in when its row was made with other parameters than today's (R07). Nothing else about
 * the account changes, so sessions and links stay. When too many hashes wait, the next sign-in does it.
 */
async function strengthenHash(ctx: Context, account: Account, password: string): Promise<void> {
  const { operatorId, userId, passwordHash } = account;
  const hash = openHash(ctx, account);
  if (passwordHash === undefined || hash === undefined || ctx.hasher.isCurrent(hash)) return;
  const stronger = await ctx.hasher.hash(password).catch(nothingWhenBusy);
  if (stronger === undefined) return;
  await ctx.db
    .updateTable('users')
    .set({ password_hash: sealHash(ctx, account, stronger) })
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('password_hash', '=', passwordHash)
    .execute();
}

function nothingWhenBusy(error: unknown): undefined {
  if (!(error instanceof Failure && error.code === 'COM0503')) throw error;
}

export type WrongCheck = Extract<PasswordCheck, { right: false }>;

/**
 * Refuses absurd input before it costs a hash (R01).
 * @throws Failure COM0001
 */
export function assertPasswordSize(password: string, field = 'password'): void {
  if (Buffer.byteLength(password) > limits.password.maxBytes) {
    throw new Failure('COM0001', {
      field,
      reason: { en: 'at most 1,024 bytes', ja: '1,024 バイト以内で入力してください。' },
    });
  }
}

async function suspendPassword(c: Change, { operatorId, userId, userName }: Account): Promise<void> {
  await c.db
    .updateTable('users')
    .set({ password_suspended_at: c.now })
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('password_suspended_at', 'is', null)
    .execute();
  notify(c, 'password_suspended', { userName });
}
