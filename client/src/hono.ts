import type { Context, MiddlewareHandler } from 'hono';
import { type Asserted, type AssertionOptions, createVerifier } from './gate/assertion.ts';
import type { IncomingCall } from './gate/call.ts';
import { createGate, type GateOptions, type Granted } from './gate/gate.ts';
import { type Guards, guardsOf } from './gate/guards.ts';
import { Refusal } from './gate/refusal.ts';

export type { Asserted, AssertionOptions, GateOptions, Granted };

type Options = GateOptions & {
  /** Where a request came from; on Node the address of the socket when left out. */
  readonly sourceIp?: ((c: Context) => string | undefined) | undefined;
};

type Guard = MiddlewareHandler<{ Variables: { warifu: Granted } }>;

/** Guards for the routes of Hono; handlers behind them have `c.get('warifu')`. @throws TypeError as `createGate` */
export function guards(options: Options): Guards<Guard> {
  const decide = createGate(options);
  const { sourceIp = socketOf } = options;
  return guardsOf(
    (wanted): Guard =>
      async (c, next) => {
        const decided = await decide(callOf(c, sourceIp(c)), wanted);
        if (decided instanceof Refusal) return responseOf(decided);
        c.set('warifu', decided);
        return await next();
      },
  );
}

/** Lets by what forward-auth vouched for to this application; handlers have `c.get('warifuAssertion')`. */
export function verifyAssertion(
  options: AssertionOptions,
): MiddlewareHandler<{ Variables: { warifuAssertion: Asserted } }> {
  const verify = createVerifier(options);
  return async (c, next) => {
    const verified = await verify(callOf(c, undefined));
    if (verified instanceof Refusal) return responseOf(verified);
    c.set('warifuAssertion', verified);
    return await next();
  };
}

function callOf(c: Context, sourceIp: string | undefined): IncomingCall {
  return {
    method: c.req.method,
    target: c.req.url.replace(/^[a-z]+:\/\/[^/]*/i, ''),
    header: (name) => c.req.header(name),
    pathVariables: c.req.param() as Record<string, string>,
    sourceIp,
    isExact: () => isExact(c),
  };
}

/**
 * Hono compares letter by letter.
 * SECURITY: but it may be told to leave out a slash at the end, or to route by something else than the path.
 */
function isExact({ req: { path, url } }: Context): boolean {
  const sent = url.replace(/^[a-z]+:\/\/[^/]*|\?.*$/gis, '');
  return path === decodeURI(sent.replaceAll('%25', '%2525'));
}

/** As `@hono/node-server` has it. */
function socketOf(c: Context): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}

function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
