import type { Cause } from '../change/cause.ts';
import { changeUser, notify, refuse } from '../change/change.ts';
import type { BackupCodeSets, TotpFactors } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { findCodes, makeCodes, replaceCodes } from './backup-codes.ts';
import { findFactor } from './lifecycle.ts';
import { acceptOtp } from './otp.ts';
import { lockFactor, matchingStep } from './totp.ts';

type Owner = { readonly operatorId: string; readonly userId: string };

/**
 * Makes five new backup codes with a current code of the authenticator; a password alone is not enough (R29).
 * @throws Failure MFA0005 when MFA is not active, MFA0007 for a wrong or used code (counted), MFA0011 for a frozen set,
 *   MFA0012 for a damaged seed
 */
export async function renewCodes(cause: Cause, { operatorId, userId }: Owner, code: string): Promise<string[]> {
  const { ctx } = cause;
  const seen = await findFactor(ctx.db, operatorId, userId);
  assertRenewable(seen, await findCodes(ctx.db, operatorId, userId));
  // Five slow hashes are not spent on a code that cannot be right; the count of wrong ones is kept below.
  const made = typeof matchingStep(ctx, seen, code) === 'number' ? await makeCodes(ctx) : undefined;
  return await changeUser(cause, { operatorId, userId }, async (c) => {
    const factor = await lockFactor(c.db, operatorId, userId);
    assertRenewable(factor, await findCodes(c.db, operatorId, userId));
    const refusal = await acceptOtp(c, factor, code);
    if (refusal) return refusal;
    if (!made) return refuse('MFA0007', 'wrong code');
    await replaceCodes(c, factor, made);
    notify(c, 'backup_codes_renewed');
    return made.codes;
  });
}

/**
 * Notes that the current codes were put away.
 * @throws Failure MFA0005 when there are none
 */
export async function markCodesStored(cause: Cause, { operatorId, userId }: Owner): Promise<void> {
  await changeUser(cause, { operatorId, userId }, async (c) => {
    const result = await c.db
      .updateTable('backup_code_sets')
      .set((eb) => ({ stored_at: eb.fn.coalesce('stored_at', eb.val(c.now)) }))
      .where('operator_id', '=', operatorId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) throw new Failure('MFA0005');
  });
}

/** A set that was guessed at to its end is replaced by a new enrolment only (R30). */
function assertRenewable(
  factor: TotpFactors | undefined,
  set: BackupCodeSets | undefined,
): asserts factor is TotpFactors {
  if (factor?.status !== 'ACTIVE') throw new Failure('MFA0005');
  if (typeof set?.frozen_at === 'number') throw new Failure('MFA0011');
}
