import { isUtf8 } from 'node:buffer';
import type { AnyEndpoint } from '@warifu/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../failure.ts';
import { isJson } from './browser.ts';
import { readSessionCookie } from './cookies.ts';
import { assertStrings, parseJsonBody } from './json-body.ts';

/**
 * How the body of a route is read: `untyped` may come without a Content-Type, with header tokens only (api.md, fact 4);
 * `ignored` may be anything, and nobody looks at it; a `form` is the body of OAuth 2.0 (RFC 6749, appendix B).
 */
type BodyReading = 'typed' | 'untyped' | 'ignored' | 'form';

declare module 'fastify' {
  interface FastifyContextConfig {
    body?: BodyReading;
  }
}

/** How an operation's body is read. Clients of the reference may send one where none is known. */
export function bodyReadingOf({ own, hasBody, untyped, form }: AnyEndpoint): BodyReading {
  if (form) return 'form';
  if (untyped) return 'untyped';
  return own || hasBody ? 'typed' : 'ignored';
}

/** Bodies are JSON, and forms where an operation takes one; both are parsed strictly, whatever the spelling of the type. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  addParser(app, 'application/json', (request, bytes) =>
    readingOf(request) === 'ignored' ? undefined : parse(request, bytes, parseJsonBody),
  );
  addParser(app, 'application/x-www-form-urlencoded', (request, bytes) => {
    const reading = readingOf(request);
    if (bytes.length === 0 || reading === 'ignored') return undefined;
    if (reading !== 'form') throw new Failure('COM0415');
    return parse(request, bytes, parseForm);
  });
  addParser(app, '*', (request, bytes) => {
    const reading = readingOf(request);
    if (bytes.length === 0 || reading === 'ignored') return undefined;
    const untyped = request.headers['content-type'] === undefined && reading === 'untyped';
    if (!untyped || readSessionCookie(request) !== undefined) throw new Failure('COM0415');
    return parse(request, bytes, parseJsonBody);
  });
}

function addParser(
  app: FastifyInstance,
  type: string,
  read: (request: FastifyRequest, bytes: Buffer) => unknown,
): void {
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) => {
    let body: unknown;
    try {
      body = read(request, bytes);
    } catch (error) {
      return done(error as Error);
    }
    done(null, body);
  });
}

/** The framework refuses a type that it cannot read before it asks a parser. What stays is what the guard looks at. */
export function forgetIgnoredType(request: FastifyRequest): void {
  if (readingOf(request) === 'ignored' && !isJson(request)) delete request.raw.headers['content-type'];
}

function readingOf(request: FastifyRequest): BodyReading | undefined {
  return request.routeOptions.config.body;
}

function parse(request: FastifyRequest, bytes: Buffer, read: (text: string) => unknown): unknown {
  if (bytes.length === 0) return undefined;
  // What an operation takes is one of the two; the type says which one this is.
  if ((readingOf(request) === 'form') !== (read === parseForm)) throw new Failure('COM0415');
  assertPlain(request);
  return read(decode(bytes));
}

/** RFC 6749 §3.2: a parameter must not be there twice. */
function parseForm(text: string): Record<string, string> {
  const parameters = [...new URLSearchParams(text)];
  const names = parameters.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    const reason = { en: 'is there more than once', ja: '複数回指定されています。' };
    throw new Failure('COM0001', { field: twice.slice(0, 64), reason });
  }
  const form = Object.fromEntries(parameters);
  assertStrings(form);
  return form;
}

/** A body that says it is compressed is not what it looks like, even when it can be read (RFC 9110 §8.4). */
function assertPlain({ headers }: FastifyRequest): void {
  const { 'content-encoding': given } = headers;
  if (given === undefined) return;
  const encodings = given.split(',').map((name) => name.trim().toLowerCase());
  if (encodings.some((name) => name !== '' && name !== 'identity')) throw new Failure('COM0415');
}

/** Bytes that are not UTF-8 are refused: replaced silently, they would store something that nobody sent. */
export function decode(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  throw new Failure('COM0001', { field: 'body', reason: { en: 'is not UTF-8', ja: 'UTF-8 で送信してください。' } });
}
