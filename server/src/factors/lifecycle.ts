import { settleRight } from '../attempts/attempts.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { TotpFactors } from '../db/schema.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { enqueueNotice } from '../mail/notices.ts';
import type { Session } from '../sessions/sessions.ts';
import { loadAccount } from '../users/accounts.ts';
import { endAfterCredentialChange, lockUser } from '../users/credentials.ts';
import { checkOwnPassword, settleWrong } from '../users/password.ts';
import { deleteCodes, makeCodes, replaceCodes } from './backup-codes.ts';
import { lockFactor, matchingStep, newSeed, type OtpOutcome, sealSeed, spendOtp, totpUri } from './totp.ts';

/** The factor row of a user, whatever its status. */
export async function findFactor(db: Db, operatorId: string, userId: string): Promise<TotpFactors | undefined> {
  return await db
    .selectFrom('totp_factors')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

/** Whether an enrolment that was begun is over: it can be confirmed for 15 minutes. */
export function isLapsed(factor: TotpFactors, now: number): boolean {
  return factor.status === 'UNCONFIRMED' && factor.created_at + limits.mfa.unconfirmedLife <= now;
}

/** Whose MFA it is; another user may act on it when the permissions allow. */
export type Target = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/**
 * Begins an enrolment with a new seed; an unconfirmed one before it is dead. Nothing changes at sign-in yet.
 * @returns the `otpauth:` URI, which is shown in this answer only (R22)
 * @throws Failure MFA0003 while MFA is active: the seed stays as it is (R38)
 */
export async function beginEnrolment(ctx: Context, info: RequestInfo, actor: Session, target: Target, account: string) {
  const { operatorId, userId } = target;
  const seed = newSeed();
  const factorKey = { operator_id: operatorId, user_id: userId, factor_id: newId() };
  await transaction(ctx.db, async (db) => {
    if (!(await lockUser(db, ctx, operatorId, userId))) throw new Failure('COM0404');
    const active = await findFactor(db, operatorId, userId);
    if (active?.status === 'ACTIVE') throw new Failure('MFA0003');
    await deleteFactor(db, operatorId, userId);
    await db
      .insertInto('totp_factors')
      .values(unconfirmed(ctx, factorKey, seed))
      .execute();
    await record(db, ctx.now(), info, { ...by(actor), ...on(actor, target), outcome: 'success', statusCode: 200 });
  });
  return totpUri(seed, account);
}

/**
 * Confirms an enrolment with its first code: MFA is active from here on, other sessions end.
 * @returns the root user's five backup codes, which are shown in this answer only; SAM users have none
 * @throws Failure MFA0007 for a wrong code (still unconfirmed), MFA0006 when none was begun or it lapsed, MFA0003
 */
export async function confirmEnrolment(ctx: Context, info: RequestInfo, actor: Session, target: Target, code: string) {
  const { operatorId, userId } = target;
  const begun = await findFactor(ctx.db, operatorId, userId);
  assertConfirmable(begun, ctx.now());
  if (matchingStep(ctx, begun, code) === undefined) return await refuseCode(ctx, info, actor, target);
  const made = userId === rootId ? await makeCodes(ctx) : undefined;
  const receipt = await transaction(ctx.db, async (db) => {
    await lockUser(db, ctx, operatorId, userId);
    const factor = await lockFactor(db, operatorId, userId);
    assertConfirmable(factor, ctx.now());
    if ((await spendOtp(db, ctx, factor, code)) !== 'accepted') throw new Failure('MFA0007');
    await activate(db, ctx, factor);
    if (made) await replaceCodes(db, ctx, factor, made);
    const ended = await endAfterCredentialChange(db, ctx, operatorId, userId, sessionToKeep(actor, target));
    const receipt = { ...ended, backupCodes: 0 };
    if (isSelf(actor, target)) await markFactorUsed(db, actor);
    const event = userId === rootId ? 'mfa_enabled' : 'sam_mfa_enabled';
    await enqueueNotice(db, ctx, info, operatorId, event, { receipt, userName: target.userName });
    const success = { outcome: 'success', statusCode: userId === rootId ? 200 : 204, detail: receipt } as const;
    await record(db, ctx.now(), info, { ...by(actor), ...on(actor, target), ...success });
    return receipt;
  });
  return { backupCodes: made?.codes ?? [], receipt };
}

/**
 * Gives up an enrolment that was not confirmed.
 * @throws Failure MFA0006 when there is none
 */
export async function cancelEnrolment(ctx: Context, info: RequestInfo, session: Session): Promise<void> {
  await transaction(ctx.db, async (db) => {
    await lockUser(db, ctx, session.operatorId, session.userId);
    const factor = await findFactor(db, session.operatorId, session.userId);
    if (factor?.status !== 'UNCONFIRMED') throw new Failure('MFA0006');
    await deleteFactor(db, session.operatorId, session.userId);
    await record(db, ctx.now(), info, { ...by(session), outcome: 'success', statusCode: 204 });
  });
}

/**
 * Disables the root user's own MFA with the password (flow A): factor, codes, other sessions, pending sign-ins and
 * links end in one transaction, and the owner is told.
 * @returns what ended
 * @throws Failure AUM0011 for a wrong password (counted like one at sign-in), MFA0005 when MFA is not active
 */
export async function disableMfa(
  ctx: Context,
  info: RequestInfo,
  session: Session,
  password: string,
): Promise<Receipt> {
  const { operatorId, userId, sessionId } = session;
  const account = await loadAccount(ctx.db, operatorId, userId);
  if (!account) throw new Failure('COM0404');
  const check = await checkOwnPassword(ctx, account, password, info.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, info, check, 400);
    throw new Failure('AUM0011');
  }
  const done = await transaction(ctx.db, async (db) => {
    const user = await lockUser(db, ctx, operatorId, userId, account.credentialVersion);
    if (!user) return 'changed meanwhile' as const;
    await settleRight(db, check.attempt, ctx.now());
    const factor = await findFactor(db, operatorId, userId);
    if (!factor) return 'inactive' as const;
    if (factor.status === 'UNCONFIRMED') return await dropUnconfirmed(db, ctx, info, session, session);
    const receipt = await removeMfa(db, ctx, operatorId, userId, sessionId);
    await enqueueNotice(db, ctx, info, operatorId, 'mfa_disabled', { receipt });
    await record(db, ctx.now(), info, { ...by(session), outcome: 'success', statusCode: 204, detail: receipt });
    return receipt;
  });
  if (done === 'changed meanwhile') throw new Failure('AUM0011');
  if (done === 'inactive') throw new Failure('MFA0005');
  return done;
}

/**
 * Disables a SAM user's MFA (flow C): by the root user, or by whoever the permissions allow. The user's sessions end,
 * the root user is told. On oneself it needs a session that was proved with the factor (R45).
 * @throws Failure MFA0005 when MFA is not active, MFA0009 on oneself without the factor
 */
export async function disableUserMfa(
  ctx: Context,
  info: RequestInfo,
  actor: Session,
  target: Target,
): Promise<Receipt> {
  const { operatorId, userId, userName } = target;
  return await transaction(ctx.db, async (db) => {
    await lockUser(db, ctx, operatorId, userId);
    const factor = await findFactor(db, operatorId, userId);
    if (!factor) throw new Failure('MFA0005');
    if (factor.status === 'UNCONFIRMED') return await dropUnconfirmed(db, ctx, info, actor, target);
    if (isSelf(actor, target) && actor.authMethod !== 'password+totp') throw new Failure('MFA0009');
    const receipt = await removeMfa(db, ctx, operatorId, userId, sessionToKeep(actor, target));
    if (!isSelf(actor, target)) await markReset(db, ctx, target);
    await enqueueNotice(db, ctx, info, operatorId, 'sam_mfa_disabled', { receipt, userName });
    const success = { outcome: 'success', statusCode: 204, detail: receipt } as const;
    await record(db, ctx.now(), info, { ...by(actor), ...on(actor, target), ...success });
    return receipt;
  });
}

/** Notes that somebody else switched a user's MFA off, for `secondsSinceMfaReset`. */
export async function markReset(db: Db, ctx: Context, target: Pick<Target, 'operatorId' | 'userId'>): Promise<void> {
  await db
    .updateTable('users')
    .set({ mfa_reset_at: ctx.now() })
    .where('operator_id', '=', target.operatorId)
    .where('user_id', '=', target.userId)
    .execute();
}

/** Removes a user's factor and codes with all that rests on them (I2). */
export async function removeMfa(
  db: Db,
  ctx: Context,
  operatorId: string,
  userId: string,
  exceptSessionId = '',
): Promise<Receipt> {
  const backupCodes = await deleteCodes(db, operatorId, userId);
  await deleteFactor(db, operatorId, userId);
  return { ...(await endAfterCredentialChange(db, ctx, operatorId, userId, exceptSessionId)), backupCodes };
}

/** Tells and records a code that was not accepted; the count is in the caller's transaction. */
export async function recordOtpFailure(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  who: Who,
  outcome: OtpOutcome,
  status: number,
) {
  if (outcome === 'suspended now')
    await enqueueNotice(db, ctx, info, who.operatorId, 'mfa_suspended', { userName: who.userName });
  const reason = outcome === 'wrong' ? 'wrong code' : outcome;
  await record(db, ctx.now(), info, {
    ...by(who),
    outcome: outcome === 'refused' ? 'refused' : 'failure',
    reason,
    statusCode: status,
  });
}

type Who = { readonly operatorId: string; readonly userName: string };

function assertConfirmable(factor: TotpFactors | undefined, now: number): asserts factor is TotpFactors {
  if (factor?.status === 'ACTIVE') throw new Failure('MFA0003');
  if (!factor || isLapsed(factor, now)) throw new Failure('MFA0006');
}

async function refuseCode(ctx: Context, info: RequestInfo, actor: Session, target: Target): Promise<never> {
  const failure = { outcome: 'failure', reason: 'wrong code', statusCode: 400 } as const;
  await transaction(ctx.db, (db) => record(db, ctx.now(), info, { ...by(actor), ...on(actor, target), ...failure }));
  throw new Failure('MFA0007');
}

async function activate(db: Db, ctx: Context, factor: TotpFactors): Promise<void> {
  await db
    .updateTable('totp_factors')
    .set({ status: 'ACTIVE', activated_at: ctx.now() })
    .where('operator_id', '=', factor.operator_id)
    .where('user_id', '=', factor.user_id)
    .where('factor_id', '=', factor.factor_id)
    .where('status', '=', 'UNCONFIRMED')
    .execute();
}

/** The session now rests on both. Its step-up still counts from the password: a code alone does not renew it. */
async function markFactorUsed(db: Db, session: Session): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ auth_method: 'password+totp' })
    .where('operator_id', '=', session.operatorId)
    .where('session_id', '=', session.sessionId)
    .execute();
}

async function dropUnconfirmed(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  actor: Session,
  target: Target,
): Promise<Receipt> {
  await deleteFactor(db, target.operatorId, target.userId);
  const success = { outcome: 'success', reason: 'not confirmed', statusCode: 204 } as const;
  await record(db, ctx.now(), info, { ...by(actor), ...on(actor, target), ...success });
  return { sessions: 0, pendingSignIns: 0, links: 0, backupCodes: 0 };
}

function isSelf(actor: Session, target: Target): boolean {
  return actor.operatorId === target.operatorId && actor.userId === target.userId;
}

/** The session that makes a change on its own user goes on. */
function sessionToKeep(actor: Session, target: Target): string {
  return isSelf(actor, target) ? actor.sessionId : '';
}

/** The target of an audit record; left out where a user acts on itself. */
function on(actor: Session, target: Target): { target?: string } {
  return isSelf(actor, target) ? {} : { target: `sam:${target.userName}` };
}

async function deleteFactor(db: Db, operatorId: string, userId: string): Promise<void> {
  await db.deleteFrom('totp_factors').where('operator_id', '=', operatorId).where('user_id', '=', userId).execute();
}

function unconfirmed(ctx: Context, key: { operator_id: string; user_id: string; factor_id: string }, seed: string) {
  return {
    ...key,
    status: 'UNCONFIRMED' as const,
    secret: sealSeed(ctx, key, seed),
    created_at: ctx.now(),
    activated_at: null,
    last_step: 0,
    last_used_at: null,
    wrong_in_a_row: 0,
    wrong_in_window: 0,
    window_start: 0,
    suspended_at: null,
  };
}
