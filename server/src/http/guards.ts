import type { IncomingHttpHeaders } from 'node:http';
import { type Access, type AnyEndpoint, accessOf, listWaysBack, storedName } from '@warifu/contract';
import type { Request as PolicyRequest } from '@warifu/policy';
import type { FastifyRequest } from 'fastify';
import { deciderOf } from '../authorize/decider.ts';
import { textsOf } from '../authorize/documents.ts';
import { factsOf, subjectOf } from '../authorize/facts.ts';
import { quarantineFailure } from '../authorize/quarantine.ts';
import { enrolmentFailure } from '../authorize/requirement.ts';
import { judge, type Verdict, verdictOf } from '../authorize/verdict.ts';
import { isLoopback } from '../config/config.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { findGateKey, type GateKey, isGateKey } from '../gate/keys.ts';
import { findSession, type Session } from '../sessions/live.ts';
import { isOwnPage } from './browser.ts';
import { readSessionCookie } from './cookies.ts';
import { refuseCall } from './refusal.ts';
import type { IdentifiedRequest } from './security-headers.ts';

/** A session with the secret that opened it. */
export type Caller = Session & {
  readonly token: string;
  readonly viaCookie: boolean;
  /** Whether its permissions let it in. */
  readonly byPermission: boolean;
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
};

/** No session needed. */
export const anyone: Guard<undefined> = {
  name: 'anyone',
  check: ({ request }) => {
    if (isGateKey(gateKeyIn(request))) throw new Failure('AUM0061');
    return undefined;
  },
};

/** A program that Warifu guards, by its gate key. */
export const withGateKey: Guard<GateKey> = {
  name: 'gate key',
  check: ({ ctx, request }) => gateKeyOf(ctx, request),
};

type Sent = { readonly headers: IncomingHttpHeaders };

/** @throws Failure AUM0060 */
export function gateKeyOf(ctx: Context, sent: Sent): Soon<GateKey> {
  return whenThere(findGateKey(ctx, gateKeyIn(sent)), (key) => {
    if (!key) throw new Failure('AUM0060');
    return key;
  });
}

/**
 * The same, for programs on this computer only; for everybody else the operation is not there.
 * SECURITY: a proxy on this computer brings others in, whatever address and host name it shows.
 */
export function onThisComputer<C>(guard: Guard<C>): Guard<C> {
  return {
    name: `${guard.name}, on this computer`,
    check: (incoming) => {
      const { raw, server } = incoming.request;
      const near = isLoopback(raw.socket.remoteAddress ?? '') && isLoopback(server.warifu.sourceIp(raw));
      if (!near || forwarding.some((name) => raw.headers[name] !== undefined)) throw new Failure('COM0404');
      return guard.check(incoming);
    },
  };
}

const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Any signed-in user, on its own behalf. */
export const signedIn: Guard<Caller> = guardOf('signed in', 'signed in', undefined);

/** Any signed-in user of the operator in the path. */
export function signedInTo(param: string): Guard<Caller> {
  return guardOf(`signed in to {${param}}`, 'signed in', param);
}

/** The root user of the operator in the path (or of its own, when the path names none). */
export function rootOf(param?: string): Guard<Caller> {
  return guardOf(param ? `root of {${param}}` : 'root', 'root', param);
}

/** A user of the operator in the path whom the permissions allow this operation; the root user always. */
export function permitted(param?: string): Guard<Caller> {
  return guardOf(param ? `permitted in {${param}}` : 'permitted', 'permission', param);
}

/** The same for a question about the user that the body names; about itself everybody may ask. */
export function permittedOrAboutOneself(param: string): Guard<Caller> {
  return {
    name: `permitted in {${param}}, or about oneself`,
    check: (incoming) =>
      whenThere(callerOf(incoming, param), (caller) =>
        assertMayCall(incoming, caller, isAboutOneself(incoming, caller) ? 'signed in' : 'permission'),
      ),
  };
}

function guardOf(name: string, access: Access, param: string | undefined): Guard<Caller> {
  return {
    name,
    check: (incoming) => whenThere(callerOf(incoming, param), (caller) => assertMayCall(incoming, caller, access)),
  };
}

function assertMayCall(incoming: Incoming, caller: Caller, access: Access): Soon<Caller> {
  const { ctx, endpoint, params } = incoming;
  const asked = { endpoint, access, onUser: params.user_name, at: ctx.now() };
  return whenThere(
    judge(ctx.db, caller, asked, () => policyRequest(incoming, caller)),
    ({ decision, settledBy }) => {
      ctx.counts.decisions[decision]++;
      if (decision === 'deny') return refuseFor(incoming, caller, settledBy);
      return settledBy === 'permission' ? Object.assign(caller, { byPermission: true }) : caller;
    },
  );
}

/** The session of a request: header tokens, else the console's cookie. */
function authenticate({ ctx, request, endpoint }: Incoming): Soon<Caller> {
  const header = headerCredentials(request);
  const secrets = header ?? { token: readSessionCookie(request) ?? '', apiKey: undefined };
  const { token } = secrets;
  if (token === '') throw new Failure('AUM0001');
  return whenThere(findSession(ctx, header ? 'api' : 'console', secrets), (session) => {
    if (!session) throw new Failure('AUM0001');
    (request.raw as IdentifiedRequest).caller = session;
    const write = request.method !== 'GET' && request.method !== 'HEAD';
    if (!header && write && !isOwnPage(ctx, request, session.sessionId)) {
      return refuseCall(request, session, endpoint, new Failure('COM0403'));
    }
    return { ...session, token, viaCookie: !header, byPermission: false };
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
  const asked = (request.body as { userName?: unknown } | null | undefined)?.userName;
  return typeof asked === 'string' && storedName(asked) === userName;
}

/** Decides a call again by what a transaction sees, after it took its locks; see `Cause`. */
export function recheckOf(incoming: Incoming, caller: Caller) {
  return async (db: Db) => {
    const texts = await textsOf(db, caller.operatorId, caller.userId);
    const allowed = texts && deciderOf(texts).decide(policyRequest(incoming, caller)) === 'allow';
    const { userName } = caller;
    if (!allowed) throw new Failure('AUM0017', { userName, permission: incoming.endpoint.operation });
  };
}

/** Whether a caller may be told which users get in worse by what it does: those who may read how they get in. */
export function maySeeWaysBack(incoming: Incoming, caller: Caller) {
  return async (db: Db): Promise<boolean> => {
    const asked = { endpoint: listWaysBack, access: accessOf(listWaysBack), onUser: undefined, at: incoming.ctx.now() };
    const texts = await textsOf(db, caller.operatorId, caller.userId);
    const reading = policyRequest({ ...incoming, endpoint: listWaysBack }, caller);
    return verdictOf(caller, asked, texts ? deciderOf(texts).decide(reading) : 'deny').decision === 'allow';
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
async function refuseFor(incoming: Incoming, caller: Caller, settledBy: Verdict['settledBy']): Promise<never> {
  const { request, endpoint } = incoming;
  if (settledBy === 'enrolment') throw await enrolmentFailure(incoming.ctx.db, caller);
  // A question to who sits there, and nothing to write down.
  if (settledBy === 'proof') throw new Failure('MFA0004');
  if (settledBy === 'quarantine') return refuseCall(request, caller, endpoint, quarantineFailure(caller));
  // The reference has another status where its operation declares one.
  const code = settledBy === 'access' && endpoint.errors.includes('AUM0052') ? 'AUM0052' : refusals[settledBy];
  const params = settledBy === 'permission' ? { userName: caller.userName, permission: endpoint.operation } : {};
  return refuseCall(request, caller, endpoint, new Failure(code, params));
}

const refusals = { access: 'AUM0016', permission: 'AUM0017', session: 'AUM0015' } as const;

/**
 * The token that a program sent: key and token come together, a bearer token comes alone (api.md, Headers).
 * @throws Failure AUM0061 for a gate key
 */
export function headerCredentials(request: Sent): { token: string; apiKey: string | undefined } | undefined {
  const { headers } = request;
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  for (const [keyName, tokenName] of headerPairs) {
    const apiKey = one(keyName);
    const token = one(tokenName);
    if (apiKey !== undefined || token !== undefined) return { token: token ?? '', apiKey: apiKey ?? '' };
  }
  // SECURITY: a gate key opens no session, whatever else the request carries.
  if (isGateKey(gateKeyIn(request))) throw new Failure('AUM0061');
  const bearer = bearerOf(request);
  return bearer === '' ? undefined : { token: bearer, apiKey: undefined };
}

/** The token of RFC 6750 §2.1; empty when there is none. */
function bearerOf({ headers }: Sent): string {
  if (headers.authorization === undefined) return '';
  return /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization)?.[1] ?? '';
}

/** A gate key as a bearer token, or as the password of RFC 7617, which clients of RFC 7662 send as any user. */
function gateKeyIn(sent: Sent): string {
  const [, basic] = /^Basic ([\w+/]+=*)$/i.exec(sent.headers.authorization ?? '') ?? [];
  if (basic === undefined) return bearerOf(sent);
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? [];
  return isGateKey(password) ? password : '';
}

const headerPairs = [
  ['x-soracom-api-key', 'x-soracom-token'],
  ['x-api-key', 'x-token'],
] as const;
