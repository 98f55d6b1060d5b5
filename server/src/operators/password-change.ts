import { settleRight } from '../attempts/attempts.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { setPassword } from '../recovery/password-reset.ts';
import type { Session } from '../sessions/sessions.ts';
import { loadAccount } from '../users/accounts.ts';
import { endAfterCredentialChange, lockUser } from '../users/credentials.ts';
import { assertPasswordSize, checkOwnPassword, settleWrong } from '../users/password.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import { findOperator } from './operators.ts';

/**
 * Changes the caller's own password with the current one (R04); every other session ends.
 * @throws Failure AUM0011 when the current one is wrong (counted), AUM0010 when the new one is not acceptable
 */
export async function changePassword(
  ctx: Context,
  info: RequestInfo,
  session: Session,
  current: string,
  next: string,
): Promise<Receipt> {
  const { operatorId, userId } = session;
  const account = await loadAccount(ctx.db, operatorId, userId);
  const operator = await findOperator(ctx.db, operatorId);
  if (!account || !operator) throw new Failure('COM0404');
  assertPasswordSize(current, 'currentPassword');
  await assertAcceptable(ctx, next, [operator.email, operatorId, account.userName], 'newPassword');
  const check = await checkOwnPassword(ctx, account, current, info.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, info, check, 400);
    throw new Failure('AUM0011');
  }
  const passwordHash = await ctx.hasher.hash(next);
  return await transaction(ctx.db, async (db) => {
    if (!(await lockUser(db, ctx, operatorId, userId, account.credentialVersion))) throw new Failure('AUM0011');
    await settleRight(db, check.attempt, ctx.now());
    await setPassword(db, ctx, operatorId, userId, passwordHash);
    const ended = await endAfterCredentialChange(db, ctx, operatorId, userId, session.sessionId);
    const receipt = { ...ended, backupCodes: 0 };
    await enqueueNotice(db, ctx, info, operatorId, 'password_changed', { receipt });
    await record(db, ctx.now(), info, { ...by(session), outcome: 'success', statusCode: 200, detail: receipt });
    return receipt;
  });
}
