import { plainCode } from '@warifu/contract';
import { generateSecret, generateURI, NobleCryptoPlugin, ScureBase32Plugin, verifySync } from 'otplib';
import type { Context, Expiring } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import type { Db } from '../db/database.ts';
import type { TotpFactors } from '../db/schema.ts';
import { limits } from '../limits.ts';

const { otp } = limits;

/** A new seed: 160 bits, base32 without padding (RFC 4226 §4 R6). */
export function newSeed(): string {
  return generateSecret({ length: otp.secretBytes, crypto: new NobleCryptoPlugin(), base32: new ScureBase32Plugin() });
}

/** The `otpauth:` URI for authenticators, its defaults written out because some old ones need them. */
export function totpUri(seed: string, { issuer, account }: { issuer: string; account: string }): string {
  const uri = generateURI({ issuer, label: account, secret: seed });
  const url = new URL(uri);
  url.searchParams.set('algorithm', 'SHA1');
  url.searchParams.set('digits', String(otp.digits));
  url.searchParams.set('period', String(otp.stepSeconds));
  return url.toString();
}

/** Seals a seed for its row; moved to another row it does not open. */
export function sealSeed(ctx: Context, factor: FactorKey, seed: string): string {
  return seal(ctx.keys, seed, place(factor));
}

type FactorKey = Pick<TotpFactors, 'operator_id' | 'user_id' | 'factor_id'>;

/**
 * The time step a code stands for, within one step of now and after the last accepted one (RFC 6238 §5.2, §6);
 * undefined when it fits none, `damaged` when the stored seed does not open.
 */
export function matchingStep(ctx: Context, factor: TotpFactors, code: string): number | 'damaged' | undefined {
  const now = ctx.now();
  // A clock that went back leaves no step that could still be greater.
  if (factor.last_step > stepOf(now) + 1) return undefined;
  const secret = openSeed(ctx, factor);
  if (secret === undefined) return 'damaged';
  const result = verifySync({
    secret,
    token: plainCode(code),
    epoch: Math.floor(now / 1000),
    epochTolerance: otp.stepSeconds,
    ...(factor.last_step > 0 && { afterTimeStep: factor.last_step }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** SECURITY: a seed that was moved here from another row, or altered, is an attack on the database or a broken backup. */
function openSeed(ctx: Context, factor: TotpFactors): string | undefined {
  try {
    return unseal(ctx.keys, factor.secret, place(factor));
  } catch {
    const { operator_id: operatorId, user_id: userId, factor_id: factorId } = factor;
    ctx.log.error({ operatorId, userId, factorId }, 'the sealed seed of an authenticator does not open');
    return undefined;
  }
}

/** The user's factor, locked for the rest of the transaction. */
export async function lockFactor(db: Db, operatorId: string, userId: string): Promise<TotpFactors | undefined> {
  return await db
    .updateTable('totp_factors')
    .set((eb) => ({ window_start: eb.ref('window_start') }))
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst();
}

/**
 * `refused`: too many wrong codes, or the authenticator is suspended; the code was not looked at. `damaged`: the stored
 * seed does not open, so no code can be looked at.
 */
export type OtpOutcome = 'accepted' | 'wrong' | 'suspended now' | 'refused' | 'damaged';

/**
 * Spends a code of an active factor. One code opens one door, once, whatever the door: the accepted step is stored in
 * the same statement that demands a greater one (R19, R20). A wrong code is counted in the caller's transaction, so
 * the caller must commit it.
 */
export async function spendOtp(db: Db, ctx: Context, factor: TotpFactors, code: string): Promise<OtpOutcome> {
  if (factor.suspended_at !== null || isOverBudget(factor, ctx.now())) return 'refused';
  const step = matchingStep(ctx, factor, code);
  if (step === 'damaged') return step;
  if (step === undefined) return await countWrong(db, ctx, factor);
  const result = await updateFactor(db, factor)
    .set({ last_step: step, last_used_at: ctx.now(), wrong_in_a_row: 0 })
    .where('last_step', '<', step)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n ? 'accepted' : 'wrong';
}

function stepOf(now: number): number {
  return Math.floor(now / 1000 / otp.stepSeconds);
}

function isOverBudget(factor: TotpFactors, now: number): boolean {
  return !isWindowOver(factor, now) && factor.wrong_in_window >= otp.hourlyFailures;
}

/** One that begins later than now was written by a clock that was ahead. */
function isWindowOver(factor: TotpFactors, now: number): boolean {
  return factor.window_start + otp.hour <= now || factor.window_start > now;
}

async function countWrong(db: Db, ctx: Context, factor: TotpFactors): Promise<OtpOutcome> {
  const now = ctx.now();
  const fresh = isWindowOver(factor, now);
  const inARow = factor.wrong_in_a_row + 1;
  const suspend = inARow >= otp.accountCap;
  await updateFactor(db, factor)
    .set({
      wrong_in_a_row: inARow,
      wrong_in_window: fresh ? 1 : factor.wrong_in_window + 1,
      window_start: fresh ? now : factor.window_start,
      ...(suspend && { suspended_at: now }),
    })
    .execute();
  return suspend ? 'suspended now' : 'wrong';
}

/** An update of this very enrolment, not of one that came after it. */
export function updateFactor(db: Db, { operator_id, user_id, factor_id }: FactorKey) {
  const own = db.updateTable('totp_factors').where('operator_id', '=', operator_id).where('user_id', '=', user_id);
  return own.where('factor_id', '=', factor_id);
}

function place(factor: FactorKey): Place {
  return { table: 'totp_factors', row: [factor.operator_id, factor.user_id, factor.factor_id] };
}

/** An enrolment that nobody confirmed is gone after 15 minutes; a window of wrong codes that begins later than now is over. */
export const expiredFactors: Expiring = {
  table: 'totp_factors',
  remove: ({ db }, at) =>
    db
      .deleteFrom('totp_factors')
      .where('status', '=', 'UNCONFIRMED')
      .where('created_at', '<=', at - limits.mfa.unconfirmedLife)
      .execute(),
  bringBack: async (db, now) => {
    await db.updateTable('totp_factors').set({ created_at: now }).where('created_at', '>', now).execute();
    const over = { window_start: 0, wrong_in_window: 0 };
    await db.updateTable('totp_factors').set(over).where('window_start', '>', now).execute();
    // SECURITY: not further back: a code that could be right now may have been used already.
    const lastStep = stepOf(now) + 1;
    await db.updateTable('totp_factors').set({ last_step: lastStep }).where('last_step', '>', lastStep).execute();
  },
};
