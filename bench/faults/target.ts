import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/postgres.ts';
import { root } from '../../scripts/processes.ts';
import { product, type Server, startProgram } from '../servers.ts';
import { withoutSettings } from '../world.ts';
import type { Account } from './load.ts';

/** A server of the product that faults happen to. */
export type Target = {
  readonly url: string;
  readonly folder: string;
  readonly accounts: readonly Account[];
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Runs a host command; answers with what it printed. */
  readonly command: (...args: string[]) => { readonly code: number; readonly output: string };
  readonly stop: () => Promise<void>;
};

type Wanted = { readonly databaseUrl?: string; readonly folder?: string; readonly env?: Record<string, string> };

const clients = 4;

export async function startTarget({ databaseUrl, env: more = {}, ...wanted }: Wanted = {}): Promise<Target> {
  const folder = wanted.folder ?? mkdtempSync(join(tmpdir(), 'warifu-faults-'));
  const port = await freePort();
  const env = {
    ...withoutSettings(),
    WARIFU_DATA_DIR: folder,
    WARIFU_PORT: String(port),
    WARIFU_LOG_LEVEL: 'error',
    ...(databaseUrl === undefined ? {} : { WARIFU_DATABASE_URL: databaseUrl }),
    ...more,
  };
  const accounts = makeAccounts(env, clients);
  let server: Server = await startProgram({ ...product, env, core: undefined });
  const ended = async () => {
    while (isAlive(server.pid)) await delay(20);
  };
  return {
    url: server.url,
    folder,
    accounts,
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await ended();
    },
    restart: async () => {
      server = await startProgram({ ...product, env, core: undefined });
    },
    command: (...args) => hostCommand(env, args),
    stop: async () => {
      if (isAlive(server.pid)) await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Operators with a root user each, made by the host. */
export function makeAccounts(env: Record<string, string>, count: number): Account[] {
  return Array.from({ length: count }, (_, i) => {
    const [email, password] = [`root${i}@example.com`, `bench pass phrase of number ${i}`];
    const args = ['operator', 'create', '--email', email, '--password-stdin'];
    const { output } = hostCommand(env, args, password);
    const [, operatorId] = /"operatorId":\s*"(OP\d+)"/.exec(output) ?? [];
    if (operatorId === undefined) throw new Error(`operator create: ${output}`);
    return { email, password, operatorId };
  });
}

function hostCommand(env: Record<string, string>, args: readonly string[], input = '') {
  const command = [join(root, product.script), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, input, encoding: 'utf8' });
  return { code: status ?? 1, output: `${stdout}${stderr}`.trim() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
