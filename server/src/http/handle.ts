import {
  type AnyEndpoint,
  type BodyOf,
  confirmHeader,
  noWayBack,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
  receiptHeader,
} from '@warifu/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { composed } from '../authorize/facts.ts';
import { type Cause, causeOf } from '../change/cause.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { asOneRequest } from '../db/patience.ts';
import { type Soon, whenDone, whenThere } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { mustConfirm } from '../ways-back/harmless.ts';
import { watchWaysBack } from '../ways-back/last-way.ts';
import { bodyReadingOf } from './bodies.ts';
import type { FastPath } from './fast-path/fast-path.ts';
import { type Caller, type Guard, type Incoming, maySeeWaysBack, recheckOf } from './guards.ts';
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
      readonly sourceIp: (request: Pick<FastifyRequest['raw'], 'headers' | 'socket'>) => string;
      readonly bindings: Binding[];
      readonly methodsOf: MethodsOf;
      readonly fastPath: FastPath;
    };
  }
}

/** Binds an endpoint of the contract, with its guard, to the function that does it. */
export function handle<E extends AnyEndpoint, C>(
  app: FastifyInstance,
  endpoint: E,
  guard: Guard<C>,
  work: (call: Call<E, C>) => Soon<ReplyOf<E>>,
): void {
  const { ctx, bindings, fastPath } = app.warifu;
  const readInput = inputReader(endpoint);
  const check = {
    params: validator(endpoint.params, 'params'),
    query: validator(endpoint.query, 'query'),
    body: validator(endpoint.body, 'body'),
  };
  const { publicBodyBytes, bodyBytes, fileBodyBytes } = limits.http;
  const bodyLimit = guard.name.startsWith('anyone') ? publicBodyBytes : endpoint.large ? fileBodyBytes : bodyBytes;
  bindings.push({ endpoint, guard: guard.name, bodyLimit });

  app.route({
    method: endpoint.method,
    url: endpoint.path.replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit,
    config: { body: bodyReadingOf(endpoint) },
    // SECURITY: what only some may send is not kept for everybody until it is whole.
    ...(endpoint.large && {
      onRequest: async (request: FastifyRequest) => {
        await guard.check({ ctx, request, endpoint, params: composed(request.params as Record<string, string>) });
      },
    }),
    // What the fast path answers too is written by JSON itself in both places, so that its bytes are the same.
    ...(endpoint.reply &&
      endpoint.status !== 204 &&
      !fastPath.has(endpoint) && { schema: { response: { [endpoint.status]: endpoint.reply } } }),
    handler: (request, reply) => {
      const settling = ctx.settleClock();
      const answering = () => asOneRequest(() => answer(request, reply));
      return settling ? settling.then(answering) : answering();
    },
  });

  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    // The guard sees names as they are kept, and so does the work.
    const params = composed(request.params as Record<string, string>);
    const incoming = { ctx, request, endpoint, params };
    return whenThere(guard.check(incoming), (caller) => {
      const { query, body } = readInput(request, reply);
      assertStrings(params);
      assertStrings(query);
      check.params(params);
      check.query(query);
      check.body(body);
      reply.code(endpoint.status);
      const call = new GuardedCall(incoming, reply, { caller, query, body }) as unknown as Call<E, C>;
      const failed = (error: unknown) => rethrow(incoming, caller, error);
      const done = (result: ReplyOf<E>) => (result === undefined ? send(reply) : result);
      return whenDone(() => work(call), done, failed);
    });
  };
}

/** Without a body. The framework waits for an answer that is handed to it to be over; there is nothing to wait for. */
function send(reply: FastifyReply): void {
  reply.send();
}

type Given = {
  readonly caller: unknown;
  readonly query: unknown;
  readonly body: unknown;
};

/** A call that was let in. What only some operations ask for is made when they do. */
class GuardedCall {
  readonly caller: unknown;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly #incoming: Incoming;

  constructor(incoming: Incoming, reply: FastifyReply, { caller, query, body }: Given) {
    this.#incoming = incoming;
    this.caller = caller;
    this.params = incoming.params;
    this.query = query;
    this.body = body;
    this.request = incoming.request;
    this.reply = reply;
  }

  get info(): RequestInfo {
    return requestInfoOf(this.request, this.#incoming.endpoint.operation);
  }

  /** Who may call was settled by the guard; a signed-in caller stands behind the change. */
  get cause(): Cause {
    const { ctx, endpoint, request } = this.#incoming;
    const cause = causeOf(ctx, this.info, 'anonymous', endpoint.status);
    if (!this.caller) return cause;
    const caller = this.caller as Caller;
    const confirmed = request.headers[confirmHeader] === noWayBack;
    const seesUsers = maySeeWaysBack(this.#incoming, caller);
    return {
      ...cause,
      caller,
      ...(caller.byPermission && { recheck: recheckOf(this.#incoming, caller) }),
      ...(mustConfirm(endpoint, caller.viaCookie) &&
        !confirmed && { watch: watchWaysBack(ctx, { caller, seesUsers }) }),
    };
  }
}

/** An attempt to reach beyond one's own permissions is written down after its transaction was taken back (R72). */
async function rethrow({ request, endpoint }: Incoming, caller: unknown, error: unknown): Promise<never> {
  const beyond = error instanceof Failure && (error.code === 'AUM0024' || error.code === 'AUM0040');
  if (caller && beyond) await refuseCall(request, caller as Caller, endpoint, error);
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
