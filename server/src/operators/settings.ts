import type { Cause } from '../change/cause.ts';
import { changeAuthority, describe } from '../change/change.ts';
import type { Db } from '../db/database.ts';
import { findOperator, updateOperator } from './operators.ts';

export type Settings = {
  readonly mfaRequiredForRoot: boolean;
  readonly mfaRequiredForSamUsers: boolean;
  readonly escalationGuard: boolean;
  readonly secondPersonForResets: boolean;
  readonly quarantineAfterReset: boolean;
};

/** What an operator demands of its users. */
export async function readSettings(db: Db, operatorId: string): Promise<Settings> {
  const operator = await findOperator(db, operatorId);
  return {
    mfaRequiredForRoot: operator !== undefined && operator.mfa_required_root_at !== null,
    mfaRequiredForSamUsers: operator !== undefined && operator.mfa_required_sam_at !== null,
    escalationGuard: operator?.guard_off_at === null,
    secondPersonForResets: operator !== undefined && operator.second_person_at !== null,
    quarantineAfterReset: operator !== undefined && operator.quarantine_at !== null,
  };
}

type NewSettings = Omit<Settings, 'secondPersonForResets' | 'quarantineAfterReset'> & Partial<Settings>;

/** Sets what an operator demands; it acts on the next request of every session. What is left out stays as it is. */
export async function writeSettings(cause: Cause, operatorId: string, settings: NewSettings): Promise<void> {
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: 'settings' });
    const since = (on: boolean) => (on ? c.now : null);
    await updateOperator(c, {
      mfa_required_root_at: since(settings.mfaRequiredForRoot),
      mfa_required_sam_at: since(settings.mfaRequiredForSamUsers),
      guard_off_at: since(!settings.escalationGuard),
      ...(settings.secondPersonForResets !== undefined && {
        second_person_at: since(settings.secondPersonForResets),
      }),
      ...(settings.quarantineAfterReset !== undefined && { quarantine_at: since(settings.quarantineAfterReset) }),
      updated_at: c.now,
    });
  });
}
