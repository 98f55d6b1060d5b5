import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie';
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
  return readCookie(request, nameOf(request));
}

export function readPendingCookie(request: FastifyRequest): string | undefined {
  return readCookie(request, nameOf(request, pending));
}

/** Hands the session to the browser; a pending sign-in is over with it. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, { name: nameOf(reply), value: token });
  clearPendingCookie(reply);
}

export function clearSessionCookie(reply: FastifyReply): void {
  clearCookie(reply, nameOf(reply));
}

export function setPendingCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, { name: nameOf(reply, pending), value: token, maxAge: limits.otp.challengeLife / 1000 });
}

export function clearPendingCookie(reply: FastifyReply): void {
  clearCookie(reply, nameOf(reply, pending));
}

function readCookie({ headers }: FastifyRequest, name: string): string | undefined {
  return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[name];
}

function clearCookie(reply: FastifyReply, name: string): void {
  setCookie(reply, { name, value: '', maxAge: 0, expires: new Date(0) });
}

/** Adds a cookie to the answer; the framework keeps several of them beside each other. */
function setCookie(reply: FastifyReply, cookie: SetCookie): void {
  reply.header('set-cookie', stringifySetCookie({ ...cookie, ...attributes }));
}
