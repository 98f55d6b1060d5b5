import { notify, type Refused, refuse, type UserChange } from '../change/change.ts';
import type { TotpFactors } from '../db/schema.ts';
import { type OtpOutcome, spendOtp } from './totp.ts';

/**
 * Spends a code inside a session. What it counted must stay: return the refusal from the work of the change.
 * @returns undefined when the code was right and new; else MFA0007, or MFA0012 for a seed that does not open
 */
export async function acceptOtp(c: UserChange, factor: TotpFactors, code: string): Promise<Refused | undefined> {
  const outcome = await spendOtp(c.db, c.ctx, factor, code);
  if (outcome === 'accepted') return undefined;
  if (outcome === 'suspended now') notify(c, 'mfa_suspended', { userName: c.user.userName });
  return refusalOf(outcome);
}

/** How an outcome that is no success is answered inside a session. */
function refusalOf(outcome: Exclude<OtpOutcome, 'accepted'>): Refused {
  if (outcome === 'damaged') return refuse('MFA0012', 'damaged seed');
  if (outcome === 'refused') return refuse('MFA0007', 'refused', 'refused');
  return refuse('MFA0007', outcome === 'wrong' ? 'wrong code' : outcome);
}
