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
const device = '-device';
const origin = '-origin';
const passkey = '-passkey';

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return readCookie(request, nameOf(request));
}

export function readPendingCookie(request: FastifyRequest): string | undefined {
  return readCookie(request, nameOf(request, pending));
}

/** The session that the browser switched from. */
export function readOriginCookie(request: FastifyRequest): string | undefined {
  return readCookie(request, nameOf(request, origin));
}

/** Hands the session to the browser; a pending sign-in and a switch are over with it. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, { name: nameOf(reply), value: token });
  clearPendingCookie(reply);
  clearCookie(reply, nameOf(reply, origin));
}

/** Hands a switched session to the browser, which keeps the one that it came from. */
export function setSwitchedCookie(reply: FastifyReply, token: string, originToken: string): void {
  setCookie(reply, { name: nameOf(reply), value: token });
  setCookie(reply, { name: nameOf(reply, origin), value: originToken });
}

export function clearSessionCookie(reply: FastifyReply): void {
  clearCookie(reply, nameOf(reply));
  clearCookie(reply, nameOf(reply, origin));
}

/** What a browser is known by; it opens nothing. */
export function readDeviceCookie(request: FastifyRequest): string[] {
  const secrets = (readCookie(request, nameOf(request, device)) ?? '').split('.');
  return secrets.filter((secret) => /^[\w-]{43}$/.test(secret)).slice(0, limits.device.perBrowser);
}

export function setDeviceCookie(reply: FastifyReply, secrets: readonly string[]): void {
  const maxAge = limits.device.life / 1000;
  setCookie(reply, { name: nameOf(reply, device), value: secrets.join('.'), maxAge });
}

export function setPendingCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, { name: nameOf(reply, pending), value: token, maxAge: limits.otp.challengeLife / 1000 });
}

/** What the challenge of a whole sign-in with a passkey is bound to. */
export function readPasskeyCookie(request: FastifyRequest): string | undefined {
  return readCookie(request, nameOf(request, passkey));
}

export function setPasskeyCookie(reply: FastifyReply, secret: string): void {
  setCookie(reply, { name: nameOf(reply, passkey), value: secret, maxAge: limits.passkeys.challengeLife / 1000 });
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
