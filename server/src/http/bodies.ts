import type { AnyEndpoint } from '@warifu/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../failure.ts';
import { isJson } from './browser.ts';
import { readSessionCookie } from './cookies.ts';
import { parseJsonBody } from './json-body.ts';

/**
 * How the body of a route is read: `untyped` may come without a Content-Type, with header tokens only (api.md, fact 4);
 * `ignored` may be anything, and nobody looks at it.
 */
type BodyReading = 'typed' | 'untyped' | 'ignored';

declare module 'fastify' {
  interface FastifyContextConfig {
    body?: BodyReading;
  }
}

/** How an operation's body is read. Clients of the reference may send one where none is known. */
export function bodyReadingOf({ own, hasBody, untyped }: AnyEndpoint): BodyReading {
  if (untyped) return 'untyped';
  return own || hasBody ? 'typed' : 'ignored';
}

/** JSON is the only body; it is parsed strictly, whatever the spelling of its type. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) =>
    readingOf(request) === 'ignored' ? undefined : parse(request, bytes),
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    const reading = readingOf(request);
    if (bytes.length === 0 || reading === 'ignored') return undefined;
    const untyped = request.headers['content-type'] === undefined && reading === 'untyped';
    if (!untyped || readSessionCookie(request) !== undefined) throw new Failure('COM0415');
    return parse(request, bytes);
  });
}

/** The framework refuses a type that it cannot read before it asks a parser. What stays is what the guard looks at. */
export function forgetIgnoredType(request: FastifyRequest): void {
  if (readingOf(request) === 'ignored' && !isJson(request)) delete request.raw.headers['content-type'];
}

function readingOf(request: FastifyRequest): BodyReading | undefined {
  return request.routeOptions.config.body;
}

function parse(request: FastifyRequest, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  assertPlain(request);
  return parseJsonBody(decode(bytes));
}

/** A body that says it is compressed is not what it looks like, even when it can be read (RFC 9110 §8.4). */
function assertPlain({ headers }: FastifyRequest): void {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (encodings.some((name) => name !== '' && name !== 'identity')) throw new Failure('COM0415');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are not UTF-8 are refused: replaced silently, they would store something that nobody sent. */
function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Failure('COM0001', { field: 'body', reason: { en: 'is not UTF-8', ja: 'UTF-8 で送信してください。' } });
  }
}
