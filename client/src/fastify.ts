import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Asserted, type AssertionOptions, createVerifier } from './gate/assertion.ts';
import type { IncomingCall } from './gate/call.ts';
import { createGate, type GateOptions, type Granted } from './gate/gate.ts';
import { type Guards, guardsOf } from './gate/guards.ts';
import { Refusal } from './gate/refusal.ts';
import { isSpeltAs, spellingsOfFastify } from './gate/route.ts';

export type { Asserted, AssertionOptions, GateOptions, Granted };

declare module 'fastify' {
  interface FastifyRequest {
    /** Behind a guard of Warifu: whose session it is. */
    warifu: Granted;
    /** Behind `verifyAssertion`: whom forward-auth vouches for. */
    warifuAssertion: Asserted;
  }
}

/** A hook for `onRequest`: before the body is read. */
export type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Guards for the routes of Fastify; handlers behind them have `request.warifu`. @throws TypeError as `createGate` */
export function guards(options: GateOptions): Guards<Hook> {
  const decide = createGate(options);
  return guardsOf(
    (wanted): Hook =>
      async (request, reply) => {
        const decided = await decide(callOf(request), wanted);
        if (decided instanceof Refusal) return answer(reply, decided);
        request.warifu = decided;
        return undefined;
      },
  );
}

/** Lets by what forward-auth vouched for to this application; handlers have `request.warifuAssertion`. */
export function verifyAssertion(options: AssertionOptions): Hook {
  const verify = createVerifier(options);
  return async (request, reply) => {
    const verified = await verify(callOf(request));
    if (verified instanceof Refusal) return answer(reply, verified);
    request.warifuAssertion = verified;
    return undefined;
  };
}

function callOf({ method, url, headers, params, ip, routeOptions }: FastifyRequest): IncomingCall {
  const pathVariables = (params ?? {}) as Record<string, string>;
  return {
    method,
    target: url,
    header: (name) => [headers[name]].flat().join(', ') || undefined,
    pathVariables,
    sourceIp: ip,
    // SECURITY: the router may be told to take capitals for small letters, and slashes for none. On a request that no route
    // took there is no route to compare with.
    isExact: () =>
      routeOptions.url !== undefined &&
      isSpeltAs(spellingsOfFastify(routeOptions.url), pathVariables, url.replace(/\?.*$/s, '')),
  };
}

function answer(reply: FastifyReply, { status, headers, body }: Refusal): FastifyReply {
  return reply.code(status).headers(headers).serializer(String).send(body);
}
