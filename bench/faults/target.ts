import { spawn } from 'node:child_process';
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
  /** Its settings. */
  readonly env: Record<string, string>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Runs a host command; answers with what it printed. */
  readonly command: (...args: string[]) => Promise<Printed>;
  readonly stop: () => Promise<void>;
};

type Printed = { readonly code: number; readonly output: string };

type Wanted = {
  readonly databaseUrl?: string;
  readonly folder?: string;
  readonly env?: Record<string, string>;
  /** Takes each line that the server logs. */
  readonly onLine?: (line: string) => void;
};

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
  const accounts = await makeAccounts(env, clients);
  const program = { ...product, env, core: undefined, ...(wanted.onLine && { onLine: wanted.onLine }) };
  let server: Server = await startProgram(program);
  const ended = async () => {
    while (isAlive(server.pid)) await delay(20);
  };
  return {
    url: server.url,
    folder,
    accounts,
    env,
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await ended();
    },
    restart: async () => {
      server = await startProgram(program);
    },
    command: (...args) => hostCommand(env, args),
    stop: async () => {
      if (isAlive(server.pid)) await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Operators with a root user each, made by the host. */
export async function makeAccounts(env: Record<string, string>, count: number): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let i = 0; i < count; i++) accounts.push(await createOperator(env, `root${i}@example.com`));
  return accounts;
}

export async function createOperator(env: Record<string, string>, email: string): Promise<Account> {
  const password = `bench pass phrase of ${email.length} letters`;
  const args = ['operator', 'create', '--email', email, '--password-stdin'];
  let printed = await hostCommand(env, args, password);
  // A machine that is busy with something else may need another try.
  for (let more = 3; more > 0 && printed.code === 1; more--) printed = await hostCommand(env, args, password);
  const [, operatorId] = /"operatorId":\s*"(OP\d+)"/.exec(printed.output) ?? [];
  if (operatorId === undefined) throw new Error(`operator create: ${printed.output}`);
  return { email, password, operatorId };
}

/** Not synchronously: the way to the database may lead through this process. */
async function hostCommand(env: Record<string, string>, args: readonly string[], input = ''): Promise<Printed> {
  const child = spawn(process.execPath, [join(root, product.script), ...args], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (output += part));
  child.stdin.end(input);
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)));
  return { code, output: output.trim() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
