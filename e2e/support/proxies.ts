import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onPath } from '../../scripts/system-packages.ts';
import { launch, program, serverEnv, temporaryFolder } from './server.ts';
import { until } from './until.ts';

/** The proxies that Debian has. */
export const proxies = ['nginx', 'caddy', 'haproxy'] as const;
export type Proxy = (typeof proxies)[number];

export type Running = { readonly output: () => string; readonly stop: () => Promise<void> };

export type RecipeFile = { readonly path: string; readonly text: string };

/** What `proxy-config` prints for an app on this machine, by the settings of a server. */
export async function printedConfig(
  proxy: string,
  { open, app, warifu, env }: { open: string; app: number; warifu: number; env: Record<string, string> },
): Promise<RecipeFile[]> {
  const options = ['--host', open, '--app', `http://127.0.0.1:${app}`, '--warifu', `http://127.0.0.1:${warifu}`];
  const { exit, printed } = launch([program, 'proxy-config', proxy, ...options, '--json'], settings(env));
  if ((await exit) !== 0) throw new Error(printed.stderr);
  return (JSON.parse(printed.stdout) as { files: RecipeFile[] }).files;
}

/** The environment of a host command that has the settings of a server. */
export const settings = (env: Record<string, string>): NodeJS.ProcessEnv => {
  const { WARIFU_PORT: _, WARIFU_BASE_URL: __, WARIFU_DATA_DIR: ___, ...machine } = serverEnv(0, '');
  return { ...machine, ...env };
};

/** Starts a proxy with a configuration as it was printed; only what it keeps on the disk is put elsewhere. */
export async function startProxy(proxy: Proxy, files: readonly RecipeFile[], port: number): Promise<Running> {
  const folder = temporaryFolder(proxy);
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [main, script] = files.map(({ text }) => text);
  if (main === undefined) throw new Error('no configuration');
  const commands: Record<Proxy, () => string[]> = {
    nginx: () => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const lines = temporary.map((path) => `${path}_temp_path ${folder}/${path};`).join('\n');
      const own = put('app.conf', main);
      const user = process.getuid?.() === 0 ? 'user root;' : '';
      const around = `${user} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${lines} include ${own}; }`;
      return ['-p', folder, '-c', put('nginx.conf', around), '-e', join(folder, 'error.log')];
    },
    caddy: () => {
      const around = `{\n\tadmin off\n\tauto_https off\n}\n${main}`;
      return ['run', '--adapter', 'caddyfile', '--config', put('Caddyfile', around)];
    },
    haproxy: () => {
      const path = put('warifu.lua', script ?? '');
      return ['-db', '-f', put('haproxy.cfg', main.replace(/lua-load-per-thread .*/, `lua-load-per-thread ${path}`))];
    },
  };
  mkdirSync(join(folder, 'home'));
  const home = { HOME: join(folder, 'home'), XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(onPath(proxy) ?? proxy, commands[proxy](), { env: { ...process.env, ...home } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${proxy} ended with ${child.exitCode}:\n${output}`);
    return await listens(port);
  }, `${proxy} to listen`);
  return { output: () => output, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // nginx ends its workers itself; killed, it would leave them behind.
  child.kill('SIGTERM');
  await gone;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
