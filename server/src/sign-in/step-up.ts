import type { Cause } from '../change/cause.ts';
import { changeUser, type Refused, refuse } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { isPerson, type Session } from '../sessions/live.ts';
import { renewToken } from '../sessions/sessions.ts';
import { provePasswordOf } from '../users/password.ts';
import { acceptCode, activeFactor } from './sign-in.ts';

export type Proof = { readonly password: string; readonly otp: string | undefined };

/**
 * Proves the password, and the factor when MFA is active, again. The session gets a new secret (R51).
 * @param token the session's current secret
 * @returns the new one
 * @throws Failure AUM0011 wrong password, MFA0001 no code, MFA0002 wrong code, AUM0001 the session ended meanwhile,
 *   AUM0015 for a session that no password opened
 */
export async function stepUpSession(cause: Cause, session: Session, token: string, proof: Proof): Promise<string> {
  if (!isPerson(session)) throw new Failure('AUM0015');
  const right = await provePasswordOf(cause, session, proof.password);
  return await changeUser(cause, right.who, async (c): Promise<string | Refused> => {
    await right.settle(c);
    const factor = await activeFactor(c);
    if (factor && !proof.otp) return refuse('MFA0001', 'code needed', 'refused');
    const refusal = factor && (await acceptCode(c, proof.otp ?? ''));
    if (refusal) return refusal;
    const authMethod = factor ? 'password+totp' : 'password';
    return await renewToken(c, session, token, { provedAt: c.now, authMethod });
  });
}
