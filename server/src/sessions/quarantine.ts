import { limits } from '../limits.ts';

type Instant = number | null | undefined;

/**
 * Until when a user is in quarantine, whose MFA somebody else switched off; undefined when its operator has none or MFA
 * was never reset.
 * @param since when the operator switched the quarantine on
 */
export function quarantinedUntil(mfaResetAt: Instant, since: Instant): number | undefined {
  if (typeof mfaResetAt !== 'number' || typeof since !== 'number') return undefined;
  return mfaResetAt + limits.mfa.quarantine;
}
