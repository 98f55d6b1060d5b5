import type { Cause } from '../change/cause.ts';
import { changeUser, type Refused, refuse, type UserChange } from '../change/change.ts';
import type { SentProof } from '../factors/kind.ts';
import { proveFactor } from '../factors/prove.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../sessions/live.ts';
import { isPerson, type Proof } from '../sessions/proofs.ts';
import { renewToken } from '../sessions/sessions.ts';
import { provePasswordOf } from '../users/password.ts';
import { proofsBeside } from './sign-in.ts';

/** Without a password, a passkey that asks for a PIN or a fingerprint proves both factors. */
export type StepUp = { readonly password: string | undefined; readonly factor: SentProof };

/**
 * Proves the password, and a factor when MFA is active, again. The session gets a new secret (R51).
 * @param token the session's current secret
 * @returns the new one
 * @throws Failure AUM0011 wrong password, MFA0001 no factor, MFA0002 wrong code, MFA0013 wrong passkey, or one that alone
 *   is not enough, AUM0001 the session ended meanwhile, AUM0015 for a session that no person opened
 */
export async function stepUpSession(cause: Cause, session: Session, token: string, sent: StepUp): Promise<string> {
  if (!isPerson(session)) throw new Failure('AUM0015');
  const { operatorId, userId } = session;
  const factor = { ...sent.factor, askedFor: session.sessionId };
  const renew = async (c: UserChange, proofs: readonly Proof[] | Refused) =>
    'refused' in proofs ? proofs : await renewToken(c, session, token, { provedAt: c.now, proofs });
  if (sent.password === undefined) {
    return await changeUser(cause, { operatorId, userId }, async (c) => renew(c, await verifiedPasskey(c, factor)));
  }
  const right = await provePasswordOf(cause, session, sent.password);
  return await changeUser(cause, right.who, async (c): Promise<string | Refused> => {
    await right.settle(c);
    return await renew(c, await proofsBeside(c, factor));
  });
}

async function verifiedPasskey(c: UserChange, factor: SentProof): Promise<readonly Proof[] | Refused> {
  const proof = await proveFactor(c, factor, 'MFA0002');
  if ('refused' in proof) return proof;
  return proof.verified ? [proof] : refuse('MFA0013', 'user not verified');
}
