import type { Change } from '../change/change.ts';
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

/**
 * Ends the sessions that users of an operator switched to since their MFA was reset, when the quarantine is switched on:
 * it would not have let them in.
 */
export async function endQuarantinedSwitches({ db, now }: Change, operatorId: string): Promise<void> {
  const origins = db
    .selectFrom('sessions as origin')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'origin.operator_id').onRef('users.user_id', '=', 'origin.user_id'),
    )
    .select('origin.session_id')
    .where('origin.operator_id', '=', operatorId)
    .where('users.mfa_reset_at', '>', now - limits.mfa.quarantine);
  await db
    .deleteFrom('sessions')
    .where('origin_operator_id', '=', operatorId)
    .where('origin_session_id', 'in', origins)
    .execute();
}
