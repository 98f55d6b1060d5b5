import type { Request, RequestHandler, Response } from 'express';
import { type Asserted, type AssertionOptions, createVerifier } from './gate/assertion.ts';
import { type IncomingCall, isSpeltAs } from './gate/call.ts';
import { createGate, type GateOptions, type Granted } from './gate/gate.ts';
import { type Guards, guardsOf } from './gate/guards.ts';
import { Refusal } from './gate/refusal.ts';

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
  return {
    method: request.method,
    target: request.originalUrl,
    header: (name) => request.get(name),
    pathVariables: Object.fromEntries(values) as Record<string, string>,
    sourceIp: request.ip,
    exact: isExact(request),
  };
}

/** SECURITY: the router takes capitals for small letters, unless it is told otherwise; of a mount it does not say how it was given. */
function isExact({ route, baseUrl, path }: Request): boolean {
  const { path: template } = (route ?? {}) as { path?: unknown };
  return typeof template === 'string' && baseUrl === baseUrl.toLowerCase() && isSpeltAs(template, path);
}

function answer(response: Response, { status, headers, body }: Refusal): void {
  response.status(status).set(headers).end(body);
}
