import { type Change, count, describe, notify } from '../change/change.ts';
import { limits } from '../limits.ts';
import { endOneSession } from './sessions.ts';

/**
 * Counts a wrong password inside the session that makes the change; the fifth in a row ends it, and the owner is told.
 * SECURITY: who holds a session without knowing its password is not its owner.
 * @returns whether the session was ended
 */
export async function countWrongPassword(c: Change): Promise<boolean> {
  const { caller } = c.cause;
  if (!caller) return false;
  const counted = await c.db
    .updateTable('sessions')
    .set((eb) => ({ wrong_passwords: eb('wrong_passwords', '+', 1) }))
    .where('operator_id', '=', caller.operatorId)
    .where('session_id', '=', caller.sessionId)
    .returning('wrong_passwords')
    .executeTakeFirst();
  if (!counted || counted.wrong_passwords < limits.session.wrongPasswords) return false;
  if (!(await endOneSession(c.db, caller, caller.sessionId))) return false;
  count(c, { sessions: 1 });
  describe(c, { detail: { session: caller.sessionId } });
  notify(c, 'session_ended', { userName: caller.userName });
  return true;
}

/** A right one: the count starts anew. */
export async function clearWrongPasswords({ db, cause: { caller } }: Change): Promise<void> {
  if (!caller) return;
  await db
    .updateTable('sessions')
    .set({ wrong_passwords: 0 })
    .where('operator_id', '=', caller.operatorId)
    .where('session_id', '=', caller.sessionId)
    .where('wrong_passwords', '>', 0)
    .execute();
}
