import type { Request } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import type { Session } from '../sessions/live.ts';
import { isPerson } from '../sessions/proofs.ts';
import { type Asked, judge } from './verdict.ts';

/** What whoever sits there would have to prove once more: the password (with what goes with it), or MFA as well. */
export type StepUp = 'password' | 'mfa';

/**
 * What a person would have to prove now for a refused call to be allowed; undefined when that would change nothing. The
 * call is judged again as if it had been proved: no condition is read for it.
 * @param factsOf makes the facts of the call for a session
 */
export function stepUpFor(
  db: Db,
  session: Session,
  asked: Asked,
  factsOf: (supposed: Session) => Request,
): Soon<StepUp | undefined> {
  // What an AuthKey or a switch opened has nobody who could.
  if (!isPerson(session)) return undefined;
  // An age is never negative, whenever the call is.
  const fresh = { ...session, provedAt: Number.MAX_SAFE_INTEGER };
  const supposed: [StepUp, Session][] = [['password', fresh]];
  if (!session.mfaAuthenticated) {
    const proved = { ...fresh, mfaAuthenticated: true, mfaActive: true };
    supposed.push(['mfa', { ...proved, authMethod: 'password+totp' }], ['mfa', { ...proved, authMethod: 'passkey' }]);
  }
  const opening = ([one, ...others]: typeof supposed): Soon<StepUp | undefined> => {
    if (!one) return undefined;
    const [stepUp, proved] = one;
    return whenThere(
      judge(db, proved, asked, () => factsOf(proved)),
      ({ decision }) => (decision === 'allow' ? stepUp : opening(others)),
    );
  };
  return opening(supposed);
}
