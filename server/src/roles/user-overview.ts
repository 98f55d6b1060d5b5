import type { Context } from '../context.ts';
import type { Users } from '../db/schema.ts';
import { describeMfa } from '../factors/status.ts';
import { listAuthKeys } from '../users/auth-keys.ts';
import { listRolesOfUser } from './roles.ts';

/** A SAM user as the API shows it; times in seconds. */
export async function describeUser(ctx: Context, row: Users) {
  const owner = { operatorId: row.operator_id, userId: row.user_id };
  const roles = await listRolesOfUser(ctx.db, owner.operatorId, owner.userId);
  const { status } = await describeMfa(ctx, owner.operatorId, owner.userId);
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
