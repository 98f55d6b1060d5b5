import type { Request, RequestHandler, Response } from 'express';
import { type Asserted, type AssertionOptions, createVerifier } from './gate/assertion.ts';
import type { IncomingCall } from './gate/call.ts';
import { createGate, type GateOptions, type Granted } from './gate/gate.ts';
import { type Guards, guardsOf } from './gate/guards.ts';
import { Refusal } from './gate/refusal.ts';
import { isSpeltAs, spellingsOfExpress } from './gate/route.ts';

export type { Asserted, AssertionOptions, GateOptions, Granted };

declare global {
  // The types of Express are extended so and in no other way.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** Behind a guard of Warifu: whose session it is. */
      warifu: Granted;
      /** Behind `verifyAssertion`: whom forward-auth vouches for. */
      warifuAssertion: Asserted;
    }
  }
}

/** Guards for the routes of Express; handlers behind them have `request.warifu`. @throws TypeError as `createGate` */
export function guards(options: GateOptions): Guards<RequestHandler> {
  const decide = createGate(options);
  return guardsOf(
    (wanted): RequestHandler =>
      async (request, response, next) => {
        const decided = await decide(callOf(request), wanted);
        if (decided instanceof Refusal) return answer(response, decided);
        request.warifu = decided;
        next();
      },
  );
}

/** Lets by what forward-auth vouched for to this application; handlers have `request.warifuAssertion`. */
export function verifyAssertion(options: AssertionOptions): RequestHandler {
  const verify = createVerifier(options);
  return async (request, response, next) => {
    const verified = await verify(callOf(request));
    if (verified instanceof Refusal) return answer(response, verified);
    request.warifuAssertion = verified;
    next();
  };
}

function callOf(request: Request): IncomingCall {
  const values = Object.entries(request.params).map(([name, value]) => [name, [value].flat().join('/')]);
  const pathVariables = Object.fromEntries(values) as Record<string, string>;
  return {
    method: request.method,
    target: request.originalUrl,
    header: (name) => request.get(name),
    pathVariables,
    sourceIp: request.ip,
    isExact: () => isExact(request, pathVariables),
  };
}

/**
 * SECURITY: the router takes capitals for small letters and a slash at the end for none, unless it is told otherwise; of a
 * mount it does not say how it was given. What it routed may have been written by a handler before, so that nothing but
 * the path that was sent, and that the catalogue is asked about, counts.
 */
function isExact({ route, baseUrl, originalUrl }: Request, values: Record<string, string>): boolean {
  const { path: template } = (route ?? {}) as { path?: unknown };
  const path = originalUrl.replace(/\?.*$/s, '');
  if (typeof template !== 'string' || !path.startsWith(baseUrl) || baseUrl !== baseUrl.toLowerCase()) return false;
  const below = baseUrl !== '' && template === '/' ? '' : template;
  return isSpeltAs(spellingsOfExpress(below), values, path.slice(baseUrl.length));
}

function answer(response: Response, { status, headers, body }: Refusal): void {
  response.status(status).set(headers).end(body);
}
