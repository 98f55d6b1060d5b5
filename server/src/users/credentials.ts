import { count, type UserChange } from '../change/change.ts';
import type { Context, Receipt } from '../context.ts';
import type { Db } from '../db/database.ts';
import type { Users } from '../db/schema.ts';
import { voidLinksOfUser } from '../links/links.ts';
import { endPendingSignIns } from '../sessions/pending.ts';
import { endUserSessions } from '../sessions/sessions.ts';

/**
 * Takes the lock of a user for the rest of the transaction. Every transaction that changes credentials begins with
 * it, so that two of them never interleave and always lock in one order: user, factor, codes, tokens, audit.
 * @param version when given, the user is found only while its credentials are still those
 */
export async function lockUser(db: Db, _ctx: Context, operatorId: string, userId: string, version?: number) {
  let query = db
    .updateTable('users')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId);
  if (version !== undefined) query = query.where('credential_version', '=', version);
  return await query.returningAll().executeTakeFirst();
}

/**
 * What every change of a password or of MFA brings with it: whatever was proved before is void. Other sessions end,
 * pending sign-ins and mailed links die, in the transaction of the change.
 */
export async function endAfterCredentialChange(
  db: Db,
  ctx: Context,
  operatorId: string,
  userId: string,
  exceptSessionId = '',
): Promise<Omit<Receipt, 'backupCodes'>> {
  await db
    .updateTable('users')
    .set((eb) => ({ credential_version: eb('credential_version', '+', 1), updated_at: ctx.now() }))
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
  return {
    sessions: await endUserSessions(db, ctx.now(), { operatorId, userId }, exceptSessionId),
    pendingSignIns: await endPendingSignIns(db, ctx.now(), { operatorId, userId }),
    links: await voidLinksOfUser(db, ctx.now(), { operatorId, userId }),
  };
}

/**
 * What every change of a password or of MFA brings with it: whatever was proved before is void. Other sessions end,
 * pending sign-ins and mailed links die; the receipt counts those that were still alive.
 * @param keepSessionId the session that makes the change on its own user
 */
export async function voidCredentials(c: UserChange, keepSessionId = ''): Promise<void> {
  const { operatorId, userId } = c.user;
  const ended = await endAfterCredentialChange(c.db, c.ctx, operatorId, userId, keepSessionId);
  count(c, ended);
}

/** The session that makes a change goes on when the change is on its own user. */
export function ownSession({ cause: { caller }, user }: UserChange): string {
  const itself = caller?.operatorId === user.operatorId && caller.userId === user.userId;
  return itself ? caller.sessionId : '';
}

/** Stores a user's password, or takes it away; a suspension ends with it. */
export async function setPasswordHash(c: UserChange, passwordHash: string | null): Promise<void> {
  const since = { password_changed_at: c.now, password_suspended_at: null, updated_at: c.now };
  await updateUser(c, { password_hash: passwordHash, ...since });
}

/** Notes that somebody else switched a user's MFA off, for `secondsSinceMfaReset`. */
export async function stampMfaReset(c: UserChange): Promise<void> {
  await updateUser(c, { mfa_reset_at: c.now });
}

/** Notes a sign-in; it changes nothing of the user. */
export async function stampSignIn(c: UserChange): Promise<void> {
  await updateUser(c, { last_sign_in_at: c.now });
}

/** Notes that something of a user was changed, such as its roles: `updateDateTime` moves by nothing else. */
export async function stampChange(c: UserChange): Promise<void> {
  await updateUser(c, { updated_at: c.now });
}

/** Writes columns of the user of a change; the callers are the functions that know what they mean. */
export async function updateUser(c: UserChange, columns: Partial<Users>): Promise<void> {
  await c.db
    .updateTable('users')
    .set(columns)
    .where('operator_id', '=', c.user.operatorId)
    .where('user_id', '=', c.user.userId)
    .execute();
}
