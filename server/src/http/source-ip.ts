import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isLoopback } from '../config/config.ts';
import { unknownSource } from '../context.ts';
import { remembered } from '../remembered.ts';

type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

type Sent = Pick<IncomingMessage, 'headers' | 'socket'>;

/** A proxy's word about where a request came from that is no address, told to who can mend it. */
type Unreadable = (proxy: string, said: string) => void;

/**
 * The address a request came from: the socket's peer, or, when that is a listed proxy, the right-most hop that is not
 * one (R61). Hops are those of `X-Forwarded-For` or, where it is absent, of `Forwarded` (RFC 7239).
 * A hop that is no address makes the source unknown: the proxy itself would be one source for everybody.
 * @param unreadable called once for each proxy
 */
export function sourceIpReader(trustedProxies: readonly string[], unreadable: Unreadable): (request: Sent) => string {
  const trusted = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const isProxy = remembered((address) => isTrusted(trusted, address));
  const peerOf = peerReader(trustedProxies);
  const told = new Set<string>();
  const tell = (proxy: string, said: string) => {
    if (!told.has(proxy)) unreadable(proxy, said.slice(0, 64));
    told.add(proxy);
  };
  return (request) => {
    const { address: peer, isProxy: isOfProxy } = peerOf(request.socket);
    if (!isOfProxy) return peer;
    const hops = hopsOf(request);
    // SECURITY: a list that cannot be read may be broken by what a client put into it; it must not free him of limits.
    if (!hops) tell(peer, String(request.headers.forwarded));
    for (const hop of (hops ?? []).reverse()) {
      const address = addressOf(hop);
      if (address === undefined) tell(peer, hop);
      if (address === undefined) return unknownSource;
      if (!isProxy(address)) return address;
    }
    return peer;
  };
}

/** The address at the other end of a socket, and whether a listed proxy has it. */
export function peerReader(
  trustedProxies: readonly string[],
): (socket: Socket) => { readonly address: string; readonly isProxy: boolean } {
  const trusted = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const peers = new WeakMap<Socket, { readonly address: string; readonly isProxy: boolean }>();
  return (socket) => {
    let peer = peers.get(socket);
    if (!peer) {
      const address = plain(socket.remoteAddress ?? '');
      peer = { address, isProxy: isTrusted(trusted, address) };
      peers.set(socket, peer);
    }
    return peer;
  };
}

function hopsOf({ headers }: Sent): string[] | undefined {
  const list = headers['x-forwarded-for'];
  if (list === undefined) return forwardedFor(headers.forwarded ?? '');
  if (typeof list === 'string' && /^[^\s,]+$/.test(list)) return [list];
  return [list]
    .flat()
    .join(',')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
}

const forwardedPair = /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s",;]*)[ \t]*)?([;,]|$)/y;

/**
 * The `for` of each hop of a `Forwarded` header; undefined when it is none. Values may stand without the quotes that
 * they need (`for=[2001:db8::1]`): proxies write them so, and the published parsers refuse it.
 * SECURITY: a quote that a client opened swallows what the proxy wrote after it, and then nothing fits.
 */
function forwardedFor(header: string): string[] | undefined {
  const hops: string[] = [];
  let hop: string | undefined;
  let empty = true;
  forwardedPair.lastIndex = 0;
  while (forwardedPair.lastIndex < header.length) {
    const [, name, value = '', end] = forwardedPair.exec(header) ?? [];
    if (end === undefined) return undefined;
    if (name) empty = false;
    if (name?.toLowerCase() === 'for') hop = value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
    if (end === ';') continue;
    if (!empty) hops.push(hop ?? '');
    [hop, empty] = [undefined, true];
  }
  return hops;
}

/**
 * The address of a hop in any form that proxies write: with a port, in brackets, in quotes, IPv4 in an IPv6 dress.
 * SECURITY: `0300.0.2.1` is another address to every reader, and a zone belongs to the proxy's own network: neither is
 * an address here.
 */
const addressOf = remembered((hop: string): string | undefined => {
  const bare = hop.replace(/^"(.*)"$/, '$1').trim();
  const [, inBrackets, before] = /^(?:\[([^[\]]*)\]|([^:]*))(?::[\w.-]*)?$/.exec(bare) ?? [];
  const address = inBrackets ?? before ?? bare;
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || (inBrackets !== undefined && version === 4)) return undefined;
  return plain(address);
});

/** Whether a socket's peer is a listed proxy. */
export function isTrustedPeer(trustedProxies: readonly string[], address: string): boolean {
  const trusted = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  return isTrusted(trusted, plain(address));
}

function isTrusted(trusted: readonly Cidr[], address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return trusted.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
}

/** One spelling of an address; an IPv4 address in an IPv6 dress is an IPv4 address. */
function plain(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address.slice(0, 64);
}

/** The host name of a request; undefined when it gives several: a proxy may have gone by another (RFC 9112 §3.2). */
export function hostOf(request: IncomingMessage): string | undefined {
  const { rawHeaders } = request;
  let given = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') given++;
  }
  return given > 1 ? undefined : request.headers.host;
}

/** The host names this server answers to: its base URL's and, on a loopback base URL, the other loopback names. */
export function hostCheck(baseUrl: string): (host: string | undefined) => boolean {
  const base = new URL(baseUrl);
  const port = base.port || (base.protocol === 'https:' ? '443' : '80');
  let lastOwn: string | undefined;
  const isOwn = (host: string | undefined) => {
    // A name and a port, nothing that a URL may hold besides.
    if (!host || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`${base.protocol}//${host}`)) return false;
    const url = new URL(`${base.protocol}//${host}`);
    if (url.host === base.host) return true;
    const urlPort = url.port || (base.protocol === 'https:' ? '443' : '80');
    return isLoopback(base.hostname) && isLoopback(url.hostname) && urlPort === port;
  };
  // Reading a URL costs more than the rest of a request; nearly all of them give the same host.
  return (host) => {
    if (host !== undefined && host === lastOwn) return true;
    if (!isOwn(host)) return false;
    lastOwn = host;
    return true;
  };
}

/**
 * Whether a request may come by a host name of the network that the server is in: it asks the API, as a program does.
 * Pages, and what hands out or reads the console's cookie, have one name only.
 */
export function internalHostCheck(
  internalHosts: readonly string[],
): (host: string | undefined, route: string | undefined) => boolean {
  const hosts = new Set(internalHosts);
  // SECURITY: the route that was found, not the path as it is spelt.
  return (host, route = '') =>
    host !== undefined &&
    hosts.has(host.toLowerCase()) &&
    (programPages.has(route) || /^\/(?:access\/)?v1\/(?!console\/|setup$)/.test(route));
}

/** Beside the API. */
const programPages = new Set(['/.well-known/jwks.json', '/.well-known/authzen-configuration', '/metrics']);
