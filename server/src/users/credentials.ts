import { count, type UserChange } from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Users } from '../db/schema.ts';
import { voidLinksOfUser } from '../links/links.ts';
import { endPendingSignIns } from '../sessions/pending.ts';
import { endUserSessions } from '../sessions/sessions.ts';
import { sealHash } from './sealed-hash.ts';

/**
 * What every change of a password or of MFA brings with it: whatever was proved before is void. Other sessions end,
 * pending sign-ins and mailed links die; the receipt counts those that were still alive.
 * @param keepSessionId the session that makes the change on its own user
 */
export async function voidCredentials(c: UserChange, keepSessionId = ''): Promise<void> {
  const { db, now, user } = c;
  await updateUser(c, { credential_version: user.row.credential_version + 1, updated_at: now });
  count(c, {
    sessions: await endUserSessions(db, now, user, keepSessionId),
    pendingSignIns: await endPendingSignIns(db, now, user),
    links: await voidLinksOfUser(db, now, user),
  });
}

/** The session that makes a change goes on when the change is on its own user. */
export function ownSession({ cause: { caller }, user }: UserChange): string {
  const itself = caller?.operatorId === user.operatorId && caller.userId === user.userId;
  return itself ? caller.sessionId : '';
}

/** Stores a user's password, or takes it away, with who did; a suspension ends with it. */
export async function setPasswordHash(c: UserChange, passwordHash: string | null): Promise<void> {
  const setBy = c.cause.caller?.userId ?? c.user.userId;
  const since = {
    password_changed_at: c.now,
    password_set_by: setBy,
    password_suspended_at: null,
    locked_at: null,
    updated_at: c.now,
  };
  const sealed = passwordHash === null ? null : sealHash(c.ctx, c.user, passwordHash);
  await updateUser(c, { password_hash: sealed, ...since });
}

/** Nothing signs in any more, neither password nor passkey, until another password is set. */
export async function lockUser(c: UserChange): Promise<void> {
  await updateUser(c, { password_suspended_at: c.now, locked_at: c.now });
}

/** MFA is on from here on; a reset is bound to this very one. */
export async function beginMfa(c: UserChange): Promise<void> {
  await updateUser(c, { mfa_id: newId() });
}

/** MFA is off: what was bound to it is void. */
export async function endMfa(c: UserChange): Promise<void> {
  await updateUser(c, { mfa_id: null });
}

/** Notes that somebody else switched a user's MFA off, for `secondsSinceMfaReset`. */
export async function stampMfaReset(c: UserChange): Promise<void> {
  await updateUser(c, { mfa_reset_at: c.now });
}

/** A reset that lies ahead would be a quarantine that lasts until then, which nobody who is in it may end. */
export const correctedResets: Expiring = {
  table: 'users',
  remove: async () => {},
  bringBack: (db, now) => db.updateTable('users').set({ mfa_reset_at: now }).where('mfa_reset_at', '>', now).execute(),
};

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
