import { assertMayActAs } from '../authorize/guard.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, changeUserAuthority, count, describe, notify, refuse, type UserChange } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { rootId, type TotpFactors } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { type Session } from '../sessions/live.ts';
import { markProvedWithFactor } from '../sessions/sessions.ts';
import { ownSession, stampMfaReset, voidCredentials } from '../users/credentials.ts';
import { provePasswordOf } from '../users/password.ts';
import { countCodes, makeCodes, replaceCodes } from './backup-codes.ts';
import { acceptOtp } from './otp.ts';
import { lockFactor, matchingStep, newSeed, sealSeed, totpUri, updateFactor } from './totp.ts';

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
export function isLapsed(factor: Pick<TotpFactors, 'status' | 'created_at'>, now: number): boolean {
  return factor.status === 'UNCONFIRMED' && factor.created_at + limits.mfa.unconfirmedLife <= now;
}

type Owner = { readonly operatorId: string; readonly userId: string };

/** Whose MFA it is; another user may act on it when the permissions allow. */
export type Target = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/**
 * Begins an enrolment with a new seed; an unconfirmed one before it is dead. Nothing changes at sign-in yet.
 * @param account name that the authenticator shows
 * @returns the `otpauth:` URI, which is shown in this answer only (R22)
 * @throws Failure MFA0003 while MFA is active: the seed stays as it is (R38), AUM0024 for somebody stronger
 */
export async function beginEnrolment(cause: Cause, target: Target, account: string): Promise<string> {
  const seed = newSeed();
  await enrolmentOf(cause, target, async (c) => {
    if ((await factorOf(c))?.status === 'ACTIVE') throw new Failure('MFA0003');
    await deleteFactor(c);
    await c.db.insertInto('totp_factors').values(unconfirmed(c, seed)).execute();
  });
  return totpUri(seed, { issuer: cause.ctx.config.issuer, account });
}

/**
 * Confirms an enrolment with its first code: MFA is active from here on, other sessions end.
 * @returns the root user's five backup codes, which are shown in this answer only; SAM users have none
 * @throws Failure MFA0007 for a wrong code (counted; still unconfirmed), MFA0006 when none was begun, it lapsed or was
 *   begun under other credentials, MFA0003, MFA0012 for a damaged seed, AUM0024 for somebody stronger
 */
export async function confirmEnrolment(cause: Cause, target: Target, code: string) {
  const { ctx } = cause;
  const begun = await findFactor(ctx.db, target.operatorId, target.userId);
  assertConfirmable(begun, ctx.now());
  // Five slow hashes are not spent on a code that cannot be right; the count of wrong ones is kept below.
  const fits = typeof matchingStep(ctx, begun, code) === 'number';
  const made = fits && target.userId === rootId ? await makeCodes(ctx) : undefined;
  return await enrolmentOf(cause, target, async (c) => {
    const factor = await lockFactor(c.db, target.operatorId, target.userId);
    assertConfirmable(factor, c.now);
    // SECURITY: a seed shown to a session that a change of credentials ended must not become the owner's factor.
    if (factor.credential_version !== c.user.row.credential_version) throw new Failure('MFA0006');
    const refusal = await acceptOtp(c, factor, code);
    if (refusal) return refusal;
    // A code that became right between the look and the lock came without backup codes.
    if (!fits) return refuse('MFA0007', 'wrong code');
    await activate(c, factor);
    if (made) await replaceCodes(c, factor, made);
    await voidCredentials(c, ownSession(c));
    await markProvedWithFactor(c, ownSession(c));
    notify(c, target.userId === rootId ? 'mfa_enabled' : 'sam_mfa_enabled', { userName: target.userName });
    return { backupCodes: made?.codes ?? [], receipt: c.receipt };
  });
}

/**
 * Gives up an enrolment that was not confirmed.
 * @throws Failure MFA0006 when there is none
 */
export async function cancelEnrolment(cause: Cause, user: Owner): Promise<void> {
  await changeUser(cause, whose(user), async (c) => {
    if ((await factorOf(c))?.status !== 'UNCONFIRMED') throw new Failure('MFA0006');
    await deleteFactor(c);
  });
}

/**
 * Disables the root user's own MFA with the password (flow A): factor, codes, other sessions, pending sign-ins and
 * links end in one transaction, and the owner is told.
 * @returns what ended
 * @throws Failure AUM0011 for a wrong password (counted like one at sign-in), MFA0005 when MFA is not active
 */
export async function disableMfa(cause: Cause, user: Owner, password: string): Promise<Receipt> {
  const proof = await provePasswordOf(cause, user, password);
  return await changeUser(cause, proof.who, async (c) => {
    await proof.settle(c);
    const factor = await factorOf(c);
    if (!factor) return refuse('MFA0005', 'not active', 'refused');
    if (factor.status === 'UNCONFIRMED') return await dropUnconfirmed(c);
    await removeMfa(c);
    notify(c, 'mfa_disabled');
    return c.receipt;
  });
}

/**
 * Disables a SAM user's MFA (flow C): by the root user, or by whoever the permissions allow. The user's sessions end,
 * the root user is told. On oneself it needs a session that was proved with the factor (R45).
 * @throws Failure MFA0005 when MFA is not active, MFA0009 on oneself without the factor
 */
export async function disableUserMfa(cause: Cause, actor: Session, target: Target): Promise<Receipt> {
  // The revision: when MFA was reset is a fact that permissions can ask for.
  return await changeUserAuthority(cause, whose(target), async (c) => {
    const factor = await factorOf(c);
    if (!factor) throw new Failure('MFA0005');
    if (factor.status === 'UNCONFIRMED') return await dropUnconfirmed(c);
    const itself = ownSession(c) !== '';
    if (itself && actor.authMethod !== 'password+totp') throw new Failure('MFA0009');
    await removeMfa(c);
    if (!itself) await stampMfaReset(c);
    notify(c, 'sam_mfa_disabled', { userName: target.userName });
    return c.receipt;
  });
}

/** Removes a user's factor and codes with all that rests on them (I2); the session that does it on itself goes on. */
export async function removeMfa(c: UserChange): Promise<void> {
  count(c, { backupCodes: await countCodes(c) });
  await deleteFactor(c);
  await voidCredentials(c, ownSession(c));
}

/** SECURITY: an enrolment for another user lets its maker sign in as that one, or locks it out: it is guarded (R57). */
async function enrolmentOf<T>(cause: Cause, target: Target, work: Parameters<typeof changeUser<T>>[2]): Promise<T> {
  const itself = cause.caller?.operatorId === target.operatorId && cause.caller.userId === target.userId;
  if (itself) return await changeUser(cause, whose(target), work);
  return await changeUserAuthority(cause, whose(target), async (c) => {
    await assertMayActAs(c);
    return await work(c);
  });
}

/** Nothing of a session but whose it is: a target is no claim about credentials. */
function whose({ operatorId, userId }: Owner): Owner {
  return { operatorId, userId };
}

async function factorOf({ db, user }: UserChange): Promise<TotpFactors | undefined> {
  return await findFactor(db, user.operatorId, user.userId);
}

function assertConfirmable(factor: TotpFactors | undefined, now: number): asserts factor is TotpFactors {
  if (factor?.status === 'ACTIVE') throw new Failure('MFA0003');
  if (!factor || isLapsed(factor, now)) throw new Failure('MFA0006');
}

async function activate({ db, now }: UserChange, factor: TotpFactors): Promise<void> {
  const activated = updateFactor(db, factor).set({ status: 'ACTIVE', activated_at: now });
  await activated.where('status', '=', 'UNCONFIRMED').execute();
}

async function dropUnconfirmed(c: UserChange): Promise<Receipt> {
  await deleteFactor(c);
  describe(c, { reason: 'not confirmed' });
  return c.receipt;
}

/** Backup codes go with their factor. */
async function deleteFactor({ db, user }: UserChange): Promise<void> {
  const own = db.deleteFrom('totp_factors').where('operator_id', '=', user.operatorId);
  await own.where('user_id', '=', user.userId).execute();
}

function unconfirmed({ ctx, now, user }: UserChange, seed: string): TotpFactors {
  const key = { operator_id: user.operatorId, user_id: user.userId, factor_id: newId() };
  return {
    ...key,
    status: 'UNCONFIRMED',
    credential_version: user.row.credential_version,
    secret: sealSeed(ctx, key, seed),
    created_at: now,
    activated_at: null,
    last_step: 0,
    last_used_at: null,
    wrong_in_a_row: 0,
    wrong_in_window: 0,
    window_start: 0,
    suspended_at: null,
  };
}
