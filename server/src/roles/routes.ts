import {
  attachRole as attachRoleEndpoint,
  createRole as createRoleEndpoint,
  deleteRole as deleteRoleEndpoint,
  detachRole as detachRoleEndpoint,
  getRole,
  listRoleAttachedUsers,
  listRoles as listRolesEndpoint,
  listRoleVersions,
  listUserRoles,
  updateRole as updateRoleEndpoint,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { builtInOwner, builtInRoles } from '../authorize/built-in-roles.ts';
import { changeWithinOwnReach, lockOperator } from '../authorize/escalation.ts';
import { auditedChange } from '../change/audited.ts';
import { Failure } from '../failure.ts';
import { permitted } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { lockUser } from '../users/credentials.ts';
import { samUserOf } from '../users/users.ts';
import {
  attachedIds,
  attachRole,
  createRole,
  deleteRole,
  detachRole,
  findRole,
  listRoles,
  listRolesOfUser,
  updateRole,
} from './roles.ts';
import { describeUsers } from './user-overview.ts';

/** Roles: named permissions that users attach. */
export function registerRoleRoutes(app: FastifyInstance): void {
  registerRoleReads(app);
  registerRoleWrites(app);
  registerUserRoles(app);
}

function registerRoleReads(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listRolesEndpoint, permitted('operator_id'), async ({ params, query }) => {
    const roles = await listRoles(ctx.db, params.operator_id);
    const wanted = roles.filter((role) => query.owner === undefined || role.owner === query.owner);
    return wanted.map(({ permission: _, ...role }) => role);
  });

  handle(app, getRole, permitted('operator_id'), async ({ params }) => {
    return await findRole(ctx.db, params.operator_id, params.role_id);
  });

  handle(app, listRoleAttachedUsers, permitted('operator_id'), async ({ params }) => {
    await findRole(ctx.db, params.operator_id, params.role_id);
    const keys = await attachedIds(ctx.db, params.operator_id, params.role_id);
    if (keys.length === 0) return [];
    const rows = await ctx.db
      .selectFrom('users')
      .selectAll()
      .where('operator_id', '=', params.operator_id)
      .where('user_id', 'in', keys)
      .orderBy('name_key')
      .execute();
    return await describeUsers(ctx, rows);
  });

  handle(app, listRoleVersions, permitted('operator_id'), async ({ params }) => {
    const role = builtInRoles.get(params.role_id);
    if (!role) {
      await findRole(ctx.db, params.operator_id, params.role_id);
      throw new Failure('AUM0035');
    }
    const { roleId, roleName, description } = role;
    return role.versions.map(({ version, publishedAt, permission }) => {
      const publishDateTime = Math.floor(publishedAt / 1000);
      return { roleId, roleName, owner: builtInOwner, description, permission, version, publishDateTime };
    });
  });
}

function registerRoleWrites(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, createRoleEndpoint, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const { operator_id: operatorId, role_id: roleId } = params;
    const input = { roleId, permission: body.permission, description: body.description ?? '' };
    const change = { actor: caller, target: `role:${roleId}`, statusCode: 200 };
    await auditedChange(ctx, info, change, (db) => createRole(db, ctx, operatorId, input));
    return { roleId };
  });

  handle(app, updateRoleEndpoint, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const { operator_id: operatorId, role_id: roleId } = params;
    const input = { roleId, permission: body.permission, description: body.description };
    const change = { actor: caller, target: `role:${roleId}`, statusCode: 200 };
    await auditedChange(ctx, info, change, async (db) => {
      const affected = await attachedIds(db, operatorId, roleId);
      await changeWithinOwnReach(db, caller, affected, () => updateRole(db, ctx, operatorId, input));
    });
    return undefined;
  });

  handle(app, deleteRoleEndpoint, permitted('operator_id'), async ({ caller, info, params }) => {
    const { operator_id: operatorId, role_id: roleId } = params;
    const change = { actor: caller, target: `role:${roleId}`, statusCode: 204 };
    await auditedChange(ctx, info, change, async (db) => {
      await changeWithinOwnReach(db, caller, [], () => deleteRole(db, operatorId, roleId));
    });
    return undefined;
  });
}

function registerUserRoles(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listUserRoles, permitted('operator_id'), async ({ params }) => {
    const user = await samUserOf(ctx.db, params);
    return await listRolesOfUser(ctx.db, user.operatorId, user.userId);
  });

  handle(app, attachRoleEndpoint, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const user = await samUserOf(ctx.db, params);
    const { roleId } = await findRole(ctx.db, user.operatorId, body.roleId ?? '');
    const change = { actor: caller, target: `sam:${user.userName} role:${roleId}`, statusCode: 200 };
    await auditedChange(ctx, info, change, async (db) => {
      await lockOperator(db, user.operatorId);
      if (!(await lockUser(db, ctx, user.operatorId, user.userId))) throw new Failure('COM0404');
      await changeWithinOwnReach(db, caller, [user.userId], () => attachRole(db, ctx, { ...user, roleId }));
    });
    return undefined;
  });

  handle(app, detachRoleEndpoint, permitted('operator_id'), async ({ caller, info, params }) => {
    const user = await samUserOf(ctx.db, params);
    const roleId = params.role_id;
    const change = { actor: caller, target: `sam:${user.userName} role:${roleId}`, statusCode: 200 };
    await auditedChange(ctx, info, change, async (db) => {
      await changeWithinOwnReach(db, caller, [user.userId], () => detachRole(db, { ...user, roleId }));
    });
    return undefined;
  });
}
