import { notify, type Refused, refuse, type UserChange } from '../change/change.ts';
import type { Proof } from '../sessions/proofs.ts';
import { authenticatorApp } from './authenticator-app.ts';
import { kindsOf } from './factors.ts';
import type { FactorKind, NotProved, SentProof } from './kind.ts';
import { passkey } from './passkey.ts';

const kinds: readonly FactorKind[] = [authenticatorApp, passkey];

/** How a wrong proof is answered: at a sign-in, or inside a session. */
type Wrong = 'MFA0002' | 'MFA0007';

/** The kind of factor that something was sent of; undefined when nothing was. An empty code is none. */
export function kindOf(sent: SentProof): FactorKind | undefined {
  return kinds.find(({ members }) => members.some((member) => Boolean(sent[member])));
}

/** Whether a user must prove a factor besides its password. An unconfirmed one changes nothing (R38). */
export function needsFactor({ user }: UserChange): boolean {
  return user.row.mfa_id !== null;
}

/** How it is answered that a factor is missing. Who asks for codes only is told that this user has none to give. */
export async function missingFactor(c: UserChange): Promise<Refused> {
  return (await hasCodes(c))
    ? refuse('MFA0001', 'code needed', 'refused')
    : refuse('MFA0014', 'passkey needed', 'refused');
}

/**
 * Spends a proof of one of the user's factors. What it counted must stay: return the refusal from the work of the
 * change. Its outcome is `refused` when the proof was not looked at.
 */
export async function proveFactor(c: UserChange, sent: SentProof, wrong: Wrong): Promise<Proof | Refused> {
  const kind = kindOf(sent);
  if (!kind) return await missingFactor(c);
  const outcome = await kind.prove(c, sent);
  if (typeof outcome !== 'string') return outcome;
  return outcome === 'none' && needsFactor(c) ? await missingFactor(c) : refusalOf(c, kind, outcome, wrong);
}

/** How an outcome that is no success is answered. */
export function refusalOf(c: UserChange, kind: FactorKind, outcome: NotProved, wrong: Wrong): Refused {
  const code = kind.refusal ?? wrong;
  if (outcome === 'suspended now') notify(c, 'mfa_suspended', { userName: c.user.userName });
  if (outcome === 'damaged') return refuse('MFA0012', 'damaged seed');
  if (outcome === 'none') return refuse(code, 'MFA is not active', 'refused');
  if (outcome === 'refused') return refuse(code, outcome, 'refused');
  return refuse(code, outcome === 'wrong' ? `wrong ${kind.proof}` : outcome);
}

async function hasCodes(c: UserChange): Promise<boolean> {
  return (await kindsOf(c.db, c.user)).includes(authenticatorApp.kind);
}
