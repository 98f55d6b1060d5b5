import type { AnyEndpoint, ErrorCode, MessageParams } from '@warifu/contract';
import type { Request as PolicyRequest } from '@warifu/policy';
import type { FastifyRequest } from 'fastify';
import { isClosedTo } from '../authorize/catalogue.ts';
import { deciderFor, deciderOf } from '../authorize/decider.ts';
import { textsOf } from '../authorize/documents.ts';
import { factsOf, subjectOf } from '../authorize/facts.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { type Soon, whenThere } from '../db/reads.ts';
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
  readonly check: (incoming: Incoming) => Soon<C>;
  /** Decides the call again by what a transaction sees, after it took its locks; see `Cause`. */
  readonly recheck?: (incoming: Incoming, caller: Caller, db: Db) => Promise<void>;
};

/** No session needed. */
export const anyone: Guard<undefined> = { name: 'anyone', check: () => undefined };

/** Any signed-in user, on its own behalf. */
export const signedIn: Guard<Caller> = {
  name: 'signed in',
  check: (incoming) => whenThere(authenticate(incoming), (caller) => assertMayGoOn(incoming, caller)),
};

/** The root user of the operator in the path (or of its own, when the path names none). */
export function rootOf(param?: string): Guard<Caller> {
  return {
    name: param ? `root of {${param}}` : 'root',
    check: (incoming) =>
      whenThere(callerOf(incoming, param), (caller) => {
        return caller.userId === rootId ? assertMayGoOn(incoming, caller) : refuseFor(incoming, caller, 'AUM0016');
      }),
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
    check: (incoming) =>
      whenThere(callerOf(incoming, param), (caller) => {
        if (needsNoPermission(incoming, caller) || isFree(incoming, caller)) return assertMayGoOn(incoming, caller);
        return whenThere(isAllowed(incoming, caller), (allowed) => {
          // SECURITY: nothing is allowed to a SAM user until a permission says so.
          return allowed
            ? assertMayGoOn(incoming, caller)
            : refuseFor(incoming, caller, 'AUM0017', lacking(incoming, caller));
        });
      }),
    recheck: async (incoming, caller, db) => {
      if (needsNoPermission(incoming, caller)) return;
      const texts = await textsOf(db, caller.operatorId, caller.userId);
      const allowed = texts && deciderOf(texts).decide(policyRequest(incoming, caller)) === 'allow';
      if (!allowed) throw new Failure('AUM0017', lacking(incoming, caller));
    },
  };
}

function needsNoPermission(incoming: Incoming, caller: Caller): boolean {
  return caller.userId === rootId || (mustEnrolFirst(caller) && isOwnEnrolment(incoming, caller));
}

function lacking({ endpoint }: Incoming, { userName }: Caller): MessageParams {
  return { userName, permission: endpoint.operation };
}

/** The session of a request: header tokens, else the console's cookie. */
function authenticate({ ctx, request, endpoint }: Incoming): Soon<Caller> {
  const header = headerCredentials(request);
  const token = header?.token ?? readSessionCookie(request);
  if (!token) throw new Failure('AUM0001');
  return whenThere(findSession(ctx, header ? 'api' : 'console', token, header?.apiKey), (session) => {
    if (!session) throw new Failure('AUM0001');
    const write = request.method !== 'GET' && request.method !== 'HEAD';
    if (!header && write && !isOwnPage(ctx, request, session.sessionId)) {
      return refuseCall(request, session, endpoint.operation, new Failure('COM0403'));
    }
    return { ...session, token, viaCookie: !header };
  });
}

function callerOf(incoming: Incoming, param: string | undefined): Soon<Caller> {
  return whenThere(authenticate(incoming), (caller) => {
    // SECURITY: another operator's anything is not there.
    if (param !== undefined && caller.operatorId !== incoming.params[param]) throw new Failure('COM0404');
    return caller;
  });
}

// SECURITY: the body was not checked yet; only the very name of the caller, as text, makes it a question about oneself.
function isAboutOneself({ request }: Incoming, { userName }: Caller): boolean {
  return (request.body as { userName?: unknown } | null | undefined)?.userName === userName;
}

function isAllowed(incoming: Incoming, caller: Caller): Soon<boolean> {
  return whenThere(deciderFor(incoming.ctx.db, caller), (decider) => {
    return decider.decide(policyRequest(incoming, caller)) === 'allow';
  });
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
function refuseFor({ request, endpoint }: Incoming, caller: Caller, code: ErrorCode, params: MessageParams = {}) {
  return refuseCall(request, caller, endpoint.operation, new Failure(code, params));
}

/** The conditions that hold for an operation whoever calls it. */
function assertMayGoOn(incoming: Incoming, caller: Caller): Soon<Caller> {
  const { ctx, endpoint, params } = incoming;
  if (isClosedTo(caller, endpoint, params.user_name)) return refuseFor(incoming, caller, 'AUM0015');
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
