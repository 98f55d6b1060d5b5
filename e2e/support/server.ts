import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { root } from '../../scripts/processes.ts';
import { nextPort } from './ports.ts';
import { until } from './until.ts';

export type ServerOptions = {
  /** A `postgres://…` URL; without it the server keeps a SQLite file in its data folder. */
  databaseUrl?: string;
  smtpUrl?: string;
  /** Kept from an earlier start; without it a new one is made, and removed in the end. */
  dataDir?: string;
  port?: number;
  /** More settings, `WARIFU_…`. */
  env?: Record<string, string>;
};

export type Server = {
  readonly baseUrl: string;
  readonly port: number;
  readonly dataDir: string;
  /** Milliseconds from the start of the process until `/readyz` said yes. */
  readonly startedIn: number;
  /** What it printed so far: both streams, and each of them. */
  output: () => string;
  stdout: () => string;
  stderr: () => string;
  /** The one-time link that the first start printed. */
  setupLink: () => string;
  /** SIGTERM; answers with the exit code. */
  stop: () => Promise<number>;
  /** SIGKILL. */
  kill: () => Promise<void>;
};

/** The command of the built package. */
export const program = 'dist/warifu/warifu.js';

/** Starts the server as a process of its own, and waits until it is ready. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const port = options.port ?? (await nextPort());
  const dataDir = options.dataDir ?? temporaryFolder('data');
  const begun = performance.now();
  const running = launch([program, 'serve'], serverEnv(port, dataDir, options));
  const baseUrl = `http://localhost:${port}`;
  await untilReady(baseUrl, running);
  const startedIn = performance.now() - begun;
  // It answers a moment before it has printed where to begin.
  await until(() => running.output().includes('"msg":"ready"'), 'the line that says where to begin');
  const { child, output } = running;
  return {
    baseUrl,
    port,
    dataDir,
    startedIn,
    output,
    stdout: () => running.printed.stdout,
    stderr: () => running.printed.stderr,
    setupLink: () => setupLinkIn(output()),
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}

/** The environment of a server: this one's, but no `WARIFU_…` of the test run. */
export function serverEnv(port: number, dataDir: string, options: ServerOptions = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(WARIFU_|VITEST|NODE_OPTIONS|NODE_ENV|TEST$)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    WARIFU_PORT: String(port),
    WARIFU_BASE_URL: `http://localhost:${port}`,
    WARIFU_DATA_DIR: dataDir,
    ...(options.databaseUrl === undefined ? {} : { WARIFU_DATABASE_URL: options.databaseUrl }),
    ...(options.smtpUrl === undefined ? {} : { WARIFU_SMTP_URL: options.smtpUrl }),
    ...options.env,
  };
}

export type Launched = {
  child: ChildProcess;
  printed: { stdout: string; stderr: string };
  output: () => string;
  exit: Promise<number>;
};

/** Runs a script of the checkout under this Node, and keeps what it prints. */
export function launch(args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Launched {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      printed[name] += part;
    });
  }
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exit = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 128)));
  leftovers.add(child);
  void exit.then(() => leftovers.delete(child));
  return { child, printed, output: () => printed.stdout + printed.stderr, exit };
}

const leftovers = new Set<ChildProcess>();
const folders = new Set<string>();

// A test that fails leaves its server behind. Vitest runs this when the tests of the importing file are over.
afterAll(async () => {
  await Promise.all([...leftovers].map((child) => end(child, 'SIGKILL')));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed when the tests of this file are over. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `warifu-${name}-`));
  folders.add(folder);
  return folder;
}

export async function untilReady(baseUrl: string, { child, output }: Launched): Promise<void> {
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`);
      return fetch(`${baseUrl}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
    },
    `the server to be ready; it said:\n${output()}`,
    20_000,
  );
}

/** The one-time link in what a server printed. */
export function setupLinkIn(output: string): string {
  for (const line of output.split('\n')) {
    const link = /"setupLink":"([^"]+)"/.exec(line)?.[1];
    if (link !== undefined) return link;
  }
  throw new Error(`no setup link in the output:\n${output}`);
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? 128);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code ?? 128));
    child.kill(signal);
  });
}
