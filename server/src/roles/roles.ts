import { type BuiltInRole, builtInOwner, builtInRoles } from '../authorize/built-in-roles.ts';
import { parsePermission } from '../authorize/documents.ts';
import type { Context } from '../context.ts';
import { type Db, isDuplicate } from '../db/database.ts';
import { Failure } from '../failure.ts';

const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export type Role = {
  readonly roleId: string;
  readonly roleName: string;
  readonly owner: string;
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
 * @throws Failure COM0001, AUM0030, AUM0032
 */
export async function createRole(db: Db, ctx: Context, operatorId: string, input: RoleInput): Promise<void> {
  assertRoleId(input.roleId);
  parsePermission(input.permission);
  const now = ctx.now();
  try {
    await db
      .insertInto('roles')
      .values({
        operator_id: operatorId,
        role_id: input.roleId,
        description: input.description,
        permission: input.permission,
        created_at: now,
        updated_at: now,
      })
      .execute();
  } catch (error) {
    throw isDuplicate(error) ? new Failure('AUM0032') : error;
  }
}

/**
 * Replaces a role's permission, and its description when one is given.
 * @throws Failure AUM0030, AUM0034, COM0404
 */
export async function updateRole(
  db: Db,
  ctx: Context,
  operatorId: string,
  input: Omit<RoleInput, 'description'> & { readonly description: string | undefined },
): Promise<void> {
  assertOwn(input.roleId);
  parsePermission(input.permission);
  const result = await db
    .updateTable('roles')
    .set({
      permission: input.permission,
      updated_at: ctx.now(),
      ...(input.description !== undefined && { description: input.description }),
    })
    .where('operator_id', '=', operatorId)
    .where('role_id', '=', input.roleId)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Failure('COM0404');
}

/**
 * Deletes a role that nobody has.
 * @throws Failure AUM0033 while it is attached, AUM0034, COM0404
 */
export async function deleteRole(db: Db, operatorId: string, roleId: string): Promise<void> {
  assertOwn(roleId);
  const count = (await attachedIds(db, operatorId, roleId)).length;
  if (count > 0) throw new Failure('AUM0033', { count: String(count) });
  const result = await db
    .deleteFrom('roles')
    .where('operator_id', '=', operatorId)
    .where('role_id', '=', roleId)
    .executeTakeFirst();
  if (result.numDeletedRows !== 1n) throw new Failure('COM0404');
}

/** Keys of the users that have a role. */
export async function attachedIds(db: Db, operatorId: string, roleId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('user_roles')
    .select('user_id')
    .where('operator_id', '=', operatorId)
    .where('role_id', '=', roleId)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

type RoleOfUser = { readonly operatorId: string; readonly userId: string; readonly roleId: string };

/** Attaches a role to a user; attaching it twice changes nothing. */
export async function attachRole(db: Db, ctx: Context, { operatorId, userId, roleId }: RoleOfUser): Promise<void> {
  await db
    .insertInto('user_roles')
    .values({ operator_id: operatorId, user_id: userId, role_id: roleId, attached_at: ctx.now() })
    .onConflict((conflict) => conflict.columns(['operator_id', 'user_id', 'role_id']).doNothing())
    .execute();
}

/**
 * Takes a role from a user.
 * @throws Failure COM0404 when the user does not have it
 */
export async function detachRole(db: Db, { operatorId, userId, roleId }: RoleOfUser): Promise<void> {
  const result = await db
    .deleteFrom('user_roles')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('role_id', '=', roleId)
    .executeTakeFirst();
  if (result.numDeletedRows !== 1n) throw new Failure('COM0404');
}

function assertRoleId(roleId: string): void {
  assertOwn(roleId);
  if (idForm.test(roleId)) return;
  throw new Failure('COM0001', {
    field: 'role_id',
    reason: {
      en: '1 to 128 letters, digits, ".", "_" or "-", beginning with a letter or digit',
      ja: '英数字で始まる 1 〜 128 文字の英数字、「.」「_」「-」で指定してください。',
    },
  });
}

function assertOwn(roleId: string): void {
  if (builtInRoles.has(roleId)) throw new Failure('AUM0034');
}

function ownRole(row: {
  operator_id: string;
  role_id: string;
  description: string;
  permission: string;
  created_at: number;
  updated_at: number;
}): Role {
  return {
    roleId: row.role_id,
    roleName: row.role_id,
    owner: row.operator_id,
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
    owner: builtInOwner,
    description: role.description,
    createDateTime: published,
    updateDateTime: published,
    permission: role.permission,
  };
}
