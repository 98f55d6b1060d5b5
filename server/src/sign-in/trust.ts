import { srnOf, switchUser } from '@warifu/contract';
import { factsOf, subjectOf } from '../authorize/facts.ts';
import { isTrusted as isTrustedBy } from '../authorize/trust.ts';
import type { UserChange } from '../change/change.ts';
import type { Session } from '../sessions/live.ts';

/** The name under which trust policies know a user. */
export function principalOf({ operatorId, userName }: Pick<Session, 'operatorId' | 'userName'>): string {
  return srnOf(operatorId, userName);
}

/** Whether the locked user lets a caller become it: its trust policy, as it reads under the lock (R64). */
export async function isTrusted(c: UserChange, caller: Session): Promise<boolean> {
  const { operatorId, userName } = c.user;
  const facts = factsOf(c.ctx, subjectOf(caller, c.now), {
    endpoint: switchUser,
    pathVariables: { operator_id: operatorId, user_name: userName },
    queryParameters: {},
    sourceIp: c.cause.info.sourceIp,
    at: c.now,
  });
  return await isTrustedBy(c.db, facts, caller, c.user);
}
