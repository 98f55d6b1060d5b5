import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Children that must not outlive this process. */
const children = new Set<ChildProcess>();

export type Finished = { code: number; output: string };

/** Starts a program from the root; its end is awaited with `ended`. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

/** The exit code of a child; 128 + signal number is folded to 1, as only "not 0" matters here. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a program with its output on this terminal. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return ended(start(command, args, options));
}

/** Runs a program and keeps what it prints on either stream. */
export async function capture(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  const child = start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  }
  const code = await ended(child);
  return { code, output: parts.join('') };
}

/** A program of node_modules, run by the Node that runs this script. */
export function tool(path: string, args: readonly string[]): [string, string[]] {
  return [process.execPath, [`${root}/node_modules/${path}`, ...args]];
}

/** On Ctrl-C or a stop, tells the children, cleans up, and leaves with the usual code. */
export function onInterrupt(cleanUp: () => Promise<void>): void {
  let stopping = false;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      for (const child of children) child.kill(signal);
      void cleanUp().finally(() => process.exit(128 + number));
    });
  }
}
