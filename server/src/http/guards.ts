import type { AnyEndpoint, ErrorCode, MessageParams } from '@warifu/contract';
import type { Request as PolicyRequest } from '@warifu/policy';
import type { FastifyRequest } from 'fastify';
import { isClosedTo } from '../authorize/catalogue.ts';
import { deciderFor, deciderOf } from '../authorize/decider.ts';
import { textsOf } from '../authorize/documents.ts';
import { factsOf, subjectOf } from '../authorize/facts.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findSession, isPerson, type Session } from '../sessions/live.ts';
import { isOwnPage } from './browser.ts';
import { readSessionCookie } from './cookies.ts';
import { refuseCall } from './refusal.ts';

/** A session with the secret that opened it. */
export type Caller = Session & {
  readonly token: string;
  readonly viaCookie: boolean;
  /** Decides the call again by what a transaction sees; see `Cause`. */
  readonly recheck?: (db: Db) => Promise<void>;
};

type Params = Record<string, string>;

/** A request that was matched to an operation. */
export type Incoming = {
  readonly ctx: Context;
  readonly request: FastifyRequest;
  readonly endpoint: AnyEndpoint;
  readonly params: Params;
};

/** Who may call an operation. Every operation is bound with one; there is no default. */
export type Guard<C> = {
  /** As the access matrix prints it. */
  readonly name: string;
  readonly check: (incoming: Incoming) => Promise<C>;
};

/** No session needed. */
export const anyone: Guard<undefined> = { name: 'anyone', check: async () => undefined };

/** Any signed-in user, on its own behalf. */
export const signedIn: Guard<Caller> = {
  name: 'signed in',
  check: async (incoming) => {
    const caller = await authenticate(incoming);
    return await assertMayGoOn(incoming, caller);
  },
};

/** The root user of the operator in the path (or of its own, when the path names none). */
export function rootOf(param?: string): Guard<Caller> {
  return {
    name: param ? `root of {${param}}` : 'root',
    check: async (incoming) => {
      const caller = await callerOf(incoming, param);
      if (caller.userId !== rootId) await refuseFor(incoming, caller, 'AUM0016');
      return await assertMayGoOn(incoming, caller);
    },
  };
}

/** A user of the operator in the path whom the permissions allow this operation; the root user always. */
export function permitted(param?: string): Guard<Caller> {
  return permittedUnless(param ? `permitted in {${param}}` : 'permitted', param, () => false);
}

/** The same for a question about the user that the body names; about itself everybody may ask. */
export function permittedOrAboutOneself(param: string): Guard<Caller> {
  return permittedUnless(`permitted in {${param}}, or about oneself`, param, isAboutOneself);
}

function permittedUnless(
  name: string,
  param: string | undefined,
  isFree: (incoming: Incoming, caller: Caller) => boolean,
): Guard<Caller> {
  return {
    name,
    check: async (incoming) => {
      const caller = await callerOf(incoming, param);
      const enrolling = mustEnrolFirst(caller) && isOwnEnrolment(incoming, caller);
      const free = caller.userId === rootId || enrolling || isFree(incoming, caller);
      // SECURITY: nothing is allowed to a SAM user until a permission says so.
      if (!free && !(await isAllowed(incoming, caller))) {
        const params = { userName: caller.userName, permission: incoming.endpoint.operation };
        await refuseFor(incoming, caller, 'AUM0017', params);
      }
      await assertMayGoOn(incoming, caller);
      return enrolling ? caller : Object.assign(caller, { recheck: recheckOf(incoming, caller) });
    },
  };
}

/** The session of a request: header tokens, else the console's cookie. */
async function authenticate({ ctx, request, endpoint }: Incoming): Promise<Caller> {
  const header = headerCredentials(request);
  const token = header?.token ?? readSessionCookie(request);
  if (!token) throw new Failure('AUM0001');
  const session = await findSession(ctx, header ? 'api' : 'console', token, header?.apiKey);
  if (!session) throw new Failure('AUM0001');
  const write = request.method !== 'GET' && request.method !== 'HEAD';
  if (!header && write && !isOwnPage(ctx, request, session.sessionId)) {
    await refuseCall(request, session, endpoint.operation, new Failure('COM0403'));
  }
  return { ...session, token, viaCookie: !header };
}

async function callerOf(incoming: Incoming, param: string | undefined): Promise<Caller> {
  const caller = await authenticate(incoming);
  // SECURITY: another operator's anything is not there.
  if (param !== undefined && caller.operatorId !== incoming.params[param]) throw new Failure('COM0404');
  return caller;
}

// SECURITY: the body was not checked yet; only the very name of the caller, as text, makes it a question about oneself.
function isAboutOneself({ request }: Incoming, { userName }: Caller): boolean {
  return (request.body as { userName?: unknown } | null | undefined)?.userName === userName;
}

async function isAllowed(incoming: Incoming, caller: Caller): Promise<boolean> {
  const decider = deciderFor(incoming.ctx.db, caller);
  return (decider instanceof Promise ? await decider : decider).decide(policyRequest(incoming, caller)) === 'allow';
}

/** The same question by what a transaction sees, after it took its locks. */
function recheckOf(incoming: Incoming, caller: Caller) {
  return async (db: Db) => {
    if (caller.userId === rootId) return;
    const texts = await textsOf(db, caller.operatorId, caller.userId);
    const allowed = texts && deciderOf(texts).decide(policyRequest(incoming, caller)) === 'allow';
    const { userName } = caller;
    if (!allowed) throw new Failure('AUM0017', { userName, permission: incoming.endpoint.operation });
  };
}

/** The call as conditions see it. */
function policyRequest({ ctx, request, endpoint, params }: Incoming, caller: Caller): PolicyRequest {
  const now = ctx.now();
  return factsOf(ctx, subjectOf(caller, now), {
    endpoint,
    pathVariables: params,
    queryParameters: request.query as Record<string, string | string[]>,
    sourceIp: request.server.warifu.sourceIp(request.raw),
    at: now,
  });
}

/** Refuses and writes it down; see `refuseCall`. */
async function refuseFor({ request, endpoint }: Incoming, caller: Caller, code: ErrorCode, params: MessageParams = {}) {
  return await refuseCall(request, caller, endpoint.operation, new Failure(code, params));
}

/** The conditions that hold for an operation whoever calls it. */
async function assertMayGoOn(incoming: Incoming, caller: Caller): Promise<Caller> {
  const { ctx, endpoint, params } = incoming;
  if (isClosedTo(caller, endpoint, params.user_name)) await refuseFor(incoming, caller, 'AUM0015');
  if (mustEnrolFirst(caller) && !isOwnEnrolment(incoming, caller)) throw new Failure('MFA0008');
  if (endpoint.stepUp && caller.provedAt + limits.stepUp <= ctx.now()) throw new Failure('MFA0004');
  return caller;
}

/** A user whose operator requires MFA can only enrol until it has it. Programs with AuthKeys are not asked for MFA. */
function mustEnrolFirst(caller: Caller): boolean {
  return caller.mfaRequired && !caller.mfaActive && isPerson(caller);
}

/** SECURITY: each kind of user may enrol itself only; the root user's MFA is no SAM user's business. */
function isOwnEnrolment({ endpoint: { traits }, params }: Incoming, caller: Caller): boolean {
  if (traits.includes('enrolment')) return true;
  if (caller.userId === rootId) return traits.includes('root enrolment');
  return traits.includes('sam enrolment') && params.user_name === caller.userName;
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
