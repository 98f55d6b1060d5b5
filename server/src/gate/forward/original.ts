import type { IncomingMessage } from 'node:http';
import { httpMethodPattern } from '@warifu/contract';
import { remembered } from '../../remembered.ts';
import { isPlainPath } from '../catalogue/plain-path.ts';
import { assertAgreeing } from './aliases.ts';
import { ambiguous, missing, oneOf, type Sent, sentHeaders } from './headers.ts';

/** How a proxy tells of the request that it asks about; also the end of the path that it asks at. */
export type Kind = 'auth-request' | 'forward-auth' | 'ext-authz';

/** The request that a proxy asks about. */
export type Original = {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** In small letters, with the port unless it is the scheme's own. */
  readonly host: string;
  /** As it was sent: path and query. */
  readonly uri: string;
  readonly path: string;
  /** SECURITY: of a name with several values none, as one program reads the first of them and another the last. */
  readonly query: Readonly<Record<string, string>>;
};

/** As it was told, before anything of it is believed. */
type Told = { readonly method: string; readonly scheme: string; readonly host: string; readonly uri: string };

export const extAuthzPrefix = '/api/authz/ext-authz';

const isMethod = new RegExp(httpMethodPattern);

/** The longest path that can be asked about, as at `Authz:checkAuthorization`. */
const longestPath = 2048;

/**
 * The request that a trusted proxy asks about.
 * SECURITY: what could be read in two ways is refused, so that the gate and the program behind it see one request.
 * @throws Failure COM0001 that names the header
 */
export function readOriginal(kind: Kind, request: Pick<IncomingMessage, 'rawHeaders' | 'method' | 'url'>): Original {
  const sent = sentHeaders(request.rawHeaders);
  assertSourceTold(sent, request.rawHeaders);
  assertSingleCredentials(sent);
  assertJudgedToTheEnd(sent);
  const told = tellers[kind](sent, request);
  const scheme = { http: 'http', https: 'https', ws: 'http', wss: 'https' }[told.scheme];
  if (scheme !== 'http' && scheme !== 'https') throw ambiguous('scheme');
  if (!isMethod.test(told.method) || told.method.length > 32) throw ambiguous('method');
  const host = plainHost(`${scheme}://${told.host.toLowerCase()}`);
  if (host === undefined) throw ambiguous('host');
  const [path = '', query = ''] = told.uri.split(/\?(.*)/s);
  if (!/^[\x21-\x7e]*$/.test(query) || query.includes('#')) throw ambiguous('query');
  if (path.length > longestPath || !isPlainPath(path)) throw ambiguous('path');
  const values = query === '' ? noValues : new URLSearchParams(query);
  const original = { method: told.method, scheme, host, uri: told.uri, path, query: single(values) } as const;
  assertAgreeing(sent, original, values);
  return original;
}

const tellers: Readonly<Record<Kind, (sent: Sent, request: Pick<IncomingMessage, 'method' | 'url'>) => Told>> = {
  'auth-request': (sent) => {
    const method = oneOf(sent, 'x-original-method');
    const url = oneOf(sent, 'x-original-url');
    const [, scheme, host, uri] = /^([a-z]+):\/\/([^/?#\\@]+)(\/.*)$/.exec(url) ?? [];
    if (scheme === undefined || host === undefined || uri === undefined) throw ambiguous('x-original-url');
    return { method, scheme, host, uri };
  },
  'forward-auth': (sent) => ({
    method: oneOf(sent, 'x-forwarded-method'),
    scheme: oneOf(sent, 'x-forwarded-proto'),
    host: oneOf(sent, 'x-forwarded-host'),
    uri: oneOf(sent, 'x-forwarded-uri'),
  }),
  'ext-authz': (sent, { method = '', url = '' }) => {
    if (!url.startsWith(`${extAuthzPrefix}/`)) throw ambiguous('path');
    const uri = url.slice(extAuthzPrefix.length);
    return { method, scheme: oneOf(sent, 'x-forwarded-proto'), host: oneOf(sent, 'host'), uri };
  },
};

/**
 * SECURITY: without the address that the proxy saw, every client would have that of the proxy, or the one that it writes
 * into `Forwarded` or into another spelling of the name.
 */
function assertSourceTold(sent: Sent, rawHeaders: readonly string[]): void {
  const name = 'x-forwarded-for';
  const told = sent.get(name) ?? [];
  if (!told.some((hops) => /[^\s,]/.test(hops))) throw missing(name);
  let exact = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i] as string;
    if (header.length === name.length && header.toLowerCase() === name) exact++;
  }
  if (exact !== told.length) throw ambiguous(name);
}

const credentials = ['authorization', 'x-soracom-api-key', 'x-soracom-token', 'x-api-key', 'x-token'];

/** SECURITY: of two, the program behind might take the other one. */
function assertSingleCredentials(sent: Sent): void {
  for (const name of credentials) if ((sent.get(name) ?? []).length > 1) throw ambiguous(name);
  // RFC 9110 §7.6.1: what a client lists there, a proxy further on takes away: a credential, or who asks.
  const listed = (sent.get('connection') ?? []).join(',').toLowerCase().split(',');
  if (!listed.every((option) => connectionOptions.has(option.trim()))) throw ambiguous('connection');
}

/** What a connection may say of itself. `HTTP2-Settings` is none of it: it begins h2c (RFC 7540 §3.2.1). */
const connectionOptions = new Set(['', 'close', 'keep-alive', 'upgrade', 'te', 'trailer']);

/** SECURITY: a connection that is upgraded to h2c carries further requests, about which no proxy asks. */
function assertJudgedToTheEnd(sent: Sent): void {
  const protocols = (sent.get('upgrade') ?? ['websocket']).join(', ');
  if (protocols.toLowerCase() !== 'websocket') throw ambiguous('upgrade');
}

/** The host of an origin, without the port that is the scheme's own; undefined when it may be read in another way. */
const plainHost = remembered((origin: string): string | undefined => {
  const written = origin.slice(origin.indexOf('://') + '://'.length);
  const fits = /^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::\d{1,5})?$/.test(written);
  const url = fits && URL.canParse(origin) ? new URL(origin) : undefined;
  // SECURITY: `127.1` and `0x7f.1` are other spellings of one address.
  return url?.hostname === written.replace(/:\d{1,5}$/, '') ? url.host : undefined;
});

const noValues = new URLSearchParams();

function single(query: URLSearchParams): Record<string, string> {
  if (query === noValues) return {};
  const values = Map.groupBy(query, ([name]) => name);
  const once = [...values].filter(([, all]) => all.length === 1);
  return Object.fromEntries(once.map(([name, all]) => [name, all[0]?.[1] ?? '']));
}
