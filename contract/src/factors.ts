import { Type } from 'typebox';
import { closed, oneOf } from './endpoint.ts';

/** How a session was proved, as permissions can ask for it. */
export const authMethods = ['password', 'password+totp', 'passkey', 'authKey', 'switchUser'] as const;
export type AuthMethod = (typeof authMethods)[number];
export const AuthMethodField = oneOf(...authMethods);

/** Whether such a session was proved with a factor, for who supposes one. */
export function impliesMfa(authMethod: AuthMethod): boolean {
  return authMethod === 'password+totp' || authMethod === 'passkey';
}

/** What beginning with an authenticator app answers. */
export const AuthenticatorAppBegun = closed({ totpUri: Type.String() });
