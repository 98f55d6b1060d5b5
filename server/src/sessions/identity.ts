import { srnOf } from '@warifu/contract';
import type { AuthMethod, Session } from './live.ts';

/** Who a session belongs to and how it was proved, as `Auth:getIdentity` and the gate say it. */
export function identityOf(session: Session, now: number) {
  const { operatorId, userName, sessionId, authMethod, provedAt, expiresAt, originPrincipal } = session;
  return {
    operatorId,
    kind: userName === '' ? ('root' as const) : ('sam' as const),
    userName,
    principal: srnOf(operatorId, userName),
    sessionId,
    authMethod,
    amr: [...methods[authMethod]],
    mfaAuthenticated: authMethod === 'password+totp',
    authTime: provedAt,
    authAgeSeconds: Math.max(0, Math.floor((now - provedAt) / 1000)),
    expiresAt,
    ...(originPrincipal !== undefined && { originPrincipal }),
  };
}

/** RFC 8176 §2. It has no word for a key that is sent as it is, nor for acting as somebody else. */
const methods: Readonly<Record<AuthMethod, readonly string[]>> = {
  password: ['pwd'],
  'password+totp': ['pwd', 'otp', 'mfa'],
  authKey: [],
  switchUser: [],
};
