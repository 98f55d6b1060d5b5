import { accountKey, isName, nameRule, storedName } from '@warifu/contract';
import { type BuiltInRole, builtInRoles } from '../authorize/built-in-roles.ts';
import { assertMayActAs, assertMayActAsAll, changeWithinOwnReach } from '../authorize/guard.ts';
import { keepingOwnRequirements } from '../authorize/requirement.ts';
import { parseNewPermission } from '../authorize/saving.ts';
import type { Cause } from '../change/cause.ts';
import { type AuthorityChange, changeAuthority, describe, nameOf, type UserAuthorityChange } from '../change/change.ts';
import { assertUnchanged } from '../change/etag.ts';
import { type Db, isDuplicate } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { stampChange } from '../users/credentials.ts';
import { changeSamUser, type UserPath } from '../users/users.ts';

export type Role = {
  readonly roleId: string;
  readonly roleName: string;
  readonly owner: 'operator' | 'soracom';
  readonly description: string;
  readonly createDateTime: number;
  readonly updateDateTime: number;
  readonly permission: string;
};

/** The roles that users of an operator can attach: its own first, then the built-in ones. */
export async function listRoles(db: Db, operatorId: string): Promise<Role[]> {
  const rows = await db
    .selectFrom('roles')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .orderBy('role_id')
    .execute();
  return [...rows.map(ownRole), ...[...builtInRoles.values()].map(builtInRole)];
}

/**
 * One role of an operator, or a built-in one.
 * @throws Failure COM0404
 */
export async function findRole(db: Db, operatorId: string, roleId: string): Promise<Role> {
  const builtIn = builtInRoles.get(roleId);
  if (builtIn) return builtInRole(builtIn);
  const row = await db
    .selectFrom('roles')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('role_id', '=', roleId)
    .executeTakeFirst();
  if (!row) throw new Failure('COM0404');
  return ownRole(row);
}

/** What a change of a role replaces. */
export function stateOf({ permission, description }: Role): readonly string[] {
  return [permission, description];
}

/** The roles of a user, with their permissions. */
export async function listRolesOfUser(db: Db, operatorId: string, userId: string): Promise<Role[]> {
  const rows = await db
    .selectFrom('user_roles')
    .select('role_id')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .orderBy('role_id')
    .execute();
  const roles = [];
  for (const row of rows) roles.push(await findRole(db, operatorId, row.role_id));
  return roles;
}

export type RoleInput = { readonly roleId: string; readonly permission: string; readonly description: string };

/**
 * Creates a role; it allows nobody anything until it is attached.
 * @throws Failure COM0001, AUM0030, AUM0032 when the name is taken in any case, width or composition, AUM0041
 */
export async function createRole(cause: Cause, operatorId: string, input: RoleInput): Promise<void> {
  assertName(input.roleId);
  await parseNewPermission(cause.ctx.db, operatorId, input.permission);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: `role:${input.roleId}` });
    await assertRoomForRole(c);
    const { roleId: role_id, permission, description } = input;
    const what = {
      operator_id: operatorId,
      role_id,
      role_key: accountKey(role_id),
      description,
      permission,
      mfa_required_at: null,
    };
    const row = { ...what, created_at: c.now, updated_at: c.now };
    try {
      await c.db.insertInto('roles').values(row).execute();
    } catch (error) {
      throw isDuplicate(error) ? new Failure('AUM0032') : error;
    }
  });
}

/**
 * Replaces a role's permission, and its description when one is given.
 * @throws Failure AUM0024, AUM0030, AUM0034, COM0404, COM0412
 */
export async function updateRole(
  cause: Cause,
  operatorId: string,
  input: Omit<RoleInput, 'description'> & {
    readonly description: string | undefined;
    readonly ifMatch: string | undefined;
  },
): Promise<void> {
  const { roleId, permission, description } = input;
  assertOwn(roleId);
  await parseNewPermission(cause.ctx.db, operatorId, permission);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: `role:${roleId}` });
    await assertRoleUnchanged(c, roleId, input.ifMatch);
    await changeWithinOwnReach(c, await attachedUsers(c.db, operatorId, roleId), async () => {
      const result = await c.db
        .updateTable('roles')
        .set({ permission, updated_at: c.now, ...(description !== undefined && { description }) })
        .where('operator_id', '=', operatorId)
        .where('role_id', '=', roleId)
        .executeTakeFirst();
      if (result.numUpdatedRows !== 1n) throw new Failure('COM0404');
    });
  });
}

/**
 * Deletes a role that nobody has.
 * @throws Failure AUM0033 while it is attached, AUM0034, COM0404, COM0412
 */
export async function deleteRole(cause: Cause, operatorId: string, roleId: string, ifMatch?: string): Promise<void> {
  assertOwn(roleId);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: `role:${roleId}` });
    await assertRoleUnchanged(c, roleId, ifMatch);
    const count = (await attachedUsers(c.db, operatorId, roleId)).length;
    if (count > 0) throw new Failure('AUM0033', { count: String(count) });
    const result = await c.db
      .deleteFrom('roles')
      .where('operator_id', '=', operatorId)
      .where('role_id', '=', roleId)
      .executeTakeFirst();
    if (result.numDeletedRows !== 1n) throw new Failure('COM0404');
  });
}

/** The users that have a role. */
export async function attachedUsers(db: Db, operatorId: string, roleId: string) {
  const rows = await db
    .selectFrom('user_roles')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'user_roles.operator_id').onRef('users.user_id', '=', 'user_roles.user_id'),
    )
    .selectAll('users')
    .where('user_roles.operator_id', '=', operatorId)
    .where('user_roles.role_id', '=', roleId)
    .orderBy('users.name_key')
    .execute();
  return rows.map((row) => ({ operatorId, userId: row.user_id, userName: row.user_name, row }));
}

/**
 * Attaches a role to a user.
 * @throws Failure AUM0024, AUM0042, AUM0050 when the user has it, AUM0051 when there is none, COM0404 for the user
 */
export async function attachRole(cause: Cause, params: UserPath, roleId: string): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    const role = await roleToAttach(c, storedName(roleId));
    describe(c, { target: `${nameOf(c.user.userName)} role:${role.roleId}` });
    await assertNewAndRoom(c, role.roleId);
    await assertRequirementOf(c, role.roleId);
    const { operatorId: operator_id, userId: user_id } = c.user;
    await changeWithinOwnReach(c, [c.user], async () => {
      await c.db
        .insertInto('user_roles')
        .values({ operator_id, user_id, role_id: role.roleId, attached_at: c.now })
        .execute();
      await stampChange(c);
    });
  });
}

/**
 * Takes a role from a user.
 * @throws Failure AUM0024, AUM0026, COM0404 when the user does not have it
 */
export async function detachRole(cause: Cause, params: UserPath, roleId: string): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    describe(c, { target: `${nameOf(c.user.userName)} role:${roleId}` });
    await assertRequirementOf(c, roleId);
    const detach = async () => {
      const result = await c.db
        .deleteFrom('user_roles')
        .where('operator_id', '=', c.user.operatorId)
        .where('user_id', '=', c.user.userId)
        .where('role_id', '=', roleId)
        .executeTakeFirst();
      if (result.numDeletedRows !== 1n) throw new Failure('COM0404');
      await stampChange(c);
    };
    await keepingOwnRequirements(c, async () => changeWithinOwnReach(c, [c.user], detach));
  });
}

// SECURITY: every role of a user is read, compared and compiled; without a bound one user's roles could stop the server.
async function assertRoomForRole(c: AuthorityChange): Promise<void> {
  const { count } = await c.db
    .selectFrom('roles')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('operator_id', '=', c.operator.operatorId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= limits.roles.perOperator) {
    throw new Failure('AUM0041', { limit: String(limits.roles.perOperator) });
  }
}

/** SECURITY: a role that requires MFA locks out, and no longer; neither is done to a user that may do more. */
async function assertRequirementOf(c: UserAuthorityChange, roleId: string): Promise<void> {
  const role = await c.db
    .selectFrom('roles')
    .select('mfa_required_at')
    .where('operator_id', '=', c.user.operatorId)
    .where('role_id', '=', roleId)
    .executeTakeFirst();
  if (role && role.mfa_required_at !== null) await assertMayActAs(c);
}

/**
 * Requires MFA of whoever has a role, from an instant on, or no longer.
 * @throws Failure AUM0024, AUM0026, AUM0034, AUM0040, COM0404
 */
export async function requireMfaOfRole(cause: Cause, operatorId: string, roleId: string, from: number | null) {
  assertOwn(roleId);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: `role:${roleId}`, detail: { requiredFrom: from ?? 'never' } });
    await assertMayActAsAll(c, await attachedUsers(c.db, operatorId, roleId));
    await keepingOwnRequirements(c, async () => {
      const result = await c.db
        .updateTable('roles')
        .set({ mfa_required_at: from, updated_at: c.now })
        .where('operator_id', '=', operatorId)
        .where('role_id', '=', roleId)
        .executeTakeFirst();
      if (result.numUpdatedRows !== 1n) throw new Failure('COM0404');
    });
  });
}

/** The status of a role that is not there is the reference's: the path names the user only. */
async function roleToAttach(c: UserAuthorityChange, roleId: string): Promise<Role> {
  return await findRole(c.db, c.user.operatorId, roleId).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'COM0404' ? new Failure('AUM0051') : error;
  });
}

/** SECURITY: the user is locked, so what was read is so until the change is made. */
async function assertNewAndRoom(c: UserAuthorityChange, roleId: string): Promise<void> {
  const rows = await c.db
    .selectFrom('user_roles')
    .select('role_id')
    .where('operator_id', '=', c.user.operatorId)
    .where('user_id', '=', c.user.userId)
    .execute();
  if (rows.some((row) => row.role_id === roleId)) throw new Failure('AUM0050');
  if (rows.length >= limits.roles.perUser) throw new Failure('AUM0042', { limit: String(limits.roles.perUser) });
}

async function assertRoleUnchanged(c: AuthorityChange, roleId: string, ifMatch: string | undefined): Promise<void> {
  if (ifMatch !== undefined) assertUnchanged(ifMatch, ...stateOf(await findRole(c.db, c.operator.operatorId, roleId)));
}

function assertOwn(roleId: string): void {
  if (builtInRoles.has(roleId)) throw new Failure('AUM0034');
}

function assertName(roleId: string): void {
  if (!isName(roleId)) throw new Failure('COM0001', { field: 'role_id', reason: nameRule });
}

function ownRole(row: {
  role_id: string;
  description: string;
  permission: string;
  created_at: number;
  updated_at: number;
}): Role {
  return {
    roleId: row.role_id,
    roleName: row.role_id,
    owner: 'operator',
    description: row.description,
    createDateTime: Math.floor(row.created_at / 1000),
    updateDateTime: Math.floor(row.updated_at / 1000),
    permission: row.permission,
  };
}

function builtInRole(role: BuiltInRole): Role {
  const published = Math.floor((role.versions[0]?.publishedAt ?? 0) / 1000);
  return {
    roleId: role.roleId,
    roleName: role.roleName,
    owner: 'soracom',
    description: role.description,
    createDateTime: published,
    updateDateTime: published,
    permission: role.permission,
  };
}
