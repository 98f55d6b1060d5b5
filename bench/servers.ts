import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import { root, start } from '../scripts/processes.ts';
import { pinned } from './machine.ts';

/** A process that announced where it listens; it ends with the block that holds it. */
export type Server = {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the spawn to its announcement, and the processor time it took until then. */
  readonly ready: { readonly wall: number; readonly cpu: number };
} & AsyncDisposable;

export type Program = {
  /** Path from the root of the checkout. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Record<string, string>;
  /** Undefined: all of them. */
  readonly core: number | undefined;
  /** Takes each line of its output. */
  readonly onLine?: (line: string) => void;
};

/** Milliseconds; the machine may be busy. */
const stopTime = 60_000;

/** What `npm start` runs, after it has built it. */
export const product = productOf(packageJson.scripts.start);

function productOf(command: string): Pick<Program, 'script' | 'nodeArgs' | 'args'> {
  const words = command.replace(/^exec node /, '').split(' ');
  const at = words.findIndex((word) => !word.startsWith('-'));
  return { nodeArgs: words.slice(0, at), script: words[at] ?? '', args: words.slice(at + 1) };
}

/**
 * Starts a program and waits for the JSON line in which it says its address.
 * @throws Error with what it wrote when it ends before
 */
export async function startProgram({
  script,
  args = [],
  nodeArgs = [],
  env = {},
  core,
  onLine,
}: Program): Promise<Server> {
  const begun = performance.now();
  const command = pinned(core, [process.execPath, ...nodeArgs, `${root}/${script}`, ...args]);
  const child = start(...command, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    if (!child.stdout) return reject(new Error('no output'));
    const { stdout } = child;
    const lines = createInterface(stdout).on('line', (line) => {
      onLine?.(line);
      const address = addressIn(line);
      if (!address) return;
      resolve(address);
      if (onLine) return;
      // To read thousands of lines a second would take from the cores what is measured there; they are thrown away.
      lines.close();
      stdout.resume();
    });
    void gone.then(() => reject(new Error(`${script} ended before it listened`)));
    child.once('error', reject);
  });
  const pid = child.pid ?? 0;
  const ready = { wall: performance.now() - begun, cpu: cpuOf(pid) };
  const stop = async () => {
    child.kill('SIGTERM');
    // A supervisor waits no longer, and what does not stop is a finding.
    const isOver = await Promise.race([gone.then(() => true), delay(stopTime, false, { ref: false })]);
    if (isOver) return;
    child.kill('SIGKILL');
    await gone;
    throw new Error(`${script} did not stop within ${stopTime / 1000} s, and was killed`);
  };
  return { url, pid, ready, [Symbol.asyncDispose]: stop };
}

/** Processor time that a process has used, in milliseconds; 0 where the system does not tell. */
export function cpuOf(pid: number): number {
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return ticks * 10;
}

/** Resident memory of a process, in MB (10⁶ bytes). */
export function residentOf(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readProc(pid, 'status'))?.[1];
  return (Number(kib ?? Number.NaN) * 1024) / 1e6;
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function addressIn(line: string): string | undefined {
  try {
    const { address } = JSON.parse(line) as { address?: unknown };
    return typeof address === 'string' ? address : undefined;
  } catch {
    return undefined;
  }
}
