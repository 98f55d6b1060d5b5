import type { UserChange } from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { Factors } from '../db/schema.ts';
import { limits } from '../limits.ts';

export type FactorKey = Pick<Factors, 'operator_id' | 'user_id' | 'factor_id'>;
export type Owner = { readonly operatorId: string; readonly userId: string };

/** A user's factors, whatever their status, oldest first. */
export async function factorsOf(db: Db, { operatorId, userId }: Owner): Promise<Factors[]> {
  return await db
    .selectFrom('factors')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('factor_id')
    .execute();
}

/** The kinds of a user's active factors. */
export async function kindsOf(db: Db, owner: Owner): Promise<Factors['kind'][]> {
  const active = (await factorsOf(db, owner)).filter(({ status }) => status === 'ACTIVE');
  return [...new Set(active.map(({ kind }) => kind))];
}

/** Whether an enrolment that was begun is over: it can be confirmed for 15 minutes. */
export function isLapsed(factor: Pick<Factors, 'status' | 'created_at'>, now: number): boolean {
  return factor.status === 'UNCONFIRMED' && factor.created_at + limits.mfa.unconfirmedLife <= now;
}

/** Writes down a factor that is not confirmed yet, bound to the credentials of now; its kind adds the secrets. */
export async function insertFactor(c: UserChange, kind: Factors['kind'], label = ''): Promise<FactorKey> {
  const { db, now, user } = c;
  const key = { operator_id: user.operatorId, user_id: user.userId, factor_id: newId() };
  const instants = { created_at: now, activated_at: null, last_used_at: null, suspended_at: null };
  const begun = { kind, label, status: 'UNCONFIRMED', credential_version: user.row.credential_version } as const;
  await db
    .insertInto('factors')
    .values({ ...key, ...begun, ...instants })
    .execute();
  return key;
}

/** Makes a factor count at sign-in. */
export async function activateFactor({ db, now }: UserChange, factor: FactorKey): Promise<void> {
  const activated = updateFactor(db, factor).set({ status: 'ACTIVE', activated_at: now });
  await activated.where('status', '=', 'UNCONFIRMED').execute();
}

/** Deletes the factors that somebody began and did not confirm; false when there are none. */
export async function deleteUnconfirmed(c: UserChange): Promise<boolean> {
  const result = await deletion(c).where('status', '=', 'UNCONFIRMED').executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Deletes the active factors of a kind but one; returns how many. */
export async function deleteOthers(c: UserChange, kind: Factors['kind'], kept: FactorKey): Promise<number> {
  const others = deletion(c).where('status', '=', 'ACTIVE').where('kind', '=', kind);
  const result = await others.where('factor_id', '!=', kept.factor_id).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes one factor; false when it is not there. */
export async function deleteFactor(c: UserChange, factorId: string): Promise<boolean> {
  const result = await deletion(c).where('factor_id', '=', factorId).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Deletes every factor, with the secrets of its kind. */
export async function deleteFactors(c: UserChange): Promise<void> {
  await deletion(c).execute();
}

function deletion({ db, user }: UserChange) {
  return db.deleteFrom('factors').where('operator_id', '=', user.operatorId).where('user_id', '=', user.userId);
}

/** An update of this very factor, not of one that came after it. */
export function updateFactor(db: Db, { operator_id, user_id, factor_id }: FactorKey) {
  const own = db.updateTable('factors').where('operator_id', '=', operator_id).where('user_id', '=', user_id);
  return own.where('factor_id', '=', factor_id);
}

/** An enrolment that nobody confirmed is gone after 15 minutes. */
export const expiredFactors: Expiring = {
  table: 'factors',
  remove: ({ db }, at) =>
    db
      .deleteFrom('factors')
      .where('status', '=', 'UNCONFIRMED')
      .where('created_at', '<=', at - limits.mfa.unconfirmedLife)
      .execute(),
  bringBack: (db, now) => db.updateTable('factors').set({ created_at: now }).where('created_at', '>', now).execute(),
};
