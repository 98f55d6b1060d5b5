import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { enqueueNotice } from '../mail/notices.ts';
import type { Session } from '../sessions/sessions.ts';
import { lockUser } from '../users/credentials.ts';
import { makeCodes, type NewCodes, replaceCodes } from './backup-codes.ts';
import { findFactor, recordOtpFailure } from './lifecycle.ts';
import { lockFactor, matchingStep, spendOtp } from './totp.ts';

/**
 * Makes five new backup codes with a current code of the authenticator; a password alone is not enough (R29).
 * @throws Failure MFA0005 when MFA is not active, MFA0007 for a wrong or used code (counted), MFA0011 for a frozen set
 */
export async function renewCodes(ctx: Context, info: RequestInfo, session: Session, code: string): Promise<string[]> {
  const factor = await findFactor(ctx.db, session.operatorId, session.userId);
  if (factor?.status !== 'ACTIVE') throw new Failure('MFA0005');
  if (await isFrozen(ctx, session)) throw new Failure('MFA0011');
  // Five slow hashes are not spent on a code that cannot be right; the count of wrong ones is kept below.
  const made = matchingStep(ctx, factor, code) === undefined ? undefined : await makeCodes(ctx);
  const accepted = await transaction(ctx.db, (db) => replaceWithCode(db, ctx, info, session, code, made));
  if (!accepted || !made) throw new Failure('MFA0007');
  return made.codes;
}

/** A set that was guessed at to its end is replaced by a new enrolment only (R30). */
async function isFrozen(ctx: Context, session: Session): Promise<boolean> {
  const set = await ctx.db
    .selectFrom('backup_code_sets')
    .select('frozen_at')
    .where('operator_id', '=', session.operatorId)
    .where('user_id', '=', session.userId)
    .executeTakeFirst();
  return typeof set?.frozen_at === 'number';
}

async function replaceWithCode(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  session: Session,
  code: string,
  made: NewCodes | undefined,
): Promise<boolean> {
  await lockUser(db, ctx, session.operatorId, session.userId);
  const factor = await lockFactor(db, session.operatorId, session.userId);
  if (factor?.status !== 'ACTIVE') throw new Failure('MFA0005');
  const outcome = await spendOtp(db, ctx, factor, code);
  if (outcome !== 'accepted' || !made) {
    await recordOtpFailure(db, ctx, info, session, outcome, 400);
    return false;
  }
  await replaceCodes(db, ctx, factor, made);
  await enqueueNotice(db, ctx, info, session.operatorId, 'backup_codes_renewed');
  await record(db, ctx.now(), info, { ...by(session), outcome: 'success', statusCode: 200 });
  return true;
}

/**
 * Notes that the current codes were put away.
 * @throws Failure MFA0005 when there are none
 */
export async function markCodesStored(ctx: Context, info: RequestInfo, session: Session): Promise<void> {
  await transaction(ctx.db, async (db) => {
    const result = await db
      .updateTable('backup_code_sets')
      .set((eb) => ({ stored_at: eb.fn.coalesce('stored_at', eb.val(ctx.now())) }))
      .where('operator_id', '=', session.operatorId)
      .where('user_id', '=', session.userId)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) throw new Failure('MFA0005');
    await record(db, ctx.now(), info, { ...by(session), outcome: 'success', statusCode: 204 });
  });
}
