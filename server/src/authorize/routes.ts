import {
  type BodyOf,
  deleteDefaultPermissions,
  deleteUserPermission,
  deleteUserTrustPolicy,
  endpoints,
  explainPermission,
  getDefaultPermissions,
  getUserPermission,
  getUserTrustPolicy,
  updateDefaultPermissions,
  updateUserPermission,
  updateUserTrustPolicy,
  whoCan as whoCanEndpoint,
} from '@warifu/contract';
import type { Request } from '@warifu/policy';
import type { FastifyInstance } from 'fastify';
import { auditedChange } from '../change/audited.ts';
import type { Context, RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import { type Caller, permitted } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { findOperator } from '../operators/operators.ts';
import { findSamUser, samUserOf } from '../users/users.ts';
import { parsePermission, textsOf } from './documents.ts';
import { assertMayActAs } from './escalation.ts';
import { explain } from './explain.ts';
import { setDefaultPermissions, setOwnPermission, setTrustPolicy } from './permission-texts.ts';
import { parseTrustPolicy } from './trust-policy.ts';
import { type ServedOperation, whoCan } from './who-can.ts';

/** Who may do what: permissions of users, defaults, trust policies, and the questions about them. */
export function registerPermissionRoutes(app: FastifyInstance): void {
  registerUserPermissionRoutes(app);
  registerDefaultPermissionRoutes(app);
  registerTrustPolicyRoutes(app);
  registerQuestionRoutes(app);
}

function registerUserPermissionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const set = async (caller: Caller, info: RequestInfo, params: UserParams, text: string, status: number) => {
    const user = await samUserOf(ctx.db, params);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: status };
    await auditedChange(ctx, info, change, (db) => setOwnPermission(db, ctx, caller, user, text));
  };

  handle(app, getUserPermission, permitted('operator_id'), async ({ params }) => {
    return { permission: (await findSamUser(ctx.db, params.operator_id, params.user_name)).permission };
  });

  handle(app, updateUserPermission, permitted('operator_id'), async ({ caller, info, params, body }) => {
    parsePermission(body.permission);
    await set(caller, info, params, body.permission, 200);
    return undefined;
  });

  handle(app, deleteUserPermission, permitted('operator_id'), async ({ caller, info, params }) => {
    await set(caller, info, params, '', 204);
    return undefined;
  });
}

type UserParams = { operator_id: string; user_name: string };

function registerDefaultPermissionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getDefaultPermissions, permitted('operator_id'), async ({ params }) => {
    return { defaultPermissions: (await findOperator(ctx.db, params.operator_id))?.default_permissions ?? '' };
  });

  handle(app, updateDefaultPermissions, permitted('operator_id'), async ({ caller, info, body }) => {
    parsePermission(body.permissions);
    const change = { actor: caller, target: 'default permissions', statusCode: 202 };
    await auditedChange(ctx, info, change, (db) => setDefaultPermissions(db, ctx, caller, body.permissions));
    return undefined;
  });

  handle(app, deleteDefaultPermissions, permitted('operator_id'), async ({ caller, info }) => {
    const change = { actor: caller, target: 'default permissions', statusCode: 204 };
    await auditedChange(ctx, info, change, (db) => setDefaultPermissions(db, ctx, caller, ''));
    return undefined;
  });
}

function registerTrustPolicyRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getUserTrustPolicy, permitted('operator_id'), async ({ params }) => {
    return { trustPolicy: (await findSamUser(ctx.db, params.operator_id, params.user_name)).trust_policy ?? '' };
  });

  handle(app, updateUserTrustPolicy, permitted('operator_id'), async ({ caller, info, params, body }) => {
    const user = await samUserOf(ctx.db, params);
    const text = body.trustPolicy ?? '';
    parseTrustPolicy(text);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: 204 };
    await auditedChange(ctx, info, change, async (db) => {
      await assertMayActAs(db, caller, user.userId);
      await setTrustPolicy(db, user, text);
      await enqueueNotice(db, ctx, info, user.operatorId, 'trust_policy_changed', { userName: user.userName });
    });
    return undefined;
  });

  handle(app, deleteUserTrustPolicy, permitted('operator_id'), async ({ caller, info, params }) => {
    const user = await samUserOf(ctx.db, params);
    const change = { actor: caller, target: `sam:${user.userName}`, statusCode: 204 };
    await auditedChange(ctx, info, change, (db) => setTrustPolicy(db, user, null));
    return undefined;
  });
}

function registerQuestionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, explainPermission, permitted('operator_id'), async ({ params, body }) => {
    const row = await findSamUser(ctx.db, params.operator_id, body.userName);
    const texts = await textsOf(ctx.db, row.operator_id, row.user_id);
    if (!texts) throw new Failure('COM0404');
    if (body.draft !== undefined) parsePermission(body.draft);
    const asked = body.draft === undefined ? texts : { ...texts, own: body.draft };
    return explain(asked, requestOf(ctx, params.operator_id, row.user_name, body));
  });

  handle(app, whoCanEndpoint, permitted('operator_id'), async ({ params, query }) => {
    const operation = servedOperation(app, query.api);
    if (!operation) {
      const reason = { en: 'is not an operation of this server', ja: 'このサーバーの操作ではありません。' };
      throw new Failure('COM0001', { field: 'api', reason });
    }
    if (query.user_name !== undefined) await findSamUser(ctx.db, params.operator_id, query.user_name);
    return await whoCan(ctx.db, params.operator_id, operation, query.user_name);
  });
}

/** The call that is asked about; what the question leaves out is as in an ordinary call now. */
function requestOf(
  ctx: Context,
  operatorId: string,
  userName: string,
  asked: BodyOf<typeof explainPermission>,
): Request {
  const method = asked.authMethod ?? 'password';
  return {
    api: asked.api,
    httpMethod: endpoints.find((endpoint) => endpoint.operation === asked.api)?.method ?? 'GET',
    requestPath: '',
    pathVariables: asked.pathVariables ?? {},
    queryParameters: asked.queryParameters ?? {},
    nowMs: asked.at ?? ctx.now(),
    timeZone: ctx.config.timeZone,
    sourceIp: asked.sourceIp ?? null,
    samUserName: userName,
    operatorId,
    mfaAuthenticated: asked.mfaAuthenticated ?? method === 'password+totp',
    authMethod: method,
    authAgeSeconds: 0,
    secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
  };
}

function servedOperation(app: FastifyInstance, name: string): ServedOperation | undefined {
  const binding = app.warifu.bindings.find(({ endpoint }) => endpoint.operation === name);
  if (!binding) return undefined;
  const pathVariables = [...binding.endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return { name, pathVariables, rootOnly: binding.guard.startsWith('root'), personOnly: binding.endpoint.personOnly };
}
