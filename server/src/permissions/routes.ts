import {
  type BodyOf,
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
import { findOperation } from '../authorize/catalogue.ts';
import { parseNewPermission, parsePermission, textsOf } from '../authorize/documents.ts';
import { explain } from '../authorize/explain.ts';
import { subjectOf } from '../authorize/facts.ts';
import { type Access, whoCan } from '../authorize/who-can.ts';
import { etagOf } from '../change/etag.ts';
import type { RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import { type Caller, permitted, permittedOrAboutOneself } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { findOperator } from '../operators/operators.ts';
import { findSamUser } from '../users/users.ts';
import { setDefaultPermissions, setOwnPermission } from './permission-texts.ts';
import { setTrustPolicy } from './trust.ts';

/** Who may do what: permissions of users, defaults, trust policies, and the questions about them. */
export function registerPermissionRoutes(app: FastifyInstance): void {
  registerUserPermissionRoutes(app);
  registerDefaultPermissionRoutes(app);
  registerTrustPolicyRoutes(app);
  registerQuestionRoutes(app);
}

type UserPath = { operator_id: string; user_name: string };

function whoOf(params: UserPath) {
  return { operatorId: params.operator_id, userName: params.user_name };
}

function registerUserPermissionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getUserPermission, permitted('operator_id'), async ({ params, reply }) => {
    const { permission } = await findSamUser(ctx.db, params.operator_id, params.user_name);
    reply.header('etag', etagOf(permission));
    return { permission };
  });

  handle(app, updateUserPermission, permitted('operator_id'), async ({ cause, params, body, request }) => {
    await setOwnPermission(cause, whoOf(params), body.permission, request.headers['if-match']);
    return undefined;
  });

  handle(app, deleteUserPermission, permitted('operator_id'), async ({ cause, params, request }) => {
    await setOwnPermission(cause, whoOf(params), '', request.headers['if-match']);
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

  handle(app, updateDefaultPermissions, permitted('operator_id'), async ({ cause, params, body, request }) => {
    parseNewPermission(body.permissions);
    await setDefaultPermissions(cause, params.operator_id, body.permissions, request.headers['if-match']);
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

  handle(app, updateUserTrustPolicy, permitted('operator_id'), async ({ cause, params, body, request }) => {
    await setTrustPolicy(cause, whoOf(params), body.trustPolicy ?? '', request.headers['if-match']);
    return undefined;
  });

  handle(app, deleteUserTrustPolicy, permitted('operator_id'), async ({ cause, params, request }) => {
    await setTrustPolicy(cause, whoOf(params), null, request.headers['if-match']);
    return undefined;
  });
}

function registerQuestionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, explainPermission, permittedOrAboutOneself('operator_id'), async ({ caller, info, params, body }) => {
    const row = await findSamUser(ctx.db, params.operator_id, body.userName);
    const texts = await textsOf(ctx.db, row.operator_id, row.user_id);
    if (!texts) throw new Failure('COM0404');
    if (body.draft !== undefined) parsePermission(body.draft);
    const meant = body.userName === caller.userName ? { ...asThisCall(ctx.now(), caller, info), ...body } : body;
    const asked = body.draft === undefined ? texts : { ...texts, own: body.draft };
    return explain(ctx, asked, accessOf(app, body.api), askedCall(ctx.now(), row, meant));
  });

  handle(app, whoCanEndpoint, permitted('operator_id'), async ({ params, query }) => {
    const endpoint = findOperation(query.api);
    const access = accessOf(app, query.api);
    if (!endpoint || !access) {
      const reason = { en: 'is not an operation of this server', ja: 'このサーバーの操作ではありません。' };
      throw new Failure('COM0001', { field: 'api', reason });
    }
    if (query.user_name !== undefined) await findSamUser(ctx.db, params.operator_id, query.user_name);
    return await whoCan(ctx.db, { operatorId: params.operator_id, endpoint, access, target: query.user_name });
  });
}

/** Whoever asks about itself means its own session, from where it is, as far as it says nothing else. */
function asThisCall(now: number, caller: Caller, { sourceIp }: RequestInfo) {
  const { authMethod, authAgeSeconds } = subjectOf(caller, now);
  return { ...(authMethod !== 'passkey' && { authMethod }), authAgeSeconds, sourceIp };
}

/** The call that is asked about; what the question leaves out is as in an ordinary call of that user now. */
function askedCall(
  now: number,
  user: { operator_id: string; user_name: string; mfa_reset_at: number | null },
  asked: BodyOf<typeof explainPermission>,
) {
  const at = asked.at ?? now;
  const sinceReset = user.mfa_reset_at === null ? undefined : Math.max(0, Math.floor((at - user.mfa_reset_at) / 1000));
  const authMethod = asked.authMethod ?? 'password';
  const subject = {
    operatorId: user.operator_id,
    userName: user.user_name,
    authMethod,
    mfaAuthenticated: asked.mfaAuthenticated ?? authMethod === 'password+totp',
    authAgeSeconds: asked.authAgeSeconds ?? 0,
    secondsSinceMfaReset: asked.secondsSinceMfaReset ?? sinceReset,
  };
  const called = {
    endpoint: findOperation(asked.api) ?? { operation: asked.api, method: 'GET' as const, path: '', personOnly: false },
    pathVariables: asked.pathVariables ?? {},
    queryParameters: asked.queryParameters ?? {},
    sourceIp: asked.sourceIp ?? null,
    at,
  };
  return { subject, called };
}

/** Who may call an operation at all, as it is bound; undefined for a name that this server does not serve. */
function accessOf(app: FastifyInstance, operation: string): Access | undefined {
  const guard = app.warifu.bindings.find(({ endpoint }) => endpoint.operation === operation)?.guard;
  if (guard === undefined) return undefined;
  if (guard === 'anyone' || guard === 'signed in') return guard;
  return guard.startsWith('root') ? 'root' : 'permission';
}
