import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { newId } from '../../crypto/tokens.ts';
import { isForOneServer } from '../../db/database.ts';
import type { Soon } from '../../db/reads.ts';
import { limits } from '../../limits.ts';
import { okHead, type RequestLog } from '../security-headers.ts';
import { type FastAnswer, readConnections } from './connections.ts';
import type { PlainRequest } from './plain-request.ts';
import { sendSoon } from './send.ts';

type Route = { readonly method: string; readonly path: string };

/** What is told beside the headers of every answer, as `headerLines` writes it. */
export type FastReply = { readonly lines: string; readonly body: string; readonly isAscii: boolean };

/** Undefined leaves a request to the framework. */
type Work = (request: PlainRequest) => Soon<FastReply | undefined>;

/**
 * The fast path: what is asked all the time is answered with 200 before library and framework make their objects of it,
 * where all that it takes is at hand. Whatever else comes of it, a refusal, an error or a wait, is left to the framework,
 * which begins anew: so the work only reads (decision 0040).
 */
export class FastPath {
  readonly #ctx: Context;
  readonly #log: RequestLog | undefined;
  readonly #answers = new Map<string, FastAnswer>();

  constructor(ctx: Context, log: RequestLog | undefined) {
    this.#ctx = ctx;
    this.#log = log;
  }

  /** Whether a route is answered here too. */
  has({ method, path }: Route): boolean {
    return this.#answers.has(`${method} ${path}`);
  }

  /** Answers a route here too; call it before the route is registered, whose times it takes. */
  add(app: FastifyInstance, { method, path }: Route, work: Work): void {
    let times: PlainRequest['times'];
    app.addHook('onRoute', ({ url, config }) => {
      if (url === path) times = config?.times?.[method];
    });
    const answer = (request: PlainRequest): boolean => {
      request.begun = performance.now();
      const reply = this.#ctx.settleClock() ? undefined : work(request);
      if (!reply) return false;
      if (reply instanceof Promise) {
        reply.catch(() => {});
        return false;
      }
      request.requestId = newId();
      request.times = times;
      const text = okHead(request, reply.lines, { now: this.#ctx.now(), keptFor }) + reply.body;
      this.#log?.(request, 200);
      sendSoon(request.socket, text, reply.isAscii);
      return true;
    };
    this.#answers.set(`${method} ${path}`, (request) => {
      try {
        return answer(request);
      } catch {
        // The framework comes to the same, and says it.
        return false;
      }
    });
  }

  /**
   * Begins to read the connections of a server. Not where every look-up takes a while: there is nothing to be gained.
   * @returns to be called when the server starts to close
   */
  readConnections({ server }: FastifyInstance): () => void {
    return isForOneServer(this.#ctx.config.databaseUrl) ? readConnections(server, this.#answers) : () => {};
  }
}

const keptFor = Math.floor(limits.http.idleSocket / 1000);
