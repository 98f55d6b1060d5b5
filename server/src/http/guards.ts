import type { AnyEndpoint } from '@warifu/contract';
import type { Request as PolicyRequest } from '@warifu/policy';
import type { FastifyRequest } from 'fastify';
import { deciderOf } from '../authorize/decider.ts';
import { roleTexts, textsOf } from '../authorize/documents.ts';
import { factsOf, subjectOf } from '../authorize/facts.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findSession, type Session } from '../sessions/sessions.ts';
import { isOwnPage } from './browser.ts';
import { readSessionCookie } from './cookies.ts';
import { refuse } from './refusal.ts';

/** A session with the secret that opened it. */
export type Caller = Session & {
  readonly token: string;
  readonly viaCookie: boolean;
  /** Decides the call again by what a transaction sees; see `Cause`. */
  readonly recheck?: (db: Db) => Promise<void>;
};

type Params = Record<string, string>;

/** Who may call an operation. Every operation is bound with one; there is no default. */
export type Guard<C> = {
  /** As the access matrix prints it. */
  readonly name: string;
  readonly check: (ctx: Context, request: FastifyRequest, endpoint: AnyEndpoint, params: Params) => Promise<C>;
};

/** No session needed. */
export const anyone: Guard<undefined> = { name: 'anyone', check: async () => undefined };

/** Any signed-in user, on its own behalf. */
export const signedIn: Guard<Caller> = {
  name: 'signed in',
  check: async (ctx, request, endpoint, params) => {
    const caller = await authenticate(ctx, request, endpoint);
    return await assertMayGoOn(ctx, request, endpoint, caller, params);
  },
};

/** The root user of the operator in the path (or of its own, when the path names none). */
export function rootOf(param?: string): Guard<Caller> {
  return {
    name: param ? `root of {${param}}` : 'root',
    check: async (ctx, request, endpoint, params) => {
      const caller = await callerOf(ctx, request, endpoint, param, params);
      if (caller.userId !== rootId) await refuse(ctx, request, caller, endpoint.operation, 'AUM0016');
      return await assertMayGoOn(ctx, request, endpoint, caller, params);
    },
  };
}

/** A user of the operator in the path whom the permissions allow this operation; the root user always. */
export function permitted(param?: string): Guard<Caller> {
  return {
    name: param ? `permitted in {${param}}` : 'permitted',
    check: async (ctx, request, endpoint, params) => {
      const caller = await callerOf(ctx, request, endpoint, param, params);
      const enrolling = mustEnrolFirst(caller) && isOwnEnrolment(endpoint, caller, params);
      // SECURITY: nothing is allowed to a SAM user until a permission says so.
      if (caller.userId !== rootId && !enrolling && !(await isAllowed(ctx, request, endpoint, caller, params))) {
        const { operation: permission } = endpoint;
        await refuse(ctx, request, caller, permission, 'AUM0017', { userName: caller.userName, permission });
      }
      const recheck = recheckOf(ctx, request, endpoint, caller, params);
      return { ...(await assertMayGoOn(ctx, request, endpoint, caller, params)), ...(!enrolling && { recheck }) };
    },
  };
}

/** The session of a request: header tokens, else the console's cookie. */
async function authenticate(ctx: Context, request: FastifyRequest, endpoint: AnyEndpoint): Promise<Caller> {
  const header = headerCredentials(request);
  const token = header?.token ?? readSessionCookie(request);
  if (!token) throw new Failure('AUM0001');
  const session = await findSession(ctx, header ? 'api' : 'console', token, header?.apiKey);
  if (!session) throw new Failure('AUM0001');
  const write = request.method !== 'GET' && request.method !== 'HEAD';
  if (!header && write && !isOwnPage(ctx, request, session.sessionId)) {
    await refuse(ctx, request, session, endpoint.operation, 'COM0403');
  }
  return { ...session, token, viaCookie: !header };
}

async function callerOf(
  ctx: Context,
  request: FastifyRequest,
  endpoint: AnyEndpoint,
  param: string | undefined,
  params: Params,
): Promise<Caller> {
  const caller = await authenticate(ctx, request, endpoint);
  // SECURITY: another operator's anything is not there.
  if (param !== undefined && caller.operatorId !== params[param]) throw new Failure('COM0404');
  return caller;
}

async function isAllowed(
  ctx: Context,
  request: FastifyRequest,
  endpoint: AnyEndpoint,
  caller: Caller,
  params: Params,
): Promise<boolean> {
  const roles = await roleTexts(ctx.db, caller.operatorId, caller.userId);
  const texts = { own: caller.permission, roles, defaults: caller.defaultPermissions };
  return deciderOf(texts).decide(policyRequest(ctx, request, endpoint, caller, params)) === 'allow';
}

/** The same question by what a transaction sees, after it took its locks. */
function recheckOf(ctx: Context, request: FastifyRequest, endpoint: AnyEndpoint, caller: Caller, params: Params) {
  return async (db: Db) => {
    if (caller.userId === rootId) return;
    const texts = await textsOf(db, caller.operatorId, caller.userId);
    const allowed = texts && deciderOf(texts).decide(policyRequest(ctx, request, endpoint, caller, params)) === 'allow';
    const { userName } = caller;
    if (!allowed) throw new Failure('AUM0017', { userName, permission: endpoint.operation });
  };
}

/** The call as conditions see it. */
function policyRequest(
  ctx: Context,
  request: FastifyRequest,
  endpoint: AnyEndpoint,
  caller: Caller,
  params: Params,
): PolicyRequest {
  const now = ctx.now();
  return factsOf(ctx, subjectOf(caller, now), {
    endpoint,
    pathVariables: params,
    queryParameters: request.query as Record<string, string | string[]>,
    sourceIp: request.server.warifu.sourceIp(request.raw),
    at: now,
  });
}

/** The conditions that hold for an operation whoever calls it. */
async function assertMayGoOn(
  ctx: Context,
  request: FastifyRequest,
  endpoint: AnyEndpoint,
  caller: Caller,
  params: Params,
): Promise<Caller> {
  const needsPerson = endpoint.personOnly || isBeyondBorrowed(endpoint, caller, params);
  if (needsPerson && !isPerson(caller)) await refuse(ctx, request, caller, endpoint.operation, 'AUM0015');
  if (mustEnrolFirst(caller) && !isOwnEnrolment(endpoint, caller, params)) throw new Failure('MFA0008');
  if (endpoint.stepUp && caller.provedAt + limits.stepUp <= ctx.now()) throw new Failure('MFA0004');
  return caller;
}

/** Opened by a person with a password, not by an AuthKey or a switch (R50, R64). */
function isPerson(caller: Session): boolean {
  return caller.authMethod === 'password' || caller.authMethod === 'password+totp';
}

/** A user whose operator requires MFA can only enrol until it has it. Programs with AuthKeys are not asked for MFA. */
function mustEnrolFirst(caller: Caller): boolean {
  return caller.mfaRequired && !caller.mfaActive && isPerson(caller);
}

/** SECURITY: each kind of user may enrol itself only; the root user's MFA is no SAM user's business */
function isOwnEnrolment({ traits }: AnyEndpoint, caller: Caller, params: Params): boolean {
  if (traits.includes('enrolment')) return true;
  if (caller.userId === rootId) return traits.includes('root enrolment');
  return traits.includes('sam enrolment') && params.user_name === caller.userName;
}

/**
 * SECURITY: a borrowed session makes nothing that outlives it. A session of an AuthKey, which may be a stolen one, makes
 * no further credential for its own user and ends nobody's sessions but its own.
 */
function isBeyondBorrowed({ traits }: AnyEndpoint, caller: Caller, params: Params): boolean {
  const makes = traits.includes('lasting credential');
  if (caller.authMethod === 'switchUser') return makes;
  const itself = params.user_name === undefined || params.user_name === caller.userName;
  return caller.authMethod === 'authKey' && itself && (makes || traits.includes('ends sessions'));
}

/** Key and token must come together; a bearer token comes alone (api.md, Headers). */
function headerCredentials(request: FastifyRequest): { token: string; apiKey: string | undefined } | undefined {
  const { headers } = request;
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  for (const [keyName, tokenName] of headerPairs) {
    const apiKey = one(keyName);
    const token = one(tokenName);
    if (apiKey !== undefined || token !== undefined) return { token: token ?? '', apiKey: apiKey ?? '' };
  }
  const bearer = /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ? { token: bearer, apiKey: undefined } : undefined;
}

const headerPairs = [
  ['x-soracom-api-key', 'x-soracom-token'],
  ['x-api-key', 'x-token'],
] as const;
