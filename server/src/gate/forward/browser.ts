import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '@warifu/contract';
import type { Cause } from '../../change/cause.ts';
import type { Context } from '../../context.ts';
import { hashSecret, newSecret } from '../../crypto/tokens.ts';
import { Failure } from '../../failure.ts';
import { gateCookie, noGateCookie, readGateCookie, readStateCookie, stateCookie } from './cookies.ts';
import type { Original } from './original.ts';
import { callbackPath, signOutPath } from './own-paths.ts';
import { returnAddress } from './return-address.ts';
import { enterHost, findEntered, leaveHost } from './sign-in.ts';

/** Where a browser is sent, and the one cookie that it is given. */
export type Sent = { readonly location: string; readonly cookie: string };

/** Whether people sign in at the host of a program with a browser. */
export function isForBrowsers({ config }: Context, { scheme, host }: Original): boolean {
  return returnAddress({ config }, `${scheme}://${host}/`) !== undefined;
}

/** What a person can change at the console: by signing in, by enabling MFA, by proving more. */
const endsThere: readonly ErrorCode[] = ['AUM0001', 'MFA0008', 'AUM0065'];

/**
 * To the console, where a person ends what refused a page, and from where it is led back. Undefined for what is no page,
 * and where a person could do nothing. A browser that has begun already goes on with the same secret: several tabs may be
 * on their way.
 */
export function wayOutOf(
  ctx: Context,
  original: Original,
  headers: IncomingHttpHeaders,
  { code, params: { stepUp } }: Failure,
): Sent | undefined {
  if (!endsThere.includes(code) || !isForBrowsers(ctx, original) || !isPage(original, headers)) return undefined;
  const secret = readStateCookie(original, headers.cookie) ?? newSecret();
  const { scheme, host, uri } = original;
  const page = returnAddress(ctx, `${scheme}://${host}${uri}`)?.href ?? `${scheme}://${host}/`;
  const prove = typeof stepUp === 'string' ? { prove: stepUp } : {};
  const query = new URLSearchParams({ rd: page, state: hashSecret(secret), ...prove });
  const { config } = ctx;
  return { location: `${config.baseUrl}/gate?${String(query)}`, cookie: stateCookie(original, secret) };
}

/** Whether a browser shows what it asks for as a page: it can be sent elsewhere. */
function isPage({ method }: Original, headers: IncomingHttpHeaders): boolean {
  const { accept = '', 'sec-fetch-mode': mode = 'navigate' } = headers;
  return method === 'GET' && mode === 'navigate' && /(?:^|,)\s*text\/html\s*(?:;|,|$)/i.test(accept);
}

/**
 * Whether a page of another origin made the browser send a request, with its cookie if it has one.
 * SECURITY: the cookie is not sent along from other sites, but it is from other hosts of the same one.
 */
export function isFromElsewhere({ method, scheme, host }: Original, headers: IncomingHttpHeaders): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site === 'same-origin' || site === 'none') return false;
  if (origin !== undefined) return origin.toLowerCase() !== `${scheme}://${host}`;
  return site !== undefined && method !== 'GET' && method !== 'HEAD';
}

/**
 * What stands under `/.warifu/` at the host of a program: the way back from the console, and signing out.
 * @param cause of the request, for an operation of the two
 * @throws Failure AUM0062 for anything else, AUM0064
 */
export async function answerOwnPath(
  cause: (operation: string) => Cause,
  ctx: Context,
  original: Original,
  headers: IncomingHttpHeaders,
): Promise<Sent> {
  const { method, path, query } = original;
  if (method !== 'GET' || !isForBrowsers(ctx, original)) throw new Failure('AUM0062');
  if (path === callbackPath) return await comeBack(cause('Auth:enterHost'), original, headers.cookie);
  if (path !== signOutPath || Object.keys(query).length > 0) throw new Failure('AUM0062');
  const { 'sec-fetch-site': site = 'none' } = headers;
  if (site !== 'none' && site !== 'same-origin') throw new Failure('AUM0064');
  const token = readGateCookie(original, headers.cookie);
  const session = token === undefined ? undefined : await findEntered(ctx, original, token);
  if (session) await leaveHost(cause('Auth:leaveHost'), session, original);
  return { location: ended(ctx, 'signed-out'), cookie: noGateCookie(original) };
}

/** A browser that comes with what is not good for it is told so, and begins again when the person says so. */
async function comeBack(cause: Cause, original: Original, cookies: string | undefined): Promise<Sent> {
  const { ctx } = cause;
  const secret = readStateCookie(original, cookies);
  const { code } = original.query;
  const entered = secret !== undefined && code !== undefined && (await enterHost(cause, original, code, secret));
  if (entered) return { location: entered.returnTo, cookie: gateCookie(original, entered.token) };
  return { location: ended(ctx, 'failed'), cookie: stateCookie(original, secret ?? newSecret()) };
}

function ended({ config }: Context, what: 'failed' | 'signed-out'): string {
  return `${config.baseUrl}/gate?end=${what}`;
}
