import { Argument, type Command } from 'commander';
import { attempt, printsData, withExamples } from '../frame.ts';
import type { ProxyConfigOptions } from '../proxy-config.ts';
import type { Proxy } from '../recipes/recipes.ts';

/** Kept here as well, so that the help does not load the recipes. */
export const proxies: readonly Proxy[] = ['nginx', 'caddy', 'traefik', 'envoy', 'haproxy'];

/** The command `proxy-config`. */
export function registerProxyConfig(program: Command): void {
  const command = program
    .command('proxy-config')
    .description('print the configuration of a proxy that asks this server before it lets a request through to an app')
    .addArgument(new Argument('<proxy>', 'the proxy in front of the app').choices(proxies))
    .requiredOption('--host <host>', 'what people type for the app: a host, or an origin such as http://localhost:8080')
    .option('--app <url>', 'where the proxy reaches the app', 'http://127.0.0.1:3000')
    .option('--warifu <url>', 'where the proxy reaches this server; without it, where it listens on this machine')
    .option('--file <name>', 'print another file that the proxy needs: warifu.lua of haproxy, warifu.yml of traefik')
    .action((proxy: Proxy, options: ProxyConfigOptions) =>
      attempt(async () => (await import('../proxy-config.ts')).printProxyConfig(proxy, options)),
    );
  withExamples(
    printsData(command),
    'proxy-config nginx --host app.example.com --app http://127.0.0.1:3000',
    'proxy-config haproxy --host app.example.com --file warifu.lua',
  );
}
