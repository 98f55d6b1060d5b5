import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asOneRequest } from '../db/patience.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Only a trusted proxy asks here, about requests to other hosts. */
    ofProxy?: boolean;
  }
}

/** What a proxy is told: to let the request by, with headers for the program behind, or to send the browser elsewhere. */
export type Told =
  | { readonly allowed: Readonly<Record<string, string>> }
  | { readonly location: string; readonly cookie?: string };

type Door = {
  readonly url: string;
  /** For nginx, to which a redirect is an error. */
  readonly twoRefusals: boolean;
};

/**
 * Binds what answers proxies, at any method. SECURITY: the answer is given before a body is read, and a connection with
 * one is closed: a proxy that announces a body and sends none would lose its next question in it.
 */
export function answerProxies(
  app: FastifyInstance,
  { url, twoRefusals }: Door,
  work: (request: FastifyRequest) => Promise<Told>,
): void {
  const { ctx } = app.warifu;
  app.route({
    method: anyMethod(app),
    url,
    config: { ofProxy: true, twoRefusals },
    onRequest: async (request, reply) => {
      const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
      if (length !== '0' || coding !== undefined) reply.header('connection', 'close');
      const settling = ctx.settleClock();
      if (settling) await settling;
      const answer = await asOneRequest(() => work(request));
      if ('allowed' in answer) return reply.code(200).headers(answer.allowed).send();
      if (answer.cookie !== undefined) reply.header('set-cookie', answer.cookie);
      return reply
        .code(twoRefusals ? 401 : 302)
        .header('location', answer.location)
        .send();
    },
    handler: () => {
      throw new Error('answered before');
    },
  });
}

/** Those that this server's parser knows, but the one that asks for a tunnel. */
function anyMethod(app: FastifyInstance): string[] {
  const all = METHODS.filter((method) => method !== 'CONNECT');
  for (const method of all) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  return all;
}
