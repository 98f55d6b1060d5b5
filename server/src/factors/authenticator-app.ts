import type { UserChange } from '../change/change.ts';
import type { Context, Expiring } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import type { Db } from '../db/database.ts';
import type { AuthenticatorApps, Factors } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Proof } from '../sessions/proofs.ts';
import { type FactorKey, insertFactor, isLapsed, type Owner, updateFactor } from './factors.ts';
import type { FactorKind, NotProved } from './kind.ts';
import { matchingStep, newSeed, stepOf, totpUri } from './totp.ts';

const { otp } = limits;

type App = AuthenticatorApps & Pick<Factors, 'status' | 'credential_version' | 'created_at' | 'suspended_at'>;

/**
 * Begins with a new seed.
 * @param account name that the app shows
 * @returns the `otpauth:` URI, which is shown in this answer only (R22)
 */
export async function beginApp(c: UserChange, account: string): Promise<string> {
  const seed = newSeed();
  const key = await insertFactor(c, 'authenticator_app');
  const secret = seal(c.ctx.keys, seed, place(key));
  const untried = { last_step: 0, wrong_in_a_row: 0, wrong_in_window: 0, window_start: 0 };
  await c.db
    .insertInto('authenticator_apps')
    .values({ ...key, secret, ...untried })
    .execute();
  return totpUri(seed, { issuer: c.ctx.config.issuer, account });
}

/** Codes of an authenticator app (RFC 6238). */
export const authenticatorApp: FactorKind = {
  kind: 'authenticator_app',
  members: ['mfaOTPCode'],
  proof: 'code',
  single: true,
  mayBeRight: async (ctx, owner, { mfaOTPCode = '' }, status) => {
    const app = await findApp(ctx.db, owner, status);
    return app !== undefined && typeof stepOfCode(ctx, app, mfaOTPCode) === 'number';
  },
  prove: async (c, { mfaOTPCode = '' }) => {
    const app = await findApp(c.db, c.user, 'ACTIVE');
    return app ? await spendCode(c, app, mfaOTPCode) : 'none';
  },
  confirm: async (c, { mfaOTPCode = '' }) => {
    const app = await findApp(c.db, c.user, 'UNCONFIRMED');
    if (!app || isLapsed(app, c.now)) throw new Failure('MFA0006');
    // SECURITY: a seed shown to a session that a change of credentials ended must not become the owner's factor.
    if (app.credential_version !== c.user.row.credential_version) throw new Failure('MFA0006');
    const proof = await spendCode(c, app, mfaOTPCode);
    return typeof proof === 'string' ? proof : { factor: app, proof };
  },
};

async function findApp(db: Db, { operatorId, userId }: Owner, status: Factors['status']): Promise<App | undefined> {
  return await db
    .selectFrom('authenticator_apps as app')
    .innerJoin('factors', (join) =>
      join
        .onRef('factors.operator_id', '=', 'app.operator_id')
        .onRef('factors.user_id', '=', 'app.user_id')
        .onRef('factors.factor_id', '=', 'app.factor_id'),
    )
    .selectAll('app')
    .select(['factors.status', 'factors.credential_version', 'factors.created_at', 'factors.suspended_at'])
    .where('app.operator_id', '=', operatorId)
    .where('app.user_id', '=', userId)
    .where('factors.status', '=', status)
    .executeTakeFirst();
}

/**
 * Spends a code. One code opens one door, once, whatever the door: the accepted step is stored in the same statement
 * that demands a greater one (R19, R20).
 */
async function spendCode(c: UserChange, app: App, code: string): Promise<Proof | NotProved> {
  const { db, now } = c;
  if (app.suspended_at !== null || isOverBudget(app, now)) return 'refused';
  const step = stepOfCode(c.ctx, app, code);
  if (step === 'damaged') return step;
  if (step === undefined) return await countWrong(c, app);
  const result = await updateApp(db, app)
    .set({ last_step: step, wrong_in_a_row: 0 })
    .where('last_step', '<', step)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return 'wrong';
  await updateFactor(db, app).set({ last_used_at: now }).execute();
  return { method: 'otp', at: now };
}

/** The time step of a code; undefined when it fits none, `damaged` when the stored seed does not open. */
function stepOfCode(ctx: Context, app: App, code: string): number | 'damaged' | undefined {
  const seed = openSeed(ctx, app);
  return seed === undefined ? 'damaged' : matchingStep(seed, app.last_step, ctx.now(), code);
}

/** SECURITY: a seed that was moved here from another row, or altered, is an attack on the database or a broken backup. */
function openSeed(ctx: Context, app: App): string | undefined {
  try {
    return unseal(ctx.keys, app.secret, place(app));
  } catch {
    const { operator_id: operatorId, user_id: userId, factor_id: factorId } = app;
    ctx.log.error({ operatorId, userId, factorId }, 'the sealed seed of an authenticator does not open');
    return undefined;
  }
}

function isOverBudget(app: App, now: number): boolean {
  return !isWindowOver(app, now) && app.wrong_in_window >= otp.hourlyFailures;
}

/** One that begins later than now was written by a clock that was ahead. */
function isWindowOver(app: App, now: number): boolean {
  return app.window_start + otp.hour <= now || app.window_start > now;
}

async function countWrong({ db, now }: UserChange, app: App): Promise<NotProved> {
  const fresh = isWindowOver(app, now);
  const inARow = app.wrong_in_a_row + 1;
  await updateApp(db, app)
    .set({
      wrong_in_a_row: inARow,
      wrong_in_window: fresh ? 1 : app.wrong_in_window + 1,
      window_start: fresh ? now : app.window_start,
    })
    .execute();
  if (inARow < otp.accountCap) return 'wrong';
  await updateFactor(db, app).set({ suspended_at: now }).execute();
  return 'suspended now';
}

function updateApp(db: Db, { operator_id, user_id, factor_id }: FactorKey) {
  const own = db.updateTable('authenticator_apps').where('operator_id', '=', operator_id);
  return own.where('user_id', '=', user_id).where('factor_id', '=', factor_id);
}

function place(factor: FactorKey): Place {
  return { table: 'authenticator_apps', row: [factor.operator_id, factor.user_id, factor.factor_id] };
}

/** Apps go with their factor; a window of wrong codes that begins later than now is over. */
export const correctedApps: Expiring = {
  table: 'authenticator_apps',
  remove: async () => {},
  bringBack: async (db, now) => {
    const over = { window_start: 0, wrong_in_window: 0 };
    await db.updateTable('authenticator_apps').set(over).where('window_start', '>', now).execute();
    // SECURITY: not further back: a code that could be right now may have been used already.
    const last_step = stepOf(now) + 1;
    await db.updateTable('authenticator_apps').set({ last_step }).where('last_step', '>', last_step).execute();
  },
};
