import ipaddr from 'ipaddr.js';
import { unknownSource } from '../context.ts';

/** The network that counts as one source: an IPv4 address, or the /64 of an IPv6 address. */
export function sourceNetwork(ip: string): string {
  if (!ipaddr.isValid(ip)) return unknownSource;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const prefix = address.toByteArray().map((byte, i) => (i < 8 ? byte : 0));
  return `${ipaddr.fromByteArray(prefix).toString()}/64`;
}
