import { clearAccount } from '../attempts/attempts.ts';
import { assertNoFlood, takeFromWindow } from '../attempts/windows.ts';
import { noOperator, record } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify } from '../change/change.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findLink, issueMailToken, spendLink, voidMailTokens } from '../links/links.ts';
import { parseEmail } from '../mail/address.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { findOperator, holdRecovery } from '../operators/operators.ts';
import { type Account, findAccount } from '../users/accounts.ts';
import { lockUser, setPasswordHash, voidCredentials } from '../users/credentials.ts';
import { assertAcceptable } from '../users/password-policy.ts';

const { reset } = limits;

export type PasswordResetRequest = { readonly info: RequestInfo; readonly email: string };

/**
 * Asks for a password reset link. Nothing of the account is looked at here: the answer cannot tell (R47).
 * @throws Failure COM0008 when it is not an e-mail address, COM0429 when the source asked too often
 */
export async function requestPasswordReset(ctx: Context, info: RequestInfo, email: string): Promise<void> {
  if (!parseEmail(email)) throw new Failure('COM0008', { field: 'email' });
  await assertNoFlood(ctx, 'reset.source', info.sourceIp);
  await deferRequest(ctx.db, ctx, 'password_reset', { info, email } satisfies PasswordResetRequest);
  ctx.wake('requests');
}

/** Mails the link to the stored address, if there is such a root user. Joins the transaction. */
export async function sendPasswordResetLink(db: Db, ctx: Context, request: PasswordResetRequest): Promise<void> {
  const { info } = request;
  const account = await findAccount(db, { email: request.email });
  const refusal = account ? await reasonAgainst(db, ctx, account) : 'unknown address';
  const caseId = account && refusal === undefined ? await issueLink(db, ctx, info, account) : undefined;
  await record(db, ctx.now(), info, {
    operatorId: account?.operatorId ?? noOperator,
    userName: '',
    actor: 'anonymous',
    target: 'root',
    outcome: refusal === undefined ? 'success' : 'refused',
    reason: refusal ?? '',
    statusCode: 200,
    ...(caseId && { detail: { case: caseId } }),
  });
}

/**
 * Sets a new password with a mailed token (R48): sessions end, other links die, nobody is signed in, MFA stays. An MFA
 * reset by mail is held for 24 hours: one mailbox must not count twice.
 * @throws Failure AUM0012 for a dead link, AUM0010 for a password that is not acceptable (the link stays alive)
 */
export async function resetPassword(cause: Cause, token: string, password: string): Promise<Receipt> {
  const { ctx } = cause;
  const link = await findLink(ctx.db, ctx.now(), token, ['password_reset']);
  const operator = link && (await findOperator(ctx.db, link.operator_id));
  if (!link || !operator) throw new Failure('AUM0012');
  await assertAcceptable(ctx, password, [operator.email, operator.operator_id]);
  const passwordHash = await ctx.hasher.hash(password);
  const { operator_id: operatorId, user_id: userId, credential_version: version } = link;
  return await changeUser(cause, { operatorId, userId, version, otherwise: 'AUM0012' }, async (c) => {
    if (!(await spendLink(c.db, c.now, link))) throw new Failure('AUM0012');
    await setPasswordHash(c, passwordHash);
    await clearAccount(c.db, ctx, { operatorId, userId });
    await voidCredentials(c);
    await holdRecovery(c);
    notify(c, 'password_reset');
    describe(c, { target: 'root', detail: { case: link.case_id ?? '' } });
    return c.receipt;
  });
}

async function reasonAgainst(db: Db, ctx: Context, account: Account): Promise<string | undefined> {
  const perHour = { scope: 'reset.hour', key: account.operatorId, limit: reset.mailsPerHour, length: limits.hour };
  const perDay = { scope: 'reset.day', key: account.operatorId, limit: reset.mailsPerDay, length: limits.day };
  const now = ctx.now();
  const within = (await takeFromWindow(db, perHour, now)) && (await takeFromWindow(db, perDay, now));
  return within ? undefined : 'too many mails';
}

async function issueLink(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<string> {
  const { operatorId, userId } = account;
  const caseId = newId();
  const now = ctx.now();
  await lockUser(db, account);
  await voidMailTokens(db, ctx, operatorId, ['password_reset']);
  const { credentialVersion } = account;
  const expiresAt = now + reset.tokenLife;
  const bound = { operatorId, userId, credentialVersion, expiresAt, caseId };
  const token = await issueMailToken(db, ctx, { ...bound, purpose: 'password_reset' });
  // The stored address, never the one that was typed (R47).
  const recipient = (await findOperator(db, operatorId))?.email ?? '';
  await enqueueMail(db, ctx, {
    operatorId,
    recipient,
    language: account.language,
    notAfter: expiresAt,
    facts: {
      template: 'password_reset_link',
      at: now,
      sourceIp: info.sourceIp,
      userAgent: info.userAgent,
      operatorId,
      account: recipient,
      link: `${ctx.config.baseUrl}/password/reset#${token}`,
      lifeMinutes: reset.tokenLife / 60_000,
    },
  });
  return caseId;
}
