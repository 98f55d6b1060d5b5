import {
  attachRole as attachRoleEndpoint,
  createRole as createRoleEndpoint,
  deleteRole as deleteRoleEndpoint,
  detachRole as detachRoleEndpoint,
  getRole,
  getUser,
  listMFARequirements,
  listRoleAttachedUsers,
  listRoles as listRolesEndpoint,
  listRoleVersions,
  listUserRoles,
  listUsers,
  rehearseMFARequirement,
  updateRole as updateRoleEndpoint,
  updateRoleMFARequirement,
  updateUserMFARequirement,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { builtInRoles } from '../authorize/built-in-roles.ts';
import { findingsIn } from '../authorize/saving.ts';
import { etagOf } from '../change/etag.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { sendFindings } from '../http/findings.ts';
import { permitted } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import type { Session } from '../sessions/live.ts';
import { bindingRequirement, requirementsIn } from '../sessions/required.ts';
import { findSamUser, listSamUsers, requireMfaOf, samUserOf } from '../users/users.ts';
import { rehearse } from './rehearsal.ts';
import {
  attachedUsers,
  attachRole,
  createRole,
  deleteRole,
  detachRole,
  findRole,
  listRoles,
  listRolesOfUser,
  requireMfaOfRole,
  stateOf,
  updateRole,
} from './roles.ts';
import { describeUsers } from './user-overview.ts';

/** Roles: named permissions that users attach. */
export function registerRoleRoutes(app: FastifyInstance): void {
  registerRoleReads(app);
  registerRoleWrites(app);
  registerUserRoles(app);
  registerUserReads(app);
  registerMfaRequirements(app);
}

function registerRoleReads(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listRolesEndpoint, permitted('operator_id'), async ({ params, query }) => {
    const roles = await listRoles(ctx.db, params.operator_id);
    const { owner = 'operator' } = query;
    const wanted = roles.filter((role) => owner === 'all' || role.owner === owner);
    return wanted.map(({ permission: _, ...role }) => role);
  });

  handle(app, getRole, permitted('operator_id'), async ({ params, reply }) => {
    const role = await findRole(ctx.db, params.operator_id, params.role_id);
    reply.header('etag', etagOf(...stateOf(role)));
    return role;
  });

  handle(app, listRoleAttachedUsers, permitted('operator_id'), async ({ params }) => {
    await findRole(ctx.db, params.operator_id, params.role_id);
    const users = await attachedUsers(ctx.db, params.operator_id, params.role_id);
    return await describeUsers(
      ctx,
      users.map((user) => user.row),
    );
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
      return { roleId, roleName, owner: 'soracom' as const, description, permission, version, publishDateTime };
    });
  });
}

function registerRoleWrites(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, createRoleEndpoint, permitted('operator_id'), async ({ cause, params, body, reply }) => {
    const { operator_id: operatorId, role_id: roleId } = params;
    await createRole(cause, operatorId, { roleId, permission: body.permission, description: body.description ?? '' });
    sendFindings(reply, await findingsIn(ctx.db, operatorId, body.permission));
    return { roleId };
  });

  handle(app, updateRoleEndpoint, permitted('operator_id'), async ({ cause, params, body, request, reply }) => {
    const { operator_id: operatorId, role_id: roleId } = params;
    const { permission, description } = body;
    const ifMatch = request.headers['if-match'];
    await updateRole(cause, operatorId, { roleId, permission, description, ifMatch });
    sendFindings(reply, await findingsIn(ctx.db, operatorId, permission));
    return undefined;
  });

  handle(app, deleteRoleEndpoint, permitted('operator_id'), async ({ cause, params, request }) => {
    await deleteRole(cause, params.operator_id, params.role_id, request.headers['if-match']);
    return undefined;
  });
}

function registerUserRoles(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listUserRoles, permitted('operator_id'), async ({ params }) => {
    const user = await samUserOf(ctx.db, params);
    return await listRolesOfUser(ctx.db, user.operatorId, user.userId);
  });

  handle(app, attachRoleEndpoint, permitted('operator_id'), async ({ cause, params, body }) => {
    await attachRole(cause, params, body.roleId ?? '');
    return undefined;
  });

  handle(app, detachRoleEndpoint, permitted('operator_id'), async ({ cause, params }) => {
    await detachRole(cause, params, params.role_id);
    return undefined;
  });
}

/** Of whom MFA is required, beside the switches of the operator, which are settings. */
function registerMfaRequirements(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');

  handle(app, listMFARequirements, guard, async ({ params }) => requirementsIn(ctx.db, params.operator_id));
  handle(app, rehearseMFARequirement, guard, async ({ params, query }) => rehearse(ctx, params.operator_id, query));
  handle(app, updateUserMFARequirement, guard, async ({ caller, cause, params, body }) => {
    await requireMfaOf(cause, params, instantOf(ctx, body));
    return await toldTo(ctx, caller);
  });
  handle(app, updateRoleMFARequirement, guard, async ({ caller, cause, params, body }) => {
    await requireMfaOfRole(cause, params.operator_id, params.role_id, instantOf(ctx, body));
    return await toldTo(ctx, caller);
  });
}

function instantOf({ now }: Context, { required, from }: { required: boolean; from?: number }): number | null {
  return required ? (from ?? now()) : null;
}

/** What a caller without MFA has to know of its own requirement. */
async function toldTo({ db }: Context, caller: Session) {
  const own = caller.mfaActive ? undefined : await bindingRequirement(db, caller);
  return own ? { callerMustEnrolFrom: own.from } : {};
}

/** Reading SAM users with all that is theirs. */
function registerUserReads(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const guard = permitted('operator_id');

  handle(app, listUsers, guard, async ({ params }) => {
    return await describeUsers(ctx, await listSamUsers(ctx.db, params.operator_id));
  });
  handle(app, getUser, guard, async ({ params }) => {
    const row = await findSamUser(ctx.db, params.operator_id, params.user_name);
    const [user] = await describeUsers(ctx, [row]);
    if (!user) throw new Error('one row, one user');
    return user;
  });
}
