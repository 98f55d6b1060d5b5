import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import type { Users } from '../db/schema.ts';
import { mfaStatuses } from '../factors/status.ts';
import { listAuthKeysOf } from '../users/auth-keys.ts';
import { listRoles, type Role } from './roles.ts';

/** SAM users of one operator as the API shows them, times in seconds. One statement for each kind of thing, however many users. */
export async function describeUsers(ctx: Context, rows: readonly Users[]) {
  const operatorId = rows[0]?.operator_id;
  if (operatorId === undefined) return [];
  const userIds = rows.map((row) => row.user_id);
  const authKeys = await listAuthKeysOf(ctx.db, operatorId, userIds);
  const roles = await rolesOf(ctx.db, operatorId, userIds);
  const mfa = await mfaStatuses(ctx, operatorId, userIds);
  return rows.map((row) => ({
    userName: row.user_name,
    description: row.description,
    createDateTime: Math.floor(row.created_at / 1000),
    updateDateTime: Math.floor(row.updated_at / 1000),
    hasPassword: row.password_hash !== null,
    permission: row.permission,
    authKeyList: authKeys.get(row.user_id) ?? [],
    roleList: roles.get(row.user_id) ?? [],
    mfaStatus: mfa.get(row.user_id) ?? ('INACTIVE' as const),
    ...(row.last_sign_in_at !== null && { lastSignInDateTime: Math.floor(row.last_sign_in_at / 1000) }),
  }));
}

async function rolesOf(db: Db, operatorId: string, userIds: readonly string[]) {
  const known = new Map((await listRoles(db, operatorId)).map((role) => [role.roleId, role]));
  const rows = await db
    .selectFrom('user_roles')
    .select(['user_id', 'role_id'])
    .where('operator_id', '=', operatorId)
    .where('user_id', 'in', userIds)
    .orderBy('role_id')
    .execute();
  const byUser = new Map<string, Omit<Role, 'permission'>[]>();
  for (const row of rows) {
    const found = known.get(row.role_id);
    if (!found) continue;
    const { permission: _, ...role } = found;
    byUser.set(row.user_id, [...(byUser.get(row.user_id) ?? []), role]);
  }
  return byUser;
}
