import { notify, type Refused, refuse, type UserChange } from '../change/change.ts';
import type { Proof } from '../sessions/proofs.ts';
import { authenticatorApp } from './authenticator-app.ts';
import type { FactorKind, NotProved, SentProof } from './kind.ts';

const kinds: readonly FactorKind[] = [authenticatorApp];

/** How a wrong proof is answered: at a sign-in, or inside a session. */
type Wrong = 'MFA0002' | 'MFA0007';

/** The kind of factor that something was sent of; undefined when nothing was. An empty code is none. */
export function kindOf(sent: SentProof): FactorKind | undefined {
  return kinds.find(({ member }) => Boolean(sent[member]));
}

/** Whether a user must prove a factor besides its password. An unconfirmed one changes nothing (R38). */
export function needsFactor({ user }: UserChange): boolean {
  return user.row.mfa_id !== null;
}

/** How it is answered that a factor is missing. */
export function missingFactor(): Refused {
  return refuse('MFA0001', 'code needed', 'refused');
}

/**
 * Spends a proof of one of the user's factors. What it counted must stay: return the refusal from the work of the
 * change. Its outcome is `refused` when the proof was not looked at.
 */
export async function proveFactor(c: UserChange, sent: SentProof, wrong: Wrong): Promise<Proof | Refused> {
  const kind = kindOf(sent);
  if (!kind) return missingFactor();
  const outcome = await kind.prove(c, sent);
  return typeof outcome === 'string' ? refusalOf(c, outcome, wrong) : outcome;
}

/** How an outcome that is no success is answered. */
export function refusalOf(c: UserChange, outcome: NotProved, wrong: Wrong): Refused {
  if (outcome === 'suspended now') notify(c, 'mfa_suspended', { userName: c.user.userName });
  if (outcome === 'damaged') return refuse('MFA0012', 'damaged seed');
  if (outcome === 'none') return refuse(wrong, 'MFA is not active', 'refused');
  if (outcome === 'refused') return refuse(wrong, outcome, 'refused');
  return refuse(wrong, outcome === 'wrong' ? 'wrong code' : outcome);
}
