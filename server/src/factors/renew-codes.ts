import type { Cause } from '../change/cause.ts';
import { changeUser, notify, refuse } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { findCodes, makeCodes, replaceCodes } from './backup-codes.ts';
import type { Owner } from './factors.ts';
import type { SentProof } from './kind.ts';
import { kindOf, needsFactor, proveFactor } from './prove.ts';

/**
 * Makes five new backup codes with a proof of a factor; a password alone is not enough (R29).
 * @throws Failure MFA0005 when MFA is not active, MFA0007 for a wrong or used proof (counted), MFA0011 for a frozen set,
 *   MFA0012 for a damaged seed
 */
export async function renewCodes(cause: Cause, { operatorId, userId }: Owner, sent: SentProof) {
  const { ctx } = cause;
  const owner = { operatorId, userId };
  // Five slow hashes are not spent on a proof that cannot be right; the count of wrong ones is kept below.
  const fits = (await kindOf(sent)?.mayBeRight(ctx, owner, sent, 'ACTIVE')) ?? false;
  const made = fits ? await makeCodes(ctx) : undefined;
  return await changeUser(cause, owner, async (c) => {
    if (!needsFactor(c)) throw new Failure('MFA0005');
    // A set that was guessed at to its end is replaced by a new enrolment only (R30).
    const set = await findCodes(c.db, operatorId, userId);
    if (typeof set?.frozen_at === 'number') throw new Failure('MFA0011');
    const proof = await proveFactor(c, sent, 'MFA0007');
    if ('refused' in proof) return proof;
    if (!made) return refuse('MFA0007', 'wrong code');
    const backupCodeSet = await replaceCodes(c, made);
    notify(c, 'backup_codes_renewed');
    return { backupCodes: made.codes, backupCodeSet };
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
