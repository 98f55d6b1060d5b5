import { count, type UserChange } from '../change/change.ts';
import type { Context, Receipt } from '../context.ts';
import type { Db } from '../db/database.ts';
import { voidLinksOfUser } from '../links/links.ts';
import { endUserSessions } from '../sessions/sessions.ts';

/**
 * Takes the lock of a user for the rest of the transaction. Every transaction that changes credentials begins with
 * it, so that two of them never interleave and always lock in one order: user, factor, codes, tokens, audit.
 * @param version when given, the user is found only while its credentials are still those
 */
export async function lockUser(db: Db, ctx: Context, operatorId: string, userId: string, version?: number) {
  let query = db
    .updateTable('users')
    .set({ updated_at: ctx.now() })
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
    .set((eb) => ({ credential_version: eb('credential_version', '+', 1) }))
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
  return {
    sessions: await endUserSessions(db, operatorId, userId, exceptSessionId),
    pendingSignIns: await endPendingSignIns(db, operatorId, userId),
    links: await voidLinksOfUser(db, ctx.now(), { operatorId, userId }),
  };
}

async function endPendingSignIns(db: Db, operatorId: string, userId: string): Promise<number> {
  const result = await db
    .deleteFrom('pending_sign_ins')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
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
