import { type Attempt, isKnownSource, rememberSource, settleRight } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { inTurn } from '../attempts/turns.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import type { TotpFactors } from '../db/schema.ts';
import { findFactor, recordOtpFailure } from '../factors/lifecycle.ts';
import { lockFactor, spendOtp } from '../factors/totp.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { type AuthMethod, createSession } from '../sessions/sessions.ts';
import type { Account, Identifier } from '../users/accounts.ts';
import { lockUser } from '../users/credentials.ts';
import { checkPassword, settleWrong, strengthenHash } from '../users/password.ts';

export type SignedIn = {
  readonly operatorId: string;
  readonly userName: string;
  readonly apiKey: string;
  readonly token: string;
};

export type SignInRequest = {
  readonly identifier: Identifier;
  readonly password: string;
  /** Undefined when none was sent. */
  readonly otp: string | undefined;
  /** Life of the session in milliseconds. */
  readonly life: number;
};

/**
 * Signs a program in with a password and, when MFA is active, a code.
 * @throws Failure AUM0002 for everything that is wrong before the code; MFA0001 no code, MFA0002 wrong or used code
 */
export async function signInProgram(ctx: Context, info: RequestInfo, request: SignInRequest): Promise<SignedIn> {
  return await inTurn(turnOf(request.identifier, info), () => signInOnce(ctx, info, request));
}

/** Attempts on one account from one source take turns. */
export function turnOf(identifier: Identifier, info: RequestInfo): string {
  const name = 'email' in identifier ? identifier.email : `${identifier.operatorId}/${identifier.userName}`;
  return `${name.trim().toLowerCase()} ${sourceNetwork(info.sourceIp)}`;
}

async function signInOnce(ctx: Context, info: RequestInfo, request: SignInRequest): Promise<SignedIn> {
  const { account, attempt } = await provePassword(ctx, info, request.identifier, request.password);
  const result = await transaction(ctx.db, async (db) => {
    if (!(await lockUser(db, ctx, account.operatorId, account.userId, account.credentialVersion))) return 'AUM0002';
    await acceptPassword(db, ctx, info, account, attempt);
    const factor = await activeFactor(db, account);
    if (factor && !request.otp) return await askForCode(db, ctx, info, account);
    if (factor && !(await acceptCode(db, ctx, info, account, request.otp ?? ''))) return 'MFA0002';
    const life = { kind: 'api' as const, life: request.life };
    return await openSession(db, ctx, info, account, factor ? 'password+totp' : 'password', life);
  });
  if (typeof result === 'string') throw new Failure(result);
  return { operatorId: account.operatorId, userName: account.userName, apiKey: result.apiKey, token: result.token };
}

/**
 * The password half of every sign-in.
 * @throws Failure AUM0002, whatever was wrong (R08)
 */
export async function provePassword(ctx: Context, info: RequestInfo, identifier: Identifier, password: string) {
  const check = await checkPassword(ctx, identifier, password, info.sourceIp);
  if (check.right) {
    await strengthenHash(ctx, check.account, password);
    return check;
  }
  await settleWrong(ctx, info, check, 401);
  throw new Failure('AUM0002');
}

/** A right password starts the count anew; after many wrong ones the owner is told (R16). */
export async function acceptPassword(db: Db, ctx: Context, info: RequestInfo, account: Account, attempt: Attempt) {
  await settleRight(db, attempt, ctx.now());
  // The booking of this very attempt is one of `failures`.
  if (attempt.failures - 1 < limits.login.noticeAfterFailures) return;
  await enqueueNotice(db, ctx, info, account.operatorId, 'sign_in_after_failures', { userName: account.userName });
}

/** The factor that a sign-in must be proved with; an unconfirmed one changes nothing (R38). */
export async function activeFactor(db: Db, account: Account): Promise<TotpFactors | undefined> {
  const factor = await findFactor(db, account.operatorId, account.userId);
  return factor?.status === 'ACTIVE' ? factor : undefined;
}

/** Spends a code; a wrong one is recorded, and told to the owner: somebody knows the password (R16). */
export async function acceptCode(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  account: Account,
  otp: string,
): Promise<boolean> {
  const factor = await lockFactor(db, account.operatorId, account.userId);
  if (factor?.status !== 'ACTIVE') return false;
  const outcome = await spendOtp(db, ctx, factor, otp);
  if (outcome === 'accepted') return true;
  await tellOfFailedCode(db, ctx, info, account);
  await recordOtpFailure(db, ctx, info, account, outcome, 401);
  return false;
}

/** Tells the owner, at most once an hour, that the right password was not followed by a right code. */
export async function tellOfFailedCode(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  user: { readonly operatorId: string; readonly userId: string; readonly userName: string },
): Promise<void> {
  const window = {
    scope: 'notice.code_failed',
    key: `${user.operatorId}/${user.userId}`,
    limit: 1,
    length: limits.hour,
  };
  if (!(await takeFromWindow(db, window, ctx.now()))) return;
  await enqueueNotice(db, ctx, info, user.operatorId, 'sign_in_code_failed', { userName: user.userName });
}

/** Opens the session that a sign-in earned, with its audit record and notices, in the caller's transaction. */
export async function openSession(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  account: Account,
  authMethod: AuthMethod,
  session: { readonly kind: 'console' | 'api'; readonly life: number },
) {
  const { operatorId, userId, userName } = account;
  const now = ctx.now();
  const created = await createSession(db, ctx, info, { operatorId, userId, userName, authMethod, ...session });
  await tellOfNewSource(db, ctx, info, account);
  await rememberSource(db, account, info.sourceIp, now);
  await db
    .updateTable('users')
    .set({ last_sign_in_at: now })
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
  const detail = { session: created.sessionId, method: authMethod };
  await record(db, now, info, { ...by(account), outcome: 'success', statusCode: 200, detail });
  return created;
}

async function askForCode(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<'MFA0001'> {
  await record(db, ctx.now(), info, { ...by(account), outcome: 'refused', reason: 'code needed', statusCode: 401 });
  return 'MFA0001';
}

async function tellOfNewSource(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<void> {
  const known = await isKnownSource(db, account, sourceNetwork(info.sourceIp), ctx.now());
  if (known || !(await hasSignedInBefore(db, account))) return;
  await enqueueNotice(db, ctx, info, account.operatorId, 'sign_in_new_source', { userName: account.userName });
}

/** The very first sign-in is from a new source by nature; a mail about it would only teach people to ignore them. */
async function hasSignedInBefore(db: Db, account: Account): Promise<boolean> {
  const row = await db
    .selectFrom('known_sources')
    .select('source')
    .where('operator_id', '=', account.operatorId)
    .where('user_id', '=', account.userId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
