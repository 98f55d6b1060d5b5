import type { AuditEvent } from './record.ts';

/** The user of a session, as audit records name it. */
export type Actor = { readonly operatorId: string; readonly userName: string };

/** The members of an event that say who did it. */
export function by(actor: Actor): Pick<AuditEvent, 'operatorId' | 'userName' | 'actor'> {
  const { operatorId, userName } = actor;
  return { operatorId, userName, actor: userName === '' ? 'root' : `sam:${userName}` };
}
