import { type Attempt, type Attempted, bookAttempt, cancelAttempt, settleRight } from '../attempts/attempts.ts';
import type { Cause } from '../change/cause.ts';
import type { Change, Who } from '../change/change.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { type Account, attemptedOf, findAccount, type Identifier, loadAccount } from './accounts.ts';

export type PasswordCheck =
  | { readonly right: true; readonly account: Account; readonly attempt: Attempt }
  | { readonly right: false; readonly account: Account | undefined; readonly attempt: Attempt | undefined };

/**
 * The one door of every password: books the attempt, then hashes. All failures take the same work and time, whether
 * the account exists, is paused or has no password (R08, R10). The caller settles a right one with `settleRight`.
 * @throws Failure COM0429 when the source sent too many, COM0503 when too many hashes wait
 */
export async function checkPassword(ctx: Context, identifier: Identifier, password: string, sourceIp: string) {
  const account = await findAccount(ctx.db, identifier);
  return await evaluate(ctx, account, attemptedOf(identifier, account), password, sourceIp);
}

/** The same for a user who is signed in already. */
export async function checkOwnPassword(ctx: Context, account: Account, password: string, sourceIp: string) {
  return await evaluate(ctx, account, account, password, sourceIp);
}

async function evaluate(
  ctx: Context,
  account: Account | undefined,
  attempted: Attempted,
  password: string,
  sourceIp: string,
): Promise<PasswordCheck> {
  assertPasswordSize(password);
  const booked = await bookAttempt(ctx, attempted, sourceIp);
  if (booked.verdict === 'flood') throw new Failure('COM0429', {}, limits.login.sourceWindow / 1000);
  if (booked.verdict === 'refuse') {
    await ctx.hasher.pretend();
    return { right: false, account, attempt: undefined };
  }
  const right = await verifyBooked(ctx, booked.attempt, account?.passwordHash, password);
  return right && account
    ? { right, account, attempt: booked.attempt }
    : { right: false, account, attempt: booked.attempt };
}

async function verifyBooked(ctx: Context, attempt: Attempt, stored: string | undefined, password: string) {
  try {
    return await ctx.hasher.verify(stored, password);
  } catch (error) {
    await cancelAttempt(ctx, attempt);
    throw error;
  }
}

/**
 * Asks a signed-in user for its own password before a sensitive change.
 * @throws Failure AUM0011 when it is wrong (counted like one at sign-in), COM0429, COM0503
 */
export async function proveOwnPassword(
  ctx: Context,
  info: RequestInfo,
  user: { readonly operatorId: string; readonly userId: string },
  password: string,
): Promise<void> {
  const account = await loadAccount(ctx.db, user.operatorId, user.userId);
  const check = account && (await checkOwnPassword(ctx, account, password, info.sourceIp));
  if (check?.right) return await transaction(ctx.db, (db) => settleRight(db, check.attempt, ctx.now()));
  if (check) await settleWrong(ctx, info, check, 400);
  throw new Failure('AUM0011');
}

/** A right password: under which credentials, and how its attempt is settled in the change that rests on it. */
export type PasswordProof = { readonly who: Who; readonly settle: (c: Change) => Promise<void> };

/**
 * Asks for a user's password before a change that rests on it: `changeUser(cause, proof.who, async (c) => {
 * await proof.settle(c); … })`. The proof is void when the credentials change before the lock is taken.
 * @throws Failure AUM0011 when it is wrong (counted like one at sign-in), COM0404, COM0429, COM0503
 */
export async function provePasswordOf(
  cause: Cause,
  user: { readonly operatorId: string; readonly userId: string },
  password: string,
): Promise<PasswordProof> {
  const { ctx, info } = cause;
  const account = await loadAccount(ctx.db, user.operatorId, user.userId);
  if (!account) throw new Failure('COM0404');
  const check = await checkOwnPassword(ctx, account, password, info.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, info, check, 400);
    throw new Failure('AUM0011');
  }
  const { operatorId, userId, credentialVersion: version } = account;
  const who = { operatorId, userId, version, otherwise: 'AUM0011' } as const;
  return { who, settle: (c) => settleRight(c.db, check.attempt, c.now) };
}

/**
 * Hashes a password anew at sign-in when its row was made with other parameters than today's (R07). Nothing else about
 * the account changes, so sessions and links stay.
 */
export async function strengthenHash(ctx: Context, account: Account, password: string): Promise<void> {
  const { operatorId, userId, passwordHash } = account;
  if (passwordHash === undefined || ctx.hasher.isCurrent(passwordHash)) return;
  const stronger = await ctx.hasher.hash(password);
  await ctx.db
    .updateTable('users')
    .set({ password_hash: stronger })
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('password_hash', '=', passwordHash)
    .execute();
}

type WrongCheck = Extract<PasswordCheck, { right: false }>;

/** Writes down a failed check in a transaction of its own, so that it stays whatever the request does next. */
export async function settleWrong(
  ctx: Context,
  info: RequestInfo,
  check: WrongCheck,
  statusCode: number,
): Promise<void> {
  await transaction(ctx.db, (db) => recordWrong(db, ctx, info, check, statusCode));
}

/**
 * The audit record of a failed check and, at the hundredth failure in a row, the suspension (R13). The count itself
 * was written before the password was looked at.
 */
export async function recordWrong(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  { account, attempt }: WrongCheck,
  statusCode: number,
): Promise<void> {
  const suspended = account && attempt && attempt.failures >= limits.login.accountCap;
  if (suspended) await suspendPassword(db, ctx, info, account);
  await record(db, ctx.now(), info, {
    operatorId: account?.operatorId ?? '',
    userName: account?.userName ?? '',
    actor: 'anonymous',
    outcome: attempt ? 'failure' : 'refused',
    reason: suspended ? 'password suspended' : attempt ? 'wrong credentials' : 'paused',
    statusCode,
  });
}

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

async function suspendPassword(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_suspended_at: ctx.now() })
    .where('operator_id', '=', account.operatorId)
    .where('user_id', '=', account.userId)
    .where('password_suspended_at', 'is', null)
    .execute();
  await enqueueNotice(db, ctx, info, account.operatorId, 'password_suspended', { userName: account.userName });
}
