import type { UserChange } from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { Factors } from '../db/schema.ts';
import { limits } from '../limits.ts';

export type FactorKey = Pick<Factors, 'operator_id' | 'user_id' | 'factor_id'>;
export type Owner = { readonly operatorId: string; readonly userId: string };

/** Whether an enrolment that was begun is over: it can be confirmed for 15 minutes. */
export function isLapsed(factor: Pick<Factors, 'status' | 'created_at'>, now: number): boolean {
  return factor.status === 'UNCONFIRMED' && factor.created_at + limits.mfa.unconfirmedLife <= now;
}

/** Writes down a factor that is not confirmed yet, bound to the credentials of now; its kind adds the secrets. */
export async function insertFactor({ db, now, user }: UserChange, kind: Factors['kind']): Promise<FactorKey> {
  const key = { operator_id: user.operatorId, user_id: user.userId, factor_id: newId() };
  const instants = { created_at: now, activated_at: null, last_used_at: null, suspended_at: null };
  const begun = { kind, label: '', status: 'UNCONFIRMED', credential_version: user.row.credential_version } as const;
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
