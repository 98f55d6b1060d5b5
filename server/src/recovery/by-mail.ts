import { settleRight } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, describe, notify, type UserChange } from '../change/change.ts';
import { findCodes } from '../factors/backup-codes.ts';
import { limits } from '../limits.ts';
import { issueMailToken, voidLinks } from '../links/links.ts';
import { mailLink } from '../mail/outbox.ts';
import { deferRequest } from '../mail/requests.ts';
import { findOperator } from '../operators/operators.ts';
import { checkPassword, judgeWrong, type PasswordCheck, recordPaused } from '../users/password.ts';
import { openCase } from './cases.ts';

const { recovery } = limits;

/**
 * Asks for an MFA reset. The answer is the same whatever is true of the account; the mail, if one is due, is the work
 * of `sendResetLink` (R40).
 */
export async function requestReset(cause: Cause, email: string, password: string): Promise<void> {
  const check = await checkPassword(cause, { email }, password);
  // It does nothing, of whatever account: not even a row is written for it.
  if (!check.right && !check.attempt) return await recordPaused(cause, check);
  const account = check.account && { ...check.account, passwordHash: undefined };
  await deferRequest(cause, 'mfa_reset', { ...check, account });
}

/** Mails the reset link to the primary address and tells all others, if everything holds. */
export async function sendResetLink(cause: Cause, check: PasswordCheck): Promise<void> {
  if (!check.right) {
    const operatorId = check.account?.operatorId ?? '';
    return await change(cause, operatorId, async (c) => describe(c, await judgeWrong(c, check)));
  }
  const { operatorId, userId, credentialVersion } = check.account;
  await changeUser(cause, { operatorId, userId }, async (c) => {
    await settleRight(c.db, check.attempt, c.now);
    const same = c.user.row.credential_version === credentialVersion;
    const reason = same ? await reasonAgainst(c) : 'credentials changed';
    if (reason) describe(c, { outcome: 'refused', reason });
    else await issueLink(c);
  });
}

async function reasonAgainst(c: UserChange): Promise<string | undefined> {
  const { db, now, user, cause } = c;
  const { operatorId, userId } = user;
  if (user.row.mfa_id === null) return 'MFA is not active';
  const set = await findCodes(db, operatorId, userId);
  if (!set || set.frozen_at !== null) return 'backup codes frozen';
  const operator = await findOperator(db, operatorId);
  if ((operator?.recovery_hold_until ?? 0) > now) return 'hold after password reset';
  const perSource = {
    scope: 'recovery.source',
    key: sourceNetwork(cause.info.sourceIp),
    limit: recovery.mailsPerSourceHour,
  };
  if (!(await takeFromWindow(db, { ...perSource, length: limits.hour }, now))) return 'too many from this source';
  const perAccount = { scope: 'recovery.account', key: operatorId, limit: recovery.mailsPerDay, length: limits.day };
  return (await takeFromWindow(db, perAccount, now)) ? undefined : 'too many mails';
}

async function issueLink(c: UserChange): Promise<void> {
  const { db, ctx, now, user } = c;
  const { operatorId, userId, row } = user;
  // SECURITY: the links that stop an earlier reset stay alive: whoever follows one of them stops this one, too.
  await voidLinks(db, now, { operatorId, purposes: ['mfa_reset'] });
  const primary = (await findOperator(db, operatorId))?.email ?? '';
  const expiresAt = now + recovery.tokenLife;
  const mfaId = row.mfa_id ?? '';
  const { caseId, stopLink } = await openCase(c, { kind: 'mail', mfa_id: mfaId, due_at: expiresAt });
  const bound = { operatorId, userId, credentialVersion: row.credential_version, expiresAt, mfaId, caseId };
  const token = await issueMailToken(db, ctx, { ...bound, purpose: 'mfa_reset' });
  const mail = { template: 'mfa_reset_link', operatorId, recipient: primary, language: row.language } as const;
  await mailLink(c, { ...mail, page: '/mfa/reset/verify', token, life: recovery.tokenLife });
  notify(c, 'mfa_reset_requested', { except: primary, cancelLink: stopLink });
  describe(c, { detail: { case: caseId } });
}
