import type { Principal } from '../authorize/authority.ts';
import { changeWithinOwnReach } from '../authorize/guard.ts';
import { parseNewPermission } from '../authorize/saving.ts';
import type { Cause } from '../change/cause.ts';
import { type AuthorityChange, changeAuthority, describe, nameOf } from '../change/change.ts';
import { assertUnchanged } from '../change/etag.ts';
import { updateOperator } from '../operators/operators.ts';
import { updateUser } from '../users/credentials.ts';
import { changeSamUser, listSamUsers, type UserPath } from '../users/users.ts';

/**
 * Sets a SAM user's own permission; an empty text removes it. It acts on the next request.
 * @throws Failure AUM0030, COM0404, COM0412, AUM0024 when it would allow what the changer may not do itself
 */
export async function setOwnPermission(
  cause: Cause,
  params: UserPath,
  permission: string,
  ifMatch?: string,
): Promise<void> {
  if (permission !== '') await parseNewPermission(cause.ctx.db, params.operator_id, permission);
  await changeSamUser(cause, params, async (c) => {
    describe(c, { target: nameOf(c.user.userName) });
    assertUnchanged(ifMatch, c.user.row.permission);
    await changeWithinOwnReach(c, [c.user], async () => {
      await updateUser(c, { permission, updated_at: c.now });
    });
  });
}

/**
 * Sets the permission that every SAM user of an operator has; an empty text removes it.
 * @throws Failure AUM0030, COM0412, AUM0024
 */
export async function setDefaultPermissions(
  cause: Cause,
  operatorId: string,
  permissions: string,
  ifMatch?: string,
): Promise<void> {
  if (permissions !== '') await parseNewPermission(cause.ctx.db, operatorId, permissions);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: 'default permissions' });
    assertUnchanged(ifMatch, c.operator.row.default_permissions);
    await changeWithinOwnReach(c, await samUsersOf(c), async () => {
      await updateOperator(c, { default_permissions: permissions, updated_at: c.now });
    });
  });
}

async function samUsersOf({ db, operator: { operatorId } }: AuthorityChange): Promise<Principal[]> {
  const rows = await listSamUsers(db, operatorId);
  return rows.map((row) => ({ operatorId, userId: row.user_id, userName: row.user_name }));
}
