import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';

const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

/**
 * `__Host-`: sent to this very host only, over TLS (or loopback), never readable by a script (R54). A cookie belongs to
 * a host name and not to a port, so the name says the port: another server of this host has another cookie.
 */
function nameOf({ server }: FastifyRequest | FastifyReply, part = ''): string {
  const port = /:(\d+)$/.exec(server.warifu.ctx.config.baseUrl)?.[1];
  return `__Host-warifu${port === undefined ? '' : `-${port}`}${part}`;
}

const pending = '-sign-in';

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[nameOf(request)];
}

export function readPendingCookie(request: FastifyRequest): string | undefined {
  return request.cookies[nameOf(request, pending)];
}

/** Hands the session to the browser; a pending sign-in is over with it. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(nameOf(reply), token, attributes);
  clearPendingCookie(reply);
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(nameOf(reply), attributes);
}

export function setPendingCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(nameOf(reply, pending), token, { ...attributes, maxAge: limits.otp.challengeLife / 1000 });
}

export function clearPendingCookie(reply: FastifyReply): void {
  reply.clearCookie(nameOf(reply, pending), attributes);
}
