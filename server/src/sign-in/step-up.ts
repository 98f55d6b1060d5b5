import type { Cause } from '../change/cause.ts';
import { changeUser, type Refused } from '../change/change.ts';
import type { SentProof } from '../factors/kind.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../sessions/live.ts';
import { isPerson } from '../sessions/proofs.ts';
import { renewToken } from '../sessions/sessions.ts';
import { provePasswordOf } from '../users/password.ts';
import { proofsBeside } from './sign-in.ts';

export type StepUp = { readonly password: string; readonly factor: SentProof };

/**
 * Proves the password, and the factor when MFA is active, again. The session gets a new secret (R51).
 * @param token the session's current secret
 * @returns the new one
 * @throws Failure AUM0011 wrong password, MFA0001 no code, MFA0002 wrong code, AUM0001 the session ended meanwhile,
 *   AUM0015 for a session that no password opened
 */
export async function stepUpSession(cause: Cause, session: Session, token: string, proof: StepUp): Promise<string> {
  if (!isPerson(session)) throw new Failure('AUM0015');
  const right = await provePasswordOf(cause, session, proof.password);
  return await changeUser(cause, right.who, async (c): Promise<string | Refused> => {
    await right.settle(c);
    const proofs = await proofsBeside(c, proof.factor);
    if ('refused' in proofs) return proofs;
    return await renewToken(c, session, token, { provedAt: c.now, proofs });
  });
}
