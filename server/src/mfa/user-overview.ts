import type { Context } from '../context.ts';
import type { Users } from '../db/schema.ts';
import { listRolesOfUser } from '../roles/roles.ts';
import { listAuthKeys } from '../users/auth-keys.ts';
import { describeMfa } from './status.ts';

/** A SAM user as the API shows it; times in seconds. */
export async function describeUser(ctx: Context, row: Omit<Users, 'permission'> & { permission: string }) {
  const owner = { operatorId: row.operator_id, userKey: row.user_key };
  const roles = await listRolesOfUser(ctx.db, owner.operatorId, owner.userKey);
  const { status } = await describeMfa(ctx, owner.operatorId, owner.userKey);
  return {
    userName: row.user_name,
    description: row.description,
    createDateTime: Math.floor(row.created_at / 1000),
    updateDateTime: Math.floor(row.updated_at / 1000),
    hasPassword: row.password_hash !== null,
    permission: row.permission,
    authKeyList: await listAuthKeys(ctx.db, owner),
    roleList: roles.map(({ permission: _, ...role }) => role),
    mfaStatus: status,
    ...(row.last_sign_in_at !== null && { lastSignInDateTime: Math.floor(row.last_sign_in_at / 1000) }),
  };
}
