import { plainLine } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify, type UserChange } from '../change/change.ts';
import type { Context, Receipt } from '../context.ts';
import type { Factors } from '../db/schema.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { findOperator } from '../operators/operators.ts';
import type { Session } from '../sessions/live.ts';
import { ownSession, voidCredentials } from '../users/credentials.ts';
import { beginApp } from './authenticator-app.ts';
import { deleteFactor, deleteUnconfirmed, factorsOf, updateFactor } from './factors.ts';
import { confirmEnrolment } from './lifecycle.ts';
import { askForPasskey, beginRegistration, passkeysOf } from './passkey.ts';
import { needsFactor } from './prove.ts';
import type { Registration } from './webauthn.ts';

/** The active factors of whoever asks, oldest first: never a seed or a key. */
export async function listOwnFactors(ctx: Context, caller: Session) {
  const keys = new Map((await passkeysOf(ctx.db, caller)).map((key) => [key.factor_id, key]));
  const active = (await factorsOf(ctx.db, caller)).filter(({ status }) => status === 'ACTIVE');
  return active.map((factor) => {
    const key = keys.get(factor.factor_id);
    return {
      factorId: factor.factor_id,
      kind: factor.kind,
      label: factor.label,
      activatedAt: factor.activated_at ?? factor.created_at,
      ...(factor.last_used_at !== null && { lastUsedAt: factor.last_used_at }),
      ...(factor.suspended_at !== null && { suspended: true }),
      ...(key && { credentialId: key.credential_id, synced: key.device_type === 'multiDevice' }),
    };
  });
}

/**
 * Gives a factor another name.
 * @throws Failure COM0404 when the caller has none of that ID
 */
export async function renameFactor(cause: Cause, caller: Session, factorId: string, label: string): Promise<void> {
  await changeUser(cause, whose(caller), async (c) => {
    const factor = await activeFactor(c, factorId);
    describe(c, { detail: { factor: factor.kind } });
    await updateFactor(c.db, factor)
      .set({ label: plainLine(label) })
      .execute();
  });
}

/**
 * Removes one of several factors: what was proved with it is void, so the other sessions end. MFA and backup codes stay.
 * @returns what ended
 * @throws Failure COM0404, MFA0015 for the last one, MFA0030 for a session without MFA
 */
export async function removeFactor(cause: Cause, caller: Session, factorId: string): Promise<Receipt> {
  return await changeUser(cause, whose(caller), async (c) => {
    const factor = await activeFactor(c, factorId);
    assertProved(c, caller);
    const active = (await factorsOf(c.db, c.user)).filter(({ status }) => status === 'ACTIVE');
    if (active.length === 1) throw new Failure('MFA0015');
    if (!(await deleteFactor(c, factorId))) throw new Failure('COM0404');
    await voidCredentials(c, ownSession(c));
    describe(c, { detail: { factor: factor.kind } });
    notify(c, 'factor_removed', { userName: c.user.userName, kind: factor.kind });
    return c.receipt;
  });
}

/**
 * Begins to register a passkey: of oneself only, in a session that has just been proved.
 * @throws Failure MFA0030 for a session without MFA, MFA0017 when there are as many as may be
 */
export async function beginPasskey(cause: Cause, caller: Session) {
  return await changeUser(cause, whose(caller), async (c) => {
    assertProved(c, caller);
    return await beginRegistration(c, caller.sessionId, await accountOf(c));
  });
}

/**
 * Keeps a passkey that was begun in this session.
 * @returns its name, and the backup codes when it is a root user's first factor
 * @throws Failure MFA0006, MFA0013 when any check fails, MFA0017, MFA0018
 */
export async function registerPasskey(cause: Cause, caller: Session, newPasskey: Registration) {
  const sent = { newPasskey, askedFor: caller.sessionId };
  const { factorId, codes, receipt } = await confirmEnrolment(cause, caller, sent, 'either');
  const factors = await factorsOf(cause.ctx.db, caller);
  const label = factors.find((factor) => factor.factor_id === factorId)?.label ?? '';
  return { factorId, label, backupCodes: [], ...codes, receipt };
}

/** Asks for one of the caller's passkeys, to prove it in this session. */
export async function challengeOwnPasskey(cause: Cause, caller: Session) {
  return await changeUser(cause, whose(caller), async (c) => askForPasskey(c, caller.sessionId));
}

/**
 * Begins to add an authenticator app beside other factors, or to change to another one. The present one works until then.
 * @throws Failure MFA0005 while MFA is off: then it is enabled, MFA0030 for a session without MFA
 */
export async function beginOtherApp(cause: Cause, caller: Session): Promise<string> {
  return await changeUser(cause, whose(caller), async (c) => {
    if (!needsFactor(c)) throw new Failure('MFA0005');
    assertProved(c, caller);
    await deleteUnconfirmed(c);
    return await beginApp(c, await accountOf(c));
  });
}

/** SECURITY: while MFA is on, another factor comes and goes only from a session that was proved with one (R37). */
function assertProved(c: UserChange, caller: Session): void {
  if (needsFactor(c) && !caller.mfaAuthenticated) throw new Failure('MFA0030');
}

async function activeFactor(c: UserChange, factorId: string): Promise<Factors> {
  const factor = (await factorsOf(c.db, c.user)).find((one) => one.factor_id === factorId && one.status === 'ACTIVE');
  if (!factor) throw new Failure('COM0404');
  return factor;
}

/** What devices call the account: the address of the root user, or operator and user name. */
async function accountOf({ db, user: { operatorId, userId, userName } }: UserChange): Promise<string> {
  if (userId !== rootId) return `${operatorId}/${userName}`;
  return (await findOperator(db, operatorId))?.email ?? operatorId;
}

function whose({ operatorId, userId }: Session) {
  return { operatorId, userId };
}
