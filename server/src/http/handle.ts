import {
  type AnyEndpoint,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
  receiptHeader,
} from '@warifu/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Cause, causeOf } from '../change/cause.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Session } from '../sessions/live.ts';
import { bodyReadingOf } from './bodies.ts';
import type { Caller, Guard } from './guards.ts';
import { inputReader } from './input.ts';
import { assertStrings } from './json-body.ts';
import type { MethodsOf } from './methods.ts';
import { refuseCall } from './refusal.ts';
import { requestInfoOf } from './request-info.ts';
import { validator } from './validation.ts';

/** What a handler gets: checked input, and who asks. */
export type Call<E extends AnyEndpoint, C> = {
  readonly caller: C;
  /** What a change is made with: it goes into its audit record and its mails. */
  readonly cause: Cause;
  readonly info: RequestInfo;
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

/** One line of the access matrix. */
export type Binding = { readonly endpoint: AnyEndpoint; readonly guard: string; readonly bodyLimit: number };

declare module 'fastify' {
  interface FastifyInstance {
    warifu: {
      readonly ctx: Context;
      readonly sourceIp: (request: FastifyRequest['raw']) => string;
      readonly bindings: Binding[];
      readonly methodsOf: MethodsOf;
    };
  }
}

/** Binds an endpoint of the contract, with its guard, to the function that does it. */
export function handle<E extends AnyEndpoint, C>(
  app: FastifyInstance,
  endpoint: E,
  guard: Guard<C>,
  work: (call: Call<E, C>) => Promise<ReplyOf<E>>,
): void {
  const { ctx, bindings } = app.warifu;
  const readInput = inputReader(endpoint);
  const check = {
    params: validator(endpoint.params, 'params'),
    query: validator(endpoint.query, 'query'),
    body: validator(endpoint.body, 'body'),
  };
  const bodyLimit = guard.name === 'anyone' ? limits.http.publicBodyBytes : limits.http.bodyBytes;
  bindings.push({ endpoint, guard: guard.name, bodyLimit });

  app.route({
    method: endpoint.method,
    url: endpoint.path.replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit,
    config: { body: bodyReadingOf(endpoint) },
    ...(endpoint.reply && endpoint.status !== 204 && { schema: { response: { [endpoint.status]: endpoint.reply } } }),
    handler: async (request, reply) => {
      const settling = ctx.settleClock();
      if (settling) await settling;
      const params = request.params as ParamsOf<E>;
      const caller = await guard.check({ ctx, request, endpoint, params: params as Record<string, string> });
      const { query, body } = readInput(request, reply) as { query: QueryOf<E>; body: BodyOf<E> };
      assertStrings(params);
      assertStrings(query);
      check.params(params);
      check.query(query);
      check.body(body);
      const result = await work(callOf({ caller, params, query, body, request, reply }, endpoint)).catch(
        (error: unknown) => rethrow(request, endpoint, caller, error),
      );
      reply.code(endpoint.status);
      return result === undefined ? reply.send() : result;
    },
  });
}

/** What only some operations ask for is made when they do. */
function callOf<E extends AnyEndpoint, C>(given: Omit<Call<E, C>, 'info' | 'cause'>, endpoint: E): Call<E, C> {
  const { caller, request } = given;
  let info: RequestInfo | undefined;
  const infoOf = () => (info ??= requestInfoOf(request, endpoint.operation));
  return {
    ...given,
    get info() {
      return infoOf();
    },
    get cause() {
      return causeOfCall(request.server.warifu.ctx, infoOf(), endpoint, caller);
    },
  };
}

/** Who may call was settled by the guard; a signed-in caller stands behind the change. */
function causeOfCall(ctx: Context, info: RequestInfo, endpoint: AnyEndpoint, caller: unknown): Cause {
  const cause = causeOf(ctx, info, 'anonymous', endpoint.status);
  if (!caller) return cause;
  const { recheck, ...session } = caller as Caller;
  return { ...cause, caller: session, ...(recheck && { recheck }) };
}

/** An attempt to reach beyond one's own permissions is written down after its transaction was taken back (R72). */
async function rethrow(
  request: FastifyRequest,
  endpoint: AnyEndpoint,
  caller: unknown,
  error: unknown,
): Promise<never> {
  const beyond = error instanceof Failure && (error.code === 'AUM0024' || error.code === 'AUM0040');
  if (caller && beyond) await refuseCall(request, caller as Session, endpoint.operation, error);
  throw error;
}

/** Puts into the answer what a security change ended: an RFC 9651 dictionary, because the body is fixed or empty. */
export function sendReceipt(reply: FastifyReply, receipt: Receipt): void {
  const counts = {
    sessions: receipt.sessions,
    'pending-sign-ins': receipt.pendingSignIns,
    links: receipt.links,
    'backup-codes': receipt.backupCodes,
  };
  const members = Object.entries(counts).map(([name, count]) => `${name}=${count}`);
  reply.header(receiptHeader, members.join(', '));
}
