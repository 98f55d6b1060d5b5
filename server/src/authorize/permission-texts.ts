import type { Cause } from '../change/cause.ts';
import { type AuthorityChange, changeAuthority, changeUserAuthority, describe, nameOf } from '../change/change.ts';
import { rootId } from '../db/schema.ts';
import type { Principal } from './authority.ts';
import { parsePermission } from './documents.ts';
import { changeWithinOwnReach } from './guard.ts';

/**
 * Sets a SAM user's own permission; an empty text removes it. It acts on the next request.
 * @throws Failure AUM0030, COM0404, AUM0024 when it would allow what the changer may not do itself
 */
export async function setOwnPermission(
  cause: Cause,
  who: { readonly operatorId: string; readonly userName: string },
  permission: string,
): Promise<void> {
  if (permission !== '') parsePermission(permission);
  await changeUserAuthority(cause, who, async (c) => {
    describe(c, { target: nameOf(c.user.userName) });
    await changeWithinOwnReach(c, [c.user], async () => {
      await c.db
        .updateTable('users')
        .set({ permission, updated_at: c.now })
        .where('operator_id', '=', c.user.operatorId)
        .where('user_id', '=', c.user.userId)
        .execute();
    });
  });
}

/**
 * Sets the permission that every SAM user of an operator has; an empty text removes it.
 * @throws Failure AUM0030, AUM0024
 */
export async function setDefaultPermissions(cause: Cause, operatorId: string, permissions: string): Promise<void> {
  if (permissions !== '') parsePermission(permissions);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: 'default permissions' });
    await changeWithinOwnReach(c, await samUsersOf(c), async () => {
      await c.db
        .updateTable('operators')
        .set({ default_permissions: permissions, updated_at: c.now })
        .where('operator_id', '=', operatorId)
        .execute();
    });
  });
}

async function samUsersOf(c: AuthorityChange): Promise<Principal[]> {
  const rows = await c.db
    .selectFrom('users')
    .select(['user_id', 'user_name'])
    .where('operator_id', '=', c.operator.operatorId)
    .where('user_id', '!=', rootId)
    .execute();
  return rows.map((row) => ({ operatorId: c.operator.operatorId, userId: row.user_id, userName: row.user_name }));
}
