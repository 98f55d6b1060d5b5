import type { AnyEndpoint } from '@warifu/contract';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findSession, type Session } from '../sessions/sessions.ts';
import { assertOwnPage } from './browser.ts';
import { readSessionCookie } from './cookies.ts';

/** A session with the secret that opened it. */
export type Caller = Session & { readonly token: string; readonly viaCookie: boolean };

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
  check: async (ctx, request, endpoint) => fresh(ctx, endpoint, await authenticate(ctx, request)),
};

/** The root user of the operator in the path, in a session of its own that a password opened. */
export function rootOf(param: string): Guard<Caller> {
  return {
    name: `root of {${param}}`,
    check: async (ctx, request, endpoint, params) => {
      const caller = await callerOf(ctx, request, params[param]);
      if (caller.userKey !== '') throw new Failure('AUM0016');
      if (!caller.authMethod.startsWith('password')) throw new Failure('AUM0015');
      return fresh(ctx, endpoint, caller);
    },
  };
}

/** A user of the operator in the path whom the permissions allow this operation; the root user always. */
export function permitted(param?: string): Guard<Caller> {
  return {
    name: param ? `permitted in {${param}}` : 'permitted',
    check: async (ctx, request, endpoint, params) => {
      const caller = param ? await callerOf(ctx, request, params[param]) : await authenticate(ctx, request);
      // SECURITY: nothing is allowed to a SAM user until a permission says so.
      if (caller.userKey !== '') {
        throw new Failure('AUM0017', { userName: caller.userName, permission: endpoint.permission });
      }
      return fresh(ctx, endpoint, caller);
    },
  };
}

/** The session of a request: header tokens, else the console's cookie. */
export async function authenticate(ctx: Context, request: FastifyRequest): Promise<Caller> {
  const header = headerCredentials(request);
  const token = header?.token ?? readSessionCookie(request);
  if (!token) throw new Failure('AUM0001');
  const session = await findSession(ctx, header ? 'api' : 'console', token, header?.apiKey);
  if (!session) throw new Failure('AUM0001');
  if (!header && request.method !== 'GET' && request.method !== 'HEAD') assertOwnPage(ctx, request, session.sessionId);
  return { ...session, token, viaCookie: !header };
}

async function callerOf(ctx: Context, request: FastifyRequest, operatorId: string | undefined): Promise<Caller> {
  const caller = await authenticate(ctx, request);
  // SECURITY: another operator's anything is not there.
  if (caller.operatorId !== operatorId) throw new Failure('COM0404');
  return caller;
}

function fresh(ctx: Context, endpoint: AnyEndpoint, caller: Caller): Caller {
  if (endpoint.stepUp && caller.provedAt + limits.stepUp <= ctx.now()) throw new Failure('MFA0004');
  return caller;
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
