import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isLoopback } from '../config.ts';

type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * The address a request came from: the socket's peer, or, when that is a listed proxy, the right-most hop of
 * `X-Forwarded-For` that is not one (R61).
 */
export function sourceIpReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const peers = new WeakMap<Socket, { readonly address: string; readonly isProxy: boolean }>();
  const peerOf = (socket: Socket) => {
    let peer = peers.get(socket);
    if (!peer) {
      const address = plain(socket.remoteAddress ?? '');
      peer = { address, isProxy: isTrusted(trusted, address) };
      peers.set(socket, peer);
    }
    return peer;
  };
  return (request) => {
    const { address: peer, isProxy } = peerOf(request.socket);
    if (!isProxy) return peer;
    const header = request.headers['x-forwarded-for'] ?? '';
    const hops = (Array.isArray(header) ? header.join(',') : header).split(',').map((hop) => plain(hop.trim()));
    return hops.reverse().find((hop) => !isTrusted(trusted, hop)) || peer;
  };
}

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
