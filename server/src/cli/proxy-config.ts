import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/config.ts';
import { originAt } from '../config/hosts.ts';
import { everyHeaderName, headerNames } from '../gate/forward/identity-headers.ts';
import { exitCodes, type Output, print, UsageError } from './frame.ts';
import { type Proxy, recipes } from './recipes/recipes.ts';
import type { Site } from './recipes/site.ts';

export type SiteOptions = { readonly host: string; readonly app: string; readonly warifu?: string };
export type ProxyConfigOptions = Output & SiteOptions & { readonly file?: string };

/**
 * Prints the configuration of a proxy that lets nothing through to an app without a yes of this server, and on standard
 * error what this server still needs for it. No database is touched.
 * @returns the exit code
 * @throws UsageError naming the option
 */
export function printProxyConfig(proxy: Proxy, options: ProxyConfigOptions): number {
  const config = readConfig(process.env);
  const site = siteOf(config, options);
  const files = recipes[proxy].files(site).map((file) => ({ name: basename(file.path), ...file }));
  const shown = options.file === undefined ? files[0] : files.find(({ name }) => name === options.file);
  const others = files.filter((file) => file !== shown).map(({ name }) => name);
  if (shown === undefined) throw new UsageError(`--file: ${proxy} has ${others.join(' and ')}.`);
  const missing = missingIn(config, site);
  const further = options.file === undefined ? others.map((name) => `It needs another file too: --file ${name}`) : [];
  if (!options.json) for (const line of [...missing, ...further]) process.stderr.write(`warifu: ${line}\n`);
  print(options, { proxy, files, missing }, () => shown.text.trimEnd());
  return exitCodes.ok;
}

/**
 * What a recipe is written for, by the settings and what was typed.
 * @throws UsageError naming the option
 */
export function siteOf(config: Config, { host, app, warifu }: SiteOptions): Site {
  const identity = headerNames(config.gateHeaders);
  return {
    open: originOf('--host', host, ['https:', 'http:']),
    app: originOf('--app', app, ['http:']),
    warifu: originOf('--warifu', warifu ?? ownAddress(config), ['http:']),
    warifuHost: new URL(config.baseUrl).host,
    identity,
    otherIdentity: everyHeaderName().filter((name) => !identity.includes(name)),
  };
}

/** SECURITY: what is typed stands in a configuration; nothing but a host and a port may. */
function originOf(option: '--host' | '--app' | '--warifu', typed: string, schemes: readonly string[]): URL {
  const isHost = option === '--host';
  const [, scheme = isHost ? 'https' : '', host = ''] = /^(?:([a-z]+):\/\/)?([^/]+)\/?$/i.exec(typed) ?? [];
  const url = originAt(scheme, host);
  if (url && schemes.includes(url.protocol)) return url;
  const wanted = isHost ? 'a host such as app.example.com' : 'an address such as http://127.0.0.1:3000';
  throw new UsageError(`${option}: ${typed} is not ${wanted}.`);
}

/** Where the server listens, for a proxy on the same machine; all addresses are none to call. */
function ownAddress({ host, port }: Config): string {
  const bare = host.replace(/^\[|\]$/g, '');
  const called = bare === '0.0.0.0' || /^[0:]+$/.test(bare) ? '127.0.0.1' : bare;
  return `http://${called.includes(':') ? `[${called}]` : called}:${port}`;
}

function missingIn({ trustedProxies, gateHosts }: Config, { open }: Site): string[] {
  const missing = [];
  if (trustedProxies.length === 0)
    missing.push(
      'WARIFU_TRUSTED_PROXIES is not set: it must have the address by which the proxy comes, such as 127.0.0.1/32.',
    );
  if (!gateHosts.includes(open.host))
    missing.push(`WARIFU_GATE_HOSTS does not have ${open.host}: browsers would not come back there after the sign-in.`);
  return missing;
}
