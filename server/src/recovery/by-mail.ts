import { type Attempt, settleRight } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { hashSecret } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { MailTokenPurpose } from '../db/schema.ts';
import { findFactor } from '../factors/lifecycle.ts';
import { limits } from '../limits.ts';
import { issueMailToken, voidMailTokens } from '../links/links.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { findOperator } from '../operators/operators.ts';
import type { Account } from '../users/accounts.ts';
import { lockUser } from '../users/credentials.ts';
import { checkPassword, recordWrong } from '../users/password.ts';
import { cancelOverrides } from './host-override.ts';

const { recovery } = limits;
const resetPurposes: MailTokenPurpose[] = ['mfa_reset', 'mfa_reset_cancel'];

/** What the request leaves for the work behind it. */
export type ResetRequest = {
  readonly info: RequestInfo;
  readonly right: boolean;
  readonly account: Account | undefined;
  readonly attempt: Attempt | undefined;
};

/**
 * Asks for an MFA reset. The answer is the same whatever is true of the account; the mail, if one is due, is the work
 * of `sendResetLink` (R40).
 */
export async function requestReset(ctx: Context, info: RequestInfo, email: string, password: string): Promise<void> {
  const { right, account, attempt } = await checkPassword(ctx, { email }, password, info.sourceIp);
  const known = account && { ...account, passwordHash: undefined };
  await deferRequest(ctx.db, ctx, 'mfa_reset', { info, right, account: known, attempt } satisfies ResetRequest);
  ctx.wake('requests');
}

/** Mails the reset link to the primary address and tells all others, if everything holds. Joins the transaction. */
export async function sendResetLink(db: Db, ctx: Context, request: ResetRequest): Promise<void> {
  const { info, account, attempt } = request;
  if (!request.right || !account || !attempt) {
    return await recordWrong(db, ctx, info, { right: false, account, attempt }, 200);
  }
  const user = await lockUser(db, ctx, account.operatorId, account.userId, account.credentialVersion);
  await settleRight(db, attempt, ctx.now());
  const refusal = user ? await reasonAgainst(db, ctx, info, account) : 'credentials changed';
  if (refusal === undefined) await issueLink(db, ctx, info, account);
  await record(db, ctx.now(), info, {
    operatorId: account.operatorId,
    userName: '',
    actor: 'anonymous',
    target: 'root',
    outcome: refusal === undefined ? 'success' : 'refused',
    reason: refusal ?? '',
    statusCode: 200,
  });
}

/**
 * Stops a reset that was asked, by mail or from the host: by the mailed link itself or by the link of the "this was
 * not me" mail.
 * @returns false when the token is not a live one
 */
export async function cancelReset(ctx: Context, info: RequestInfo, token: string): Promise<boolean> {
  return await transaction(ctx.db, async (db) => {
    const now = ctx.now();
    const used = await db
      .updateTable('mail_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', hashSecret(token))
      .where('purpose', 'in', ['mfa_reset', 'mfa_reset_cancel', 'host_override_cancel'])
      .where('used_at', 'is', null)
      .where('voided_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('operator_id')
      .executeTakeFirst();
    if (!used) return false;
    await voidMailTokens(db, ctx, used.operator_id, resetPurposes);
    await cancelOverrides(db, ctx, used.operator_id);
    await enqueueNotice(db, ctx, info, used.operator_id, 'mfa_reset_cancelled');
    await record(db, now, info, {
      operatorId: used.operator_id,
      userName: '',
      actor: 'anonymous',
      target: 'root',
      outcome: 'success',
      statusCode: 200,
    });
    return true;
  });
}

async function reasonAgainst(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<string | undefined> {
  const now = ctx.now();
  const { operatorId, userId } = account;
  const factor = await findFactor(db, operatorId, userId);
  if (factor?.status !== 'ACTIVE') return 'MFA is not active';
  const set = await db
    .selectFrom('backup_code_sets')
    .select('frozen_at')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (!set || set.frozen_at !== null) return 'backup codes frozen';
  const operator = await findOperator(db, operatorId);
  if ((operator?.recovery_hold_until ?? 0) > now) return 'hold after password reset';
  const perSource = {
    scope: 'recovery.source',
    key: sourceNetwork(info.sourceIp),
    limit: recovery.mailsPerSourceHour,
  };
  if (!(await takeFromWindow(db, { ...perSource, length: limits.hour }, now))) return 'too many from this source';
  const perAccount = { scope: 'recovery.account', key: operatorId, limit: recovery.mailsPerDay, length: limits.day };
  return (await takeFromWindow(db, perAccount, now)) ? undefined : 'too many mails';
}

async function issueLink(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<void> {
  const { operatorId } = account;
  await voidMailTokens(db, ctx, operatorId, resetPurposes);
  const factor = await findFactor(db, operatorId, account.userId);
  const primary = (await findOperator(db, operatorId))?.email ?? '';
  const { userId, credentialVersion } = account;
  const expiresAt = ctx.now() + recovery.tokenLife;
  const bound = { operatorId, userId, credentialVersion, expiresAt, factorId: factor?.factor_id };
  const insert = (purpose: MailTokenPurpose) => issueMailToken(db, ctx, { ...bound, purpose });
  const token = await insert('mfa_reset');
  const cancelToken = await insert('mfa_reset_cancel');
  await enqueueMail(db, ctx, {
    operatorId,
    recipient: primary,
    language: account.language,
    notAfter: ctx.now() + recovery.tokenLife,
    facts: {
      template: 'mfa_reset_link',
      at: ctx.now(),
      sourceIp: info.sourceIp,
      userAgent: info.userAgent,
      operatorId,
      account: primary,
      link: `${ctx.config.baseUrl}/mfa/reset/verify#${token}`,
      lifeMinutes: recovery.tokenLife / 60_000,
    },
  });
  await enqueueNotice(db, ctx, info, operatorId, 'mfa_reset_requested', {
    except: primary,
    cancelLink: `${ctx.config.baseUrl}/mfa/reset/cancel#${cancelToken}`,
  });
}
