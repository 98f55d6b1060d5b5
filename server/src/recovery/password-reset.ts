import { clearAccount } from '../attempts/attempts.ts';
import { assertNoFlood, takeFromWindow } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, describe, notify, type UserChange } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findLink, issueMailToken, spendLink, voidLinks } from '../links/links.ts';
import { parseEmail } from '../mail/address.ts';
import { mailLink } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { newLockLink } from '../operators/lock-link.ts';
import { findOperator, holdRecovery } from '../operators/operators.ts';
import { forgetDevices } from '../sessions/devices.ts';
import { findAccount } from '../users/accounts.ts';
import { setPasswordHash, voidCredentials } from '../users/credentials.ts';
import { assertAcceptable } from '../users/password-policy.ts';

const { reset } = limits;

/**
 * Asks for a password reset link. Nothing of the account is looked at here: the answer cannot tell (R47).
 * @throws Failure COM0008 when it is not an e-mail address, COM0429 when the source asked too often
 */
export async function requestPasswordReset(cause: Cause, email: string): Promise<void> {
  if (!parseEmail(email)) throw new Failure('COM0008', { field: 'email' });
  await assertNoFlood(cause.ctx, 'reset.source', cause.info.sourceIp);
  await deferRequest(cause, 'password_reset', email);
}

/** Mails the link to the stored address, if there is such a root user. */
export async function sendPasswordResetLink(cause: Cause, email: string): Promise<void> {
  const account = await findAccount(cause.ctx.db, { email });
  if (!account) {
    const unknown = { target: 'root', outcome: 'refused', reason: 'unknown address' } as const;
    return await change(cause, noOperator, async (c) => describe(c, unknown));
  }
  const { operatorId, userId } = account;
  await changeUser(cause, { operatorId, userId }, async (c) => {
    if (await takeMail(c)) await mailResetLink(c, c.user.row.credential_version);
    else describe(c, { outcome: 'refused', reason: 'too many mails' });
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
  const { operator_id: operatorId, credential_version: version } = link;
  const userId = link.user_id ?? '';
  return await changeUser(cause, { operatorId, userId, version, otherwise: 'AUM0012' }, async (c) => {
    if (!(await spendLink(c.db, c.now, link))) throw new Failure('AUM0012');
    await setPasswordHash(c, passwordHash);
    await clearAccount(c.db, ctx, { operatorId, userId });
    await voidCredentials(c);
    await forgetDevices(c);
    await holdRecovery(c);
    notify(c, 'password_reset', { cancelLink: await newLockLink(c) });
    describe(c, { target: 'root', detail: { case: link.case_id ?? '' } });
    return c.receipt;
  });
}

async function takeMail({ db, now, user: { operatorId: key } }: UserChange): Promise<boolean> {
  const perHour = { scope: 'reset.hour', key, limit: reset.mailsPerHour, length: limits.hour };
  const perDay = { scope: 'reset.day', key, limit: reset.mailsPerDay, length: limits.day };
  return (await takeFromWindow(db, perHour, now)) && (await takeFromWindow(db, perDay, now));
}

/**
 * Mails the link that sets a new password to the primary address.
 * @param credentialVersion of the credentials that it replaces
 */
export async function mailResetLink(c: UserChange, credentialVersion: number): Promise<void> {
  const { db, ctx, now, user } = c;
  const { operatorId, userId, row } = user;
  const caseId = newId();
  await voidLinks(db, now, { operatorId, purposes: ['password_reset'] });
  const bound = { operatorId, userId, credentialVersion, caseId };
  const token = await issueMailToken(db, ctx, {
    ...bound,
    expiresAt: now + reset.tokenLife,
    purpose: 'password_reset',
  });
  // The stored address, never the one that was typed (R47).
  const recipient = (await findOperator(db, operatorId))?.email ?? '';
  const mail = { template: 'password_reset_link', operatorId, recipient, language: row.language } as const;
  await mailLink(c, { ...mail, page: '/password/reset', token, life: reset.tokenLife });
  describe(c, { detail: { case: caseId } });
}
