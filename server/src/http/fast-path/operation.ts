import type { AnyEndpoint, BodyOf, ReplyOf } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { type Soon, whenThere } from '../../db/reads.ts';
import { decode } from '../bodies.ts';
import { parseJsonBody } from '../json-body.ts';
import { headerLines } from '../security-headers.ts';
import { hostCheck, internalHostCheck } from '../source-ip.ts';
import { validator } from '../validation.ts';
import type { FastReply } from './fast-path.ts';
import type { PlainRequest } from './plain-request.ts';

/** Bytes of a body. A larger one takes longer to check, and others have their turn between two of the framework's. */
const largest = 4096;

/**
 * Answers an operation without parameters on the fast path too: as `handle` does it, for calls as programs make them.
 * @param guard throws where the caller may not ask
 * @param work undefined leaves the call to `handle`
 */
export function handleFast<E extends AnyEndpoint, C>(
  app: FastifyInstance,
  endpoint: E,
  guard: (request: PlainRequest) => Soon<C>,
  work: (caller: C, body: BodyOf<E>) => Soon<ReplyOf<E> | undefined>,
): void {
  const { ctx, fastPath } = app.warifu;
  const check = validator(endpoint.body, 'body');
  const isOwnHost = hostCheck(ctx.config.baseUrl);
  const isInternal = internalHostCheck(ctx.config.internalHosts);
  fastPath.add(app, endpoint, (request) => {
    const { headers, body: bytes } = request;
    if (bytes.length > largest || (!isOwnHost(headers.host) && !isInternal(headers.host, endpoint.path)))
      return undefined;
    if (headers['content-type'] !== 'application/json' || ofBrowsers.some((name) => headers[name] !== undefined)) {
      return undefined;
    }
    return whenThere(guard(request), (caller) => {
      // SECURITY: not of everybody: to say what is wrong with a body takes longer than all the rest.
      const body = parseJsonBody(decode(bytes));
      check(body);
      return whenThere(work(caller, body as BodyOf<E>), (reply) => (reply === undefined ? undefined : toReply(reply)));
    });
  });
}

/** Which pages it may come from is the framework's matter, and how else a body may be written. */
const ofBrowsers = ['cookie', 'origin', 'sec-fetch-site', 'content-encoding'];

function toReply(reply: unknown): FastReply {
  const body = JSON.stringify(reply);
  const bytes = Buffer.byteLength(body);
  return { lines: `${type}content-length: ${bytes}\r\n`, body, isAscii: bytes === body.length };
}

const type = headerLines({ 'content-type': 'application/json; charset=utf-8' });
