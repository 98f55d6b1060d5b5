import { METHODS, type OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asOneRequest } from '../db/patience.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import type { PlainRequest } from './fast-path/plain-request.ts';
import { headerLines } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Only a trusted proxy asks here, about requests to other hosts. */
    ofProxy?: boolean;
  }
}

/** To let a request by, with headers for the program behind. */
export type Allowed = { readonly allowed: Readonly<Record<string, string>> };

/** What a proxy is told: that, or to send the browser elsewhere. */
export type Told = Allowed | { readonly location: string; readonly cookie?: string };

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
  work: (request: FastifyRequest) => Soon<Told>,
): void {
  const { ctx } = app.warifu;
  app.route({
    method: anyMethod(app),
    url,
    config: { ofProxy: true, twoRefusals },
    onRequest: (request, reply, done) => {
      const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
      if (length !== '0' || coding !== undefined) reply.header('connection', 'close');
      const answering = () => asOneRequest(() => work(request));
      const tellIt = (told: Told) => tell(reply, told, twoRefusals);
      const failed = (error: unknown) => done(error as Error);
      try {
        const settling = ctx.settleClock();
        const told = settling ? settling.then(answering) : answering();
        if (told instanceof Promise) told.then(tellIt).catch(failed);
        else tellIt(told);
      } catch (error) {
        failed(error);
      }
    },
    handler: () => {
      throw new Error('answered before');
    },
  });
}

/** Answers on the fast path whom nothing keeps from passing. */
export function allowAtOnce(
  app: FastifyInstance,
  path: string,
  work: (request: PlainRequest) => Soon<Allowed | undefined>,
): void {
  app.warifu.fastPath.add(app, { method: 'GET', path }, (request) =>
    whenThere(work(request), (told) => told && { lines: linesOf(told.allowed), body: '', isAscii: true }),
  );
}

/** The headers of a session are the same for a while. */
const written = new WeakMap<Allowed['allowed'], string>();

function linesOf(allowed: Allowed['allowed']): string {
  let lines = written.get(allowed);
  if (lines === undefined) {
    lines = headerLines({ ...allowed, 'content-length': '0' });
    written.set(allowed, lines);
  }
  return lines;
}

function tell(reply: FastifyReply, told: Told, twoRefusals: boolean): void {
  if ('allowed' in told) {
    // Nearly every answer is this one; the framework's own way with headers costs as much as to write them.
    const headers = { ...(reply.getHeaders() as OutgoingHttpHeaders), ...told.allowed, 'content-length': '0' };
    reply.raw.writeHead(200, headers).end();
    reply.hijack();
    return;
  }
  if (told.cookie !== undefined) reply.header('set-cookie', told.cookie);
  reply
    .code(twoRefusals ? 401 : 302)
    .header('location', told.location)
    .send();
}

/** Those that this server's parser knows, but the one that asks for a tunnel. */
function anyMethod(app: FastifyInstance): string[] {
  const all = METHODS.filter((method) => method !== 'CONNECT');
  for (const method of all) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  return all;
}
