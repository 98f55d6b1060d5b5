import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { start } from './processes.ts';
import { onPath, postgresBin } from './system-packages.ts';

export type Cluster = {
  url: string;
  stop: () => Promise<void>;
  /** Kills it in the middle of whatever it does, and starts it again after a while. */
  crash: (milliseconds: number) => Promise<void>;
};

/** Starts a PostgreSQL of our own on a free port of the loopback address, in a temporary folder. */
export async function startPostgres(): Promise<Cluster> {
  const bin = postgresBin();
  if (bin === undefined) throw new Error('no PostgreSQL server programs found');
  const folder = makeFolder();
  const data = join(folder, 'data');
  initialise(bin, data, folder);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, max_connections: '200' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, args] = asServer([join(bin, 'postgres'), '-D', data, '-p', String(port), ...options]);
  // Detached: Ctrl-C in the terminal reaches the tests first, the cluster ends when they have.
  const begin = () => start(command, args, { cwd: folder, stdio: 'ignore', detached: true });
  let server = begin();
  const stop = () => stopServer(server, folder);
  const crash = async (milliseconds: number) => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
    await wait(milliseconds);
    server = begin();
    await untilReady(bin, port, server);
  };
  try {
    await untilReady(bin, port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop, crash };
}

/** A temporary folder that belongs to the user that PostgreSQL runs as. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-postgres-'));
  chmodSync(folder, 0o755);
  if (isRoot()) must(spawnSync('chown', ['postgres', folder]), 'chown');
  return folder;
}

function initialise(bin: string, data: string, cwd: string): void {
  const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  const [command, args] = asServer([join(bin, 'initdb'), '-D', data, ...options]);
  must(spawnSync(command, args, { cwd, encoding: 'utf8' }), 'initdb');
}

/** PostgreSQL and PgBouncer refuse to run as root; and they must die with us, even when we are killed. */
export function asServer(command: readonly string[]): [string, string[]] {
  const setpriv = onPath('setpriv');
  const whole = setpriv === undefined ? [...command] : [setpriv, ...privileges(), '--', ...command];
  return [whole[0] as string, whole.slice(1)];
}

function privileges(): string[] {
  const user = isRoot() ? ['--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  return [...user, '--pdeathsig=SIGINT'];
}

async function untilReady(bin: string, port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended at its start with code ${server.exitCode}`);
    if (spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0) return;
    await wait(100);
  }
  throw new Error('PostgreSQL was not ready after 30 seconds');
}

/** SIGINT is PostgreSQL's "fast" stop: it drops its clients and writes all down. */
async function stopServer(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    const stuck = setTimeout(() => server.kill('SIGQUIT'), 10_000);
    await gone;
    clearTimeout(stuck);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function must(result: { status: number | null; stderr: string | Buffer }, what: string): void {
  if (result.status !== 0) throw new Error(`${what} failed: ${String(result.stderr)}`);
}
