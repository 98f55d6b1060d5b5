import { srnOf } from '@warifu/contract';
import type { Session } from './live.ts';

/** Who a session belongs to and how it was proved, as `Auth:getIdentity` and the gate say it. */
export function identityOf(session: Session, now: number) {
  const { operatorId, userName, sessionId, authMethod, amr, provedAt, expiresAt, originPrincipal } = session;
  return {
    operatorId,
    kind: userName === '' ? ('root' as const) : ('sam' as const),
    userName,
    principal: srnOf(operatorId, userName),
    sessionId,
    authMethod,
    amr,
    mfaAuthenticated: session.mfaAuthenticated,
    authTime: provedAt,
    authAgeSeconds: Math.max(0, Math.floor((now - provedAt) / 1000)),
    expiresAt,
    ...(originPrincipal !== undefined && { originPrincipal }),
  };
}
