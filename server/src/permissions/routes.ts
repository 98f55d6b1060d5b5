import {
  deleteDefaultPermissions,
  deleteUserPermission,
  deleteUserTrustPolicy,
  explainPermission,
  getDefaultPermissions,
  getUserPermission,
  getUserTrustPolicy,
  updateDefaultPermissions,
  updateUserPermission,
  updateUserTrustPolicy,
  whoCan as whoCanEndpoint,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { operationNamed } from '../authorize/imported.ts';
import { findingsIn, parseNewPermission } from '../authorize/saving.ts';
import { trustFindingsIn } from '../authorize/trust-policy.ts';
import { whoCan } from '../authorize/who-can.ts';
import { etagOf } from '../change/etag.ts';
import { Failure } from '../failure.ts';
import { sendFindings } from '../http/findings.ts';
import { permitted, permittedOrAboutOneself } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { findOperator } from '../operators/operators.ts';
import { findSamUser } from '../users/users.ts';
import { setDefaultPermissions, setOwnPermission } from './permission-texts.ts';
import { answer } from './questions.ts';
import { setTrustPolicy } from './trust.ts';

/** Who may do what: permissions of users, defaults, trust policies, and the questions about them. */
export function registerPermissionRoutes(app: FastifyInstance): void {
  registerUserPermissionRoutes(app);
  registerDefaultPermissionRoutes(app);
  registerTrustPolicyRoutes(app);
  registerQuestionRoutes(app);
}

function registerUserPermissionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getUserPermission, permitted('operator_id'), async ({ params, reply }) => {
    const { permission } = await findSamUser(ctx.db, params.operator_id, params.user_name);
    reply.header('etag', etagOf(permission));
    return { permission };
  });

  handle(app, updateUserPermission, permitted('operator_id'), async ({ cause, params, body, request, reply }) => {
    await setOwnPermission(cause, params, body.permission, request.headers['if-match']);
    sendFindings(reply, await findingsIn(ctx.db, params.operator_id, body.permission));
    return undefined;
  });

  handle(app, deleteUserPermission, permitted('operator_id'), async ({ cause, params, request }) => {
    await setOwnPermission(cause, params, '', request.headers['if-match']);
    return undefined;
  });
}

function registerDefaultPermissionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getDefaultPermissions, permitted('operator_id'), async ({ params, reply }) => {
    const defaultPermissions = (await findOperator(ctx.db, params.operator_id))?.default_permissions ?? '';
    reply.header('etag', etagOf(defaultPermissions));
    return { defaultPermissions };
  });

  handle(app, updateDefaultPermissions, permitted('operator_id'), async ({ cause, params, body, request, reply }) => {
    await parseNewPermission(ctx.db, params.operator_id, body.permissions);
    await setDefaultPermissions(cause, params.operator_id, body.permissions, request.headers['if-match']);
    sendFindings(reply, await findingsIn(ctx.db, params.operator_id, body.permissions));
    return undefined;
  });

  handle(app, deleteDefaultPermissions, permitted('operator_id'), async ({ cause, params, request }) => {
    await setDefaultPermissions(cause, params.operator_id, '', request.headers['if-match']);
    return undefined;
  });
}

function registerTrustPolicyRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getUserTrustPolicy, permitted('operator_id'), async ({ params, reply }) => {
    const trustPolicy = (await findSamUser(ctx.db, params.operator_id, params.user_name)).trust_policy ?? '';
    reply.header('etag', etagOf(trustPolicy));
    return { trustPolicy };
  });

  handle(app, updateUserTrustPolicy, permitted('operator_id'), async ({ cause, params, body, request, reply }) => {
    const { trustPolicy = '' } = body;
    await setTrustPolicy(cause, params, trustPolicy, request.headers['if-match']);
    sendFindings(reply, trustFindingsIn(trustPolicy));
    return undefined;
  });

  handle(app, deleteUserTrustPolicy, permitted('operator_id'), async ({ cause, params, request }) => {
    await setTrustPolicy(cause, params, null, request.headers['if-match']);
    return undefined;
  });
}

function registerQuestionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, explainPermission, permittedOrAboutOneself('operator_id'), async ({ caller, info, params, body }) => {
    return await answer(ctx, { operatorId: params.operator_id, asked: body, caller, sourceIp: info.sourceIp });
  });

  handle(app, whoCanEndpoint, permitted('operator_id'), async ({ params, query }) => {
    const endpoint = await operationNamed(ctx.db, params.operator_id, query.api);
    if (!endpoint) {
      const reason = {
        en: 'is an operation neither of this server nor of a catalogue',
        ja: 'このサーバーの操作でも、カタログの操作でもありません。',
      };
      throw new Failure('COM0001', { field: 'api', reason });
    }
    const { operator_id: operatorId } = params;
    const { user_name: name } = query;
    const target = name === undefined ? undefined : (await findSamUser(ctx.db, operatorId, name)).user_name;
    return await whoCan(ctx.db, { operatorId, endpoint, target, at: ctx.now() });
  });
}
