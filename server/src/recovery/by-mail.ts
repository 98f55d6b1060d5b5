import { type Attempt, settleRight } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { record } from '../audit/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import type { Db } from '../db/database.ts';
import { findCodes } from '../factors/backup-codes.ts';
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
import { openCase } from './cases.ts';

const { recovery } = limits;

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
  const user = await lockUser(db, account, account.credentialVersion);
  await settleRight(db, attempt, ctx.now());
  const refusal = user ? await reasonAgainst(db, ctx, info, account) : 'credentials changed';
  const caseId = refusal === undefined ? await issueLink(db, ctx, info, account) : undefined;
  await record(db, ctx.now(), info, {
    operatorId: account.operatorId,
    userName: '',
    actor: 'anonymous',
    target: 'root',
    outcome: refusal === undefined ? 'success' : 'refused',
    reason: refusal ?? '',
    statusCode: 200,
    ...(caseId && { detail: { case: caseId } }),
  });
}

async function reasonAgainst(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<string | undefined> {
  const now = ctx.now();
  const { operatorId, userId } = account;
  const factor = await findFactor(db, operatorId, userId);
  if (factor?.status !== 'ACTIVE') return 'MFA is not active';
  const set = await findCodes(db, operatorId, userId);
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

async function issueLink(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<string> {
  const { operatorId, userId, credentialVersion } = account;
  // SECURITY: the links that stop an earlier reset stay alive: whoever follows one of them stops this one, too.
  await voidMailTokens(db, ctx, operatorId, ['mfa_reset']);
  const factorId = (await findFactor(db, operatorId, userId))?.factor_id ?? '';
  const primary = (await findOperator(db, operatorId))?.email ?? '';
  const expiresAt = ctx.now() + recovery.tokenLife;
  const opened = { kind: 'mail', factor_id: factorId, due_at: expiresAt, credentialVersion } as const;
  const { caseId, stopLink } = await openCase(db, ctx, account, opened);
  const bound = { operatorId, userId, credentialVersion, expiresAt, factorId, caseId };
  const token = await issueMailToken(db, ctx, { ...bound, purpose: 'mfa_reset' });
  await enqueueMail(db, ctx, {
    operatorId,
    recipient: primary,
    language: account.language,
    notAfter: expiresAt,
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
  const told = { except: primary, cancelLink: stopLink };
  await enqueueNotice(db, ctx, info, operatorId, 'mfa_reset_requested', told);
  return caseId;
}
