import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';

/** `__Host-`: sent to this very host only, over TLS (or loopback), never readable by a script (R54). */
const sessionCookie = '__Host-warifu';
const pendingCookie = '__Host-warifu-sign-in';
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[sessionCookie];
}

export function readPendingCookie(request: FastifyRequest): string | undefined {
  return request.cookies[pendingCookie];
}

/** Hands the session to the browser; a pending sign-in is over with it. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(sessionCookie, token, attributes);
  clearPendingCookie(reply);
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, attributes);
}

export function setPendingCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(pendingCookie, token, { ...attributes, maxAge: limits.otp.challengeLife / 1000 });
}

export function clearPendingCookie(reply: FastifyReply): void {
  reply.clearCookie(pendingCookie, attributes);
}
