import { parseCookie, stringifySetCookie } from 'cookie';
import { limits } from '../../limits.ts';
import type { Original } from './original.ts';

type Host = Pick<Original, 'host'>;

/**
 * `__Host-`: of this very host, over TLS (or loopback), out of reach of scripts and of other hosts. Lax, as a link of
 * another site leads to a page of the program too. A cookie belongs to no port, so its name says it.
 */
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

function nameOf({ host }: Host, part = ''): string {
  const port = /:(\d+)$/.exec(host)?.[1];
  return `__Host-warifu-gate${port === undefined ? '' : `-${port}`}${part}`;
}

const state = '-state';

/** What opens forward-auth of a host. */
export function readGateCookie(at: Host, header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[nameOf(at)];
}

export function gateCookie(at: Host, token: string): string {
  return stringifySetCookie({ name: nameOf(at), value: token, ...attributes });
}

export function noGateCookie(at: Host): string {
  return stringifySetCookie({ name: nameOf(at), value: '', maxAge: 0, expires: new Date(0), ...attributes });
}

/** What this browser began a sign-in with; undefined for what never was one. */
export function readStateCookie(at: Host, header: string | undefined): string | undefined {
  const value = header === undefined ? undefined : parseCookie(header)[nameOf(at, state)];
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

export function stateCookie(at: Host, secret: string): string {
  const maxAge = limits.gate.stateLife / 1000;
  return stringifySetCookie({ name: nameOf(at, state), value: secret, maxAge, ...attributes });
}
