import { compileCondition, type Request } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { readTrustPolicy } from './trust-policy.ts';

type UserKey = { readonly operatorId: string; readonly userId: string };

/**
 * Whether a user's trust policy lets a caller in now; call it under the lock of the target.
 * @param facts of the call `Auth:switchUser`, with the target in its path variables
 */
export async function isTrusted(db: Db, facts: Request, caller: UserKey, target: UserKey): Promise<boolean> {
  const rows = await db
    .selectFrom('trusted_principals')
    .innerJoin('users', (join) =>
      join
        .onRef('users.operator_id', '=', 'trusted_principals.operator_id')
        .onRef('users.user_id', '=', 'trusted_principals.user_id'),
    )
    .select(['trusted_principals.statement', 'users.trust_policy'])
    .where('trusted_principals.operator_id', '=', target.operatorId)
    .where('trusted_principals.user_id', '=', target.userId)
    .where('trusted_principals.principal_operator_id', '=', caller.operatorId)
    .where('trusted_principals.principal_user_id', '=', caller.userId)
    .execute();
  return rows.some((row) => {
    const statement = readTrustPolicy(row.trust_policy)[row.statement];
    // A condition that fails does not apply: fail closed.
    const { condition } = statement ?? {};
    return statement && (!condition || compileCondition(condition.expression)(facts) === 'true');
  });
}
