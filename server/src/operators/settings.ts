import type { Cause } from '../change/cause.ts';
import { changeAuthority, describe } from '../change/change.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import type { Users } from '../db/schema.ts';
import { endQuarantinedSwitches, quarantinedUntil } from '../sessions/quarantine.ts';
import { findOperator, updateOperator } from './operators.ts';

export type Settings = {
  readonly mfaRequiredForRoot: boolean;
  readonly mfaRequiredForSamUsers: boolean;
  /** From when on these two bind, while they are on. */
  readonly mfaRequiredForRootFrom?: number;
  readonly mfaRequiredForSamUsersFrom?: number;
  readonly escalationGuard: boolean;
  readonly secondPersonForResets: boolean;
  readonly quarantineAfterReset: boolean;
};

/** What an operator demands of its users. */
export async function readSettings(db: Db, operatorId: string): Promise<Settings> {
  const operator = await findOperator(db, operatorId);
  const root = operator?.mfa_required_root_at ?? undefined;
  const samUsers = operator?.mfa_required_sam_at ?? undefined;
  return {
    mfaRequiredForRoot: root !== undefined,
    mfaRequiredForSamUsers: samUsers !== undefined,
    ...(root !== undefined && { mfaRequiredForRootFrom: root }),
    ...(samUsers !== undefined && { mfaRequiredForSamUsersFrom: samUsers }),
    escalationGuard: operator?.guard_off_at === null,
    secondPersonForResets: operator !== undefined && operator.second_person_at !== null,
    quarantineAfterReset: operator !== undefined && operator.quarantine_at !== null,
  };
}

/** Until when a user is in quarantine, undefined unless it is now. Mostly nothing has to be read for it. */
export async function quarantineOf(
  ctx: Context,
  { operator_id: operatorId, mfa_reset_at: resetAt }: Pick<Users, 'operator_id' | 'mfa_reset_at'>,
): Promise<number | undefined> {
  // Whatever the operator says, it is over a day after the reset.
  if (ctx.now() >= (quarantinedUntil(resetAt, 0) ?? 0)) return undefined;
  return quarantinedUntil(resetAt, (await findOperator(ctx.db, operatorId))?.quarantine_at);
}

type NewSettings = Omit<Settings, 'secondPersonForResets' | 'quarantineAfterReset'> & Partial<Settings>;

/** Sets what an operator demands; it acts on the next request of every session. What is left out stays as it is. */
export async function writeSettings(cause: Cause, operatorId: string, settings: NewSettings): Promise<void> {
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: 'settings' });
    if (settings.quarantineAfterReset) await endQuarantinedSwitches(c, operatorId);
    const since = (on: boolean) => (on ? c.now : null);
    await updateOperator(c, {
      mfa_required_root_at: settings.mfaRequiredForRoot
        ? (settings.mfaRequiredForRootFrom ?? c.operator.row.mfa_required_root_at ?? c.now)
        : null,
      mfa_required_sam_at: settings.mfaRequiredForSamUsers
        ? (settings.mfaRequiredForSamUsersFrom ?? c.operator.row.mfa_required_sam_at ?? c.now)
        : null,
      guard_off_at: since(!settings.escalationGuard),
      ...(settings.secondPersonForResets !== undefined && {
        second_person_at: since(settings.secondPersonForResets),
      }),
      ...(settings.quarantineAfterReset !== undefined && { quarantine_at: since(settings.quarantineAfterReset) }),
      updated_at: c.now,
    });
  });
}
