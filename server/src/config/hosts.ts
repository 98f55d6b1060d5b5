import ipaddr from 'ipaddr.js';
import { partsOf } from './forms.ts';
import { type At, ConfigError } from './setting.ts';

/** Whether an address or host name is this machine's own loopback. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const bare = host.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}

/** SECURITY: names only, each written out; a pattern would let a page choose one (DNS rebinding). */
export function hostList(text: string, { name }: At, port: number): string[] {
  return partsOf(text).map((host) => {
    const form = /^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(host);
    const fits = form && URL.canParse(`http://${host}`);
    if (!fits) throw new ConfigError(`${name}: ${host} is not a host such as warifu or warifu:8787.`);
    return (form[1] === undefined ? `${host}:${port}` : host).toLowerCase();
  });
}

/**
 * Hosts of guarded programs, as they stand in a URL.
 * SECURITY: names only, each written out: browsers are sent there with a code. The console's own host cannot be one: a
 * page of a program there could do what the console does.
 */
export function gateHostList(text: string, { name }: At, baseUrl: string): string[] {
  return partsOf(text).map((host) => {
    const form = /^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host);
    const scheme = isLoopback(host.replace(/:\d+$/, '')) ? 'http' : 'https';
    if (!form || !URL.canParse(`${scheme}://${host}`)) {
      throw new ConfigError(`${name}: ${host} is not a host such as app.example.com or localhost:3000.`);
    }
    const url = new URL(`${scheme}://${host}`);
    if (url.host === new URL(baseUrl).host) throw new ConfigError(`${name}: ${host} is the host of Warifu itself.`);
    return url.host;
  });
}

/**
 * The origin of a host with a port or without one, as requests have it: of a name in other letters its form in ASCII.
 * SECURITY: of letters some become signs, as `⑴` does, and configurations are made of it: what it became is looked at too.
 * @returns undefined for what is no host
 */
export function originAt(scheme: string, host: string): URL | undefined {
  const isTyped = /^(\[[\da-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(:\d{1,5})?$/iu.test(host);
  const url = isTyped ? URL.parse(`${scheme}://${host}`) : undefined;
  return url && /^(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/.test(url.host) ? url : undefined;
}

/** Ranges of addresses that are trusted. */
export function cidrList(text: string, { name }: At): string[] {
  const list = partsOf(text);
  for (const cidr of list) {
    if (!ipaddr.isValidCIDR(cidr)) throw new ConfigError(`${name}: ${cidr} is not a CIDR such as 10.0.0.0/8.`);
    // SECURITY: trusting every address would let any client choose its own source address (R61).
    if (ipaddr.parseCIDR(cidr)[1] === 0) throw new ConfigError(`${name} must not trust every address.`);
  }
  return list;
}
