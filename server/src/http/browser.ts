import type { FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { keyedHash, sameSecret } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';
import { hostCheck } from './source-ip.ts';

/** The CSRF token of a session: readable by the console's own pages only. */
export function csrfTokenOf(ctx: Context, sessionId: string): string {
  return tokenWith(ctx.keys.blind, sessionId);
}

function tokenWith(key: Uint8Array, sessionId: string): string {
  return keyedHash(key, `csrf:${sessionId}`);
}

/**
 * SECURITY: refuses writes that a page of another site makes the browser send (R55); also where no session exists yet,
 * against signing somebody in as somebody else.
 */
export function crossSiteCheck(ctx: Context): (request: FastifyRequest) => void {
  const isOwnHost = hostCheck(ctx.config.baseUrl);
  const scheme = new URL(ctx.config.baseUrl).protocol;
  return (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const ownOrigin = origin === undefined || isOwnOrigin(origin, scheme, isOwnHost);
    if (!ownOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) throw new Failure('COM0403');
  };
}

/**
 * Whether a write with the cookie comes from the console's own page: it says where it comes from, is JSON, and carries
 * the session's token.
 */
export function isOwnPage(ctx: Context, request: FastifyRequest, sessionId: string): boolean {
  const says = request.headers.origin !== undefined || request.headers['sec-fetch-site'] === 'same-origin';
  const token = request.headers['x-csrf-token'];
  // A page that was open when the keys were rotated goes on.
  const keys = [ctx.keys.blind, ...ctx.keys.otherBlinds.filter(({ until }) => until > ctx.now()).map(({ key }) => key)];
  const fits = typeof token === 'string' && keys.some((key) => sameSecret(token, tokenWith(key, sessionId)));
  return says && isJson(request) && fits;
}

/** Whether a request says that its body is JSON: a form of another site could not. */
export function isJson(request: FastifyRequest): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

function isOwnOrigin(origin: string, scheme: string, isOwnHost: (host: string) => boolean): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && url.protocol === scheme && isOwnHost(url.host);
}
