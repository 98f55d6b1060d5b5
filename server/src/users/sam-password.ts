import { clearAccount, settleRight } from '../attempts/attempts.ts';
import { assertMayActAs } from '../authorize/escalation.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { enqueueNotice } from '../mail/notices.ts';
import type { Session } from '../sessions/sessions.ts';
import { loadAccount } from './accounts.ts';
import { endAfterCredentialChange, lockUser } from './credentials.ts';
import { checkOwnPassword, settleWrong } from './password.ts';
import { assertAcceptable } from './password-policy.ts';
import type { SamUser } from './users.ts';

/**
 * Gives a SAM user its first password.
 * @throws Failure AUM0010, AUM0022 when it has one, AUM0024 when it may do more than the caller
 */
export async function giveUserPassword(
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  user: SamUser,
  password: string,
) {
  await assertAcceptable(ctx, password, [user.userName, user.operatorId]);
  const passwordHash = await ctx.hasher.hash(password);
  await transaction(ctx.db, async (db) => {
    await assertMayActAs(db, caller, user.userId);
    const row = await lockUser(db, ctx, user.operatorId, user.userId);
    if (!row || row.password_hash !== null) throw new Failure('AUM0022');
    await storeUserPassword(db, ctx, user, passwordHash);
    await clearAccount(db, ctx, user);
    await tell(db, ctx, info, caller, user, 201);
  });
}

/**
 * Changes a SAM user's password with its current one; wrong ones count as at sign-in (R04).
 * @returns what ended
 * @throws Failure AUM0010, AUM0011, AUM0024
 */
export async function changeUserPassword(
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  user: SamUser,
  current: string,
  next: string,
): Promise<Receipt> {
  const account = await loadAccount(ctx.db, user.operatorId, user.userId);
  if (!account) throw new Failure('COM0404');
  await assertAcceptable(ctx, next, [user.userName, user.operatorId], 'newPassword');
  const check = await checkOwnPassword(ctx, account, current, info.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, info, check, 400);
    throw new Failure('AUM0011');
  }
  const passwordHash = await ctx.hasher.hash(next);
  return await transaction(ctx.db, async (db) => {
    await assertMayActAs(db, caller, user.userId);
    const row = await lockUser(db, ctx, user.operatorId, user.userId, account.credentialVersion);
    if (!row) throw new Failure('AUM0011');
    await settleRight(db, check.attempt, ctx.now());
    await storeUserPassword(db, ctx, user, passwordHash);
    return await endSessionsAndTell(db, ctx, info, caller, user, 200);
  });
}

/**
 * Takes a SAM user's password away; its sessions end.
 * @throws Failure COM0404 when it has none
 */
export async function clearUserPassword(
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  user: SamUser,
): Promise<Receipt> {
  return await transaction(ctx.db, async (db) => {
    const row = await lockUser(db, ctx, user.operatorId, user.userId);
    if (!row || row.password_hash === null) throw new Failure('COM0404');
    await storeUserPassword(db, ctx, user, null);
    return await endSessionsAndTell(db, ctx, info, caller, user, 204);
  });
}

async function endSessionsAndTell(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  user: SamUser,
  statusCode: number,
): Promise<Receipt> {
  const keep = caller.operatorId === user.operatorId && caller.userId === user.userId ? caller.sessionId : '';
  const ended = await endAfterCredentialChange(db, ctx, user.operatorId, user.userId, keep);
  const receipt = { ...ended, backupCodes: 0 };
  await tell(db, ctx, info, caller, user, statusCode, receipt);
  return receipt;
}

async function tell(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  user: SamUser,
  statusCode: number,
  receipt?: Receipt,
): Promise<void> {
  const { userName } = user;
  await enqueueNotice(db, ctx, info, user.operatorId, 'password_changed', { userName, ...(receipt && { receipt }) });
  const event = { ...by(caller), target: `sam:${userName}`, outcome: 'success', statusCode } as const;
  await record(db, ctx.now(), info, { ...event, ...(receipt && { detail: receipt }) });
}

async function storeUserPassword(db: Db, ctx: Context, user: SamUser, passwordHash: string | null): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: passwordHash, password_changed_at: ctx.now(), password_suspended_at: null })
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .execute();
}
