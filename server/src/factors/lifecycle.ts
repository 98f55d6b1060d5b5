import { assertMayActAs } from '../authorize/guard.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, changeUserAuthority, count, describe, notify, refuse, type UserChange } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../sessions/live.ts';
import { addProof } from '../sessions/sessions.ts';
import { beginMfa, endMfa, ownSession, stampMfaReset, voidCredentials } from '../users/credentials.ts';
import { provePasswordOf } from '../users/password.ts';
import { beginApp } from './authenticator-app.ts';
import { countCodes, deleteCodes, makeCodes, type NewCodes, replaceCodes } from './backup-codes.ts';
import { activateFactor, deleteFactors, deleteOthers, deleteUnconfirmed, type Owner } from './factors.ts';
import type { Confirmed, FactorKind, SentProof } from './kind.ts';
import { kindOf, needsFactor, refusalOf } from './prove.ts';
import { describeMfa } from './status.ts';

/** Whether a factor is confirmed as the first one, beside others (or in place of the one of its kind), or as either. */
type Place = 'first' | 'beside' | 'either';

/** Whose MFA it is; another user may act on it when the permissions allow. */
export type Target = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/**
 * Begins an enrolment with an authenticator app; an unconfirmed one before it is dead. Nothing changes at sign-in yet.
 * @param account name that the app shows
 * @returns the URI that the app is set up with, which is shown in this answer only (R22)
 * @throws Failure MFA0003 while MFA is active: the seed stays as it is (R38), AUM0024 for somebody stronger
 */
export async function beginEnrolment(cause: Cause, target: Target, account: string): Promise<string> {
  return await enrolmentOf(cause, target, async (c) => {
    if (needsFactor(c)) throw new Failure('MFA0003');
    await deleteUnconfirmed(c);
    return await beginApp(c, account);
  });
}

/**
 * Confirms an enrolment with the first proof of its factor: MFA is active from here on, other sessions end.
 * @param place what the door is for. SECURITY: one for a further factor shows no backup codes, and asks for no permission
 *   where the first one of a SAM user needs it
 * @returns the root user's five backup codes, which are shown in this answer only; SAM users have none
 * @throws Failure MFA0007 for a wrong proof (counted; still unconfirmed), MFA0006 when none was begun, it lapsed or was
 *   begun under other credentials, MFA0003 or MFA0005 at the wrong door, MFA0012 for a damaged seed, AUM0024 for somebody stronger
 */
export async function confirmEnrolment(cause: Cause, target: Target, sent: SentProof, place: Place = 'first') {
  const { ctx } = cause;
  const kind = kindOf(sent);
  if (!kind) throw new Failure('MFA0007');
  // Five slow hashes are not spent on a proof that cannot be right; the count of wrong ones is kept below.
  const fits = await kind.mayBeRight(ctx, target, sent, 'UNCONFIRMED');
  const first =
    fits && target.userId === rootId && (await describeMfa(ctx, target.operatorId, rootId)).status !== 'ACTIVE';
  const made = first ? await makeCodes(ctx) : undefined;
  return await enrolmentOf(cause, target, async (c) => {
    assertPlace(c, place);
    // MFA that went off between the look and the lock: no backup codes were made for the one that would begin.
    if (fits && target.userId === rootId && !needsFactor(c) && !made) throw new Failure('MFA0006');
    const confirmed = await kind.confirm(c, sent);
    if (typeof confirmed === 'string') return refusalOf(c, kind, confirmed, 'MFA0007');
    // A proof that became right between the look and the lock came without backup codes.
    if (!fits) return refuse(kind.refusal ?? 'MFA0007', `wrong ${kind.proof}`);
    await activateFactor(c, confirmed.factor);
    describe(c, { detail: { factor: kind.kind } });
    const codes = needsFactor(c) ? await addBeside(c, kind, confirmed) : await enableWith(c, kind, made);
    await addProof(c, ownSession(c), confirmed.proof);
    return { codes, receipt: c.receipt, factorId: confirmed.factor.factor_id };
  });
}

function assertPlace(c: UserChange, place: Place): void {
  if (needsFactor(c) && place === 'first') throw new Failure('MFA0003');
  if (!needsFactor(c) && place === 'beside') throw new Failure('MFA0005');
}

/** The first factor: MFA is on. */
async function enableWith(c: UserChange, { kind }: FactorKind, made: NewCodes | undefined) {
  const { userId, userName } = c.user;
  await beginMfa(c);
  const codes = made && { backupCodes: made.codes, backupCodeSet: await replaceCodes(c, made) };
  await voidCredentials(c, ownSession(c));
  notify(c, userId === rootId ? 'mfa_enabled' : 'sam_mfa_enabled', { userName, kind });
  return codes;
}

/** One more factor; the backup codes stay. What was proved with one that it takes the place of is void. */
async function addBeside(c: UserChange, { kind, single }: FactorKind, { factor }: Confirmed): Promise<undefined> {
  const replaced = single && (await deleteOthers(c, kind, factor)) > 0;
  if (replaced) await voidCredentials(c, ownSession(c));
  notify(c, replaced ? 'factor_replaced' : 'factor_added', { userName: c.user.userName, kind });
  return undefined;
}

/**
 * Gives up an enrolment that was not confirmed.
 * @throws Failure MFA0006 when there is none
 */
export async function cancelEnrolment(cause: Cause, user: Owner): Promise<void> {
  await changeUser(cause, whose(user), async (c) => {
    if (!(await deleteUnconfirmed(c))) throw new Failure('MFA0006');
  });
}

/**
 * Disables the root user's own MFA with the password (flow A): factors, codes, other sessions, pending sign-ins and
 * links end in one transaction, and the owner is told.
 * @returns what ended
 * @throws Failure AUM0011 for a wrong password (counted like one at sign-in), MFA0005 when MFA is not active
 */
export async function disableMfa(cause: Cause, user: Owner, password: string): Promise<Receipt> {
  const proof = await provePasswordOf(cause, user, password);
  return await changeUser(cause, proof.who, async (c) => {
    await proof.settle(c);
    if (!needsFactor(c)) return (await dropUnconfirmed(c)) ?? refuse('MFA0005', 'not active', 'refused');
    await removeMfa(c);
    notify(c, 'mfa_disabled');
    return c.receipt;
  });
}

/**
 * Disables a SAM user's MFA (flow C): by the root user, or by whoever the permissions allow. The user's sessions end,
 * the root user is told. On oneself it needs a session that was proved with a factor (R45).
 * @throws Failure MFA0005 when MFA is not active, MFA0009 on oneself without the factor
 */
export async function disableUserMfa(cause: Cause, actor: Session, target: Target): Promise<Receipt> {
  // The revision: when MFA was reset is a fact that permissions can ask for.
  return await changeUserAuthority(cause, whose(target), async (c) => {
    if (!needsFactor(c)) {
      const dropped = await dropUnconfirmed(c);
      if (!dropped) throw new Failure('MFA0005');
      return dropped;
    }
    const itself = ownSession(c) !== '';
    if (itself && !actor.mfaAuthenticated) throw new Failure('MFA0009');
    await removeMfa(c);
    if (!itself) await stampMfaReset(c);
    notify(c, 'sam_mfa_disabled', { userName: target.userName });
    return c.receipt;
  });
}

/** Removes a user's factors and codes with all that rests on them (I2); the session that does it on itself goes on. */
export async function removeMfa(c: UserChange): Promise<void> {
  count(c, { backupCodes: await countCodes(c) });
  await deleteFactors(c);
  await deleteCodes(c);
  await endMfa(c);
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

async function dropUnconfirmed(c: UserChange): Promise<Receipt | undefined> {
  if (!(await deleteUnconfirmed(c))) return undefined;
  describe(c, { reason: 'not confirmed' });
  return c.receipt;
}
