import { takeFromWindow } from '../attempts/windows.ts';
import { plainLine } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { describe, notify, type UserAuthorityChange } from '../change/change.ts';
import { newId } from '../crypto/tokens.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { issueMailToken, linkOfCase, setLinkEnd, voidLinks } from '../links/links.ts';
import { mailLink } from '../mail/outbox.ts';
import { type UserEmail, verifiedUserEmail } from '../operators/user-email.ts';
import type { Session } from '../sessions/live.ts';
import { changeSamUser, type UserPath } from '../users/users.ts';
import { basisOf, isAwaited, makeCode, type NewCode, openCases, sealSalt, standingCase } from './assisted-case.ts';
import { openCase, stopCases, takeApproval, voidCases } from './cases.ts';

const { assisted } = limits;

export type NewAssisted = {
  readonly reason: string;
  /** How the user gets what it finishes with; by mail when it has an address, when left out. */
  readonly handOver?: 'mail' | 'code' | undefined;
};

/**
 * Starts the reset of a SAM user's MFA, which only that user can finish: with its own password, and a mailed link or a
 * code that the starter hands over. Of earlier ones of the user nothing is left.
 *
 * SECURITY: nobody may start what he could finish alone: not for himself, and no SAM user for one whose password he set,
 * who does not approve it either.
 * @returns the code, which is shown in this answer only; none when a link is mailed
 * @throws Failure COM0001 for a reason that says nothing, MFA0030 without MFA of one's own, MFA0031 for oneself, MFA0033, MFA0005 when MFA is not active, MFA0034
 *   without an address to mail to, MFA0035 without a password, COM0404, COM0429
 */
export async function startAssisted(cause: Cause, starter: Session, params: UserPath, input: NewAssisted) {
  assertProved(starter);
  const reason = readReason(input.reason);
  const code = await makeCode(cause.ctx);
  return await changeSamUser(cause, params, async (c) => {
    const { db, now, user, operator } = c;
    const { operatorId, userId, row, userName } = user;
    assertOther(starter.userId, userId);
    if (row.password_hash === null || row.password_suspended_at !== null) throw new Failure('MFA0035');
    assertNotItsPassword(c, starter);
    if (row.mfa_id === null) throw new Failure('MFA0005');
    const address = await verifiedUserEmail(db, user);
    if (input.handOver === 'mail' && address === undefined) throw new Failure('MFA0034');
    await takeStart(c);
    await endEarlier(c);
    const handOver = input.handOver ?? (address === undefined ? 'code' : 'mail');
    const awaited = operator.row.second_person_at !== null;
    const dueAt = now + (awaited ? assisted.approvalLife : assisted.life);
    const caseId = newId();
    const { stopLink } = await openCase(c, {
      case_id: caseId,
      kind: 'assisted',
      mfa_id: row.mfa_id,
      reason,
      hand_over: handOver,
      code_salt: handOver === 'code' ? sealSalt(c.ctx, { operator_id: operatorId, case_id: caseId }, code.salt) : '',
      started_by: starter.userId,
      starter_basis: await basisOf(db, starter),
      approval_due_at: awaited ? dueAt : null,
      due_at: dueAt,
    });
    const handed = { caseId, dueAt, mfaId: row.mfa_id };
    if (handOver === 'code') await issueToken(c, handed, code);
    else if (!awaited) await mailToken(c, handed, address);
    notify(c, 'sam_mfa_reset_started', { userName, cancelLink: stopLink, reason });
    describe(c, { reason, detail: { case: caseId, handOver, reason } });
    return {
      caseId,
      handOver,
      dueAt,
      awaitsApproval: awaited,
      ...(handOver === 'code' && { code: spelled(code.code) }),
    };
  });
}

/**
 * Approves what somebody else started, as the operator's settings ask for. From here on the user can finish it.
 * @throws Failure MFA0030, MFA0031 for who started it and for the user itself, MFA0033, COM0404 when that case waits for
 *   nobody
 */
export async function approveAssisted(cause: Cause, approver: Session, params: UserPath, caseId: string) {
  assertProved(approver);
  await changeSamUser(cause, params, async (c) => {
    const { db, now, user } = c;
    const row = await standingCase(db, now, user);
    if (row?.case_id !== caseId || !isAwaited(row)) throw new Failure('COM0404');
    assertOther(approver.userId, user.userId);
    assertOther(approver.userId, row.started_by ?? '');
    assertNotItsPassword(c, approver);
    const dueAt = now + assisted.life;
    const approved = { approved_by: approver.userId, approver_basis: await basisOf(db, approver), due_at: dueAt };
    if (!(await takeApproval(c, caseId, approved))) throw new Failure('COM0404');
    const handed = { caseId, dueAt, mfaId: row.mfa_id };
    if (row.hand_over === 'mail') await mailToken(c, handed, await verifiedUserEmail(db, user));
    else await prolong(c, handed);
    notify(c, 'sam_mfa_reset_approved', { userName: user.userName });
    describe(c, { detail: { case: caseId } });
  });
}

/**
 * Stops a reset: by the root user, who started it, or the user itself; to anybody else there is none.
 * @throws Failure COM0404
 */
export async function stopAssisted(cause: Cause, caller: Session, params: UserPath): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    const [row] = await openCases(c.db, c.now, c.user.operatorId, c.user.userId);
    const may = [rootId, c.user.userId, row?.started_by].includes(caller.userId);
    if (!row || !may) throw new Failure('COM0404');
    await stopCases(c, row.case_id);
  });
}

/** It is read in mails, lists and records. */
function readReason(typed: string): string {
  const reason = plainLine(typed);
  if (reason !== '') return reason;
  throw new Failure('COM0001', { field: 'reason', reason: { en: 'must not be empty', ja: '入力してください。' } });
}

function assertProved(caller: Session): void {
  if (!caller.mfaAuthenticated) throw new Failure('MFA0030');
}

/** SECURITY: two of those who take part are never one. A session of a switch or of an AuthKey does not come this far. */
function assertOther(one: string, other: string): void {
  if (one === other) throw new Failure('MFA0031');
}

/** SECURITY: who knows the password can be taken for the user by whoever hands the code over. */
function assertNotItsPassword({ user }: UserAuthorityChange, { userId }: Session): void {
  if (userId !== rootId && user.row.password_set_by === userId) throw new Failure('MFA0033');
}

/** SECURITY: each start is mailed to every address; nobody fills a mailbox by it. */
async function takeStart({ db, now, user: { operatorId, userId } }: UserAuthorityChange): Promise<void> {
  const key = `${operatorId}/${userId}`;
  const perUser = { scope: 'recovery.assisted', key, limit: assisted.startsPerDay, length: limits.day };
  if (!(await takeFromWindow(db, perUser, now))) throw new Failure('COM0429', {}, limits.hour / 1000);
}

async function endEarlier(c: UserAuthorityChange): Promise<void> {
  const { operatorId, userId } = c.user;
  await voidCases(c);
  await voidLinks(c.db, c.now, { operatorId, userId, purposes: ['mfa_reset_assisted'] });
}

type Handed = { readonly caseId: string; readonly dueAt: number; readonly mfaId: string };

/** @param by what opens it: a code, or the mail to an address, with which the link goes */
async function issueToken(c: UserAuthorityChange, { caseId, dueAt, mfaId }: Handed, by: NewCode | UserEmail) {
  const { operatorId, userId, row } = c.user;
  const bound = { operatorId, userId, credentialVersion: row.credential_version, caseId, mfaId };
  const life = { purpose: 'mfa_reset_assisted', expiresAt: dueAt } as const;
  const opened = 'secret' in by ? { secret: by.secret } : { emailId: by.emailId };
  return await issueMailToken(c.db, c.ctx, { ...bound, ...life, ...opened });
}

async function mailToken(c: UserAuthorityChange, handed: Handed, address: UserEmail | undefined): Promise<void> {
  // Its address was removed since it was started.
  if (!address) throw new Failure('MFA0034');
  const { operatorId, row } = c.user;
  const to = { operatorId, recipient: address.email, language: row.language, userName: row.user_name };
  const mail = { template: 'sam_mfa_reset_link', ...to } as const;
  // SECURITY: an address that is removed, or replaced, takes with it what was mailed there (R43).
  const token = await issueToken(c, handed, address);
  await mailLink(c, { ...mail, page: '/mfa/assisted', token, life: assisted.life });
}

/** A code that was handed over is good from the approval on. */
async function prolong(c: UserAuthorityChange, { caseId, dueAt }: Handed): Promise<void> {
  const link = await linkOfCase(c.db, c.now, { operatorId: c.user.operatorId, caseId });
  if (!link) throw new Failure('COM0404');
  await setLinkEnd(c.db, link, dueAt);
}

/** In two halves, as it is read out. */
function spelled(code: string): string {
  return `${code.slice(0, code.length / 2)}-${code.slice(code.length / 2)}`;
}
