import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestServer } from './server.ts';

const program = join(import.meta.dirname, '../../src/cli/warifu.ts');

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Is given what kills a command, and returns what ends the watch. */
type Watch = (kill: () => void) => () => void;

/** Runs a host command as a process of its own, on the database of a server. */
export async function runCommand(
  { ctx: { config } }: Pick<TestServer, 'ctx'>,
  args: readonly string[],
  env: Record<string, string> = {},
  watch?: Watch,
): Promise<Ran> {
  return await runProgram(args, { ...placeOf(config), ...env }, watch);
}

/** The settings that lead a command to the database of a server. */
export function placeOf({ dataDir, databaseUrl }: TestServer['ctx']['config']): Record<string, string> {
  return { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: databaseUrl };
}

/** Runs a host command as a process of its own, with these settings only. */
export async function runProgram(
  args: readonly string[],
  env: Record<string, string> = {},
  watch: Watch = () => () => {},
  /** What the program is typed behind, such as `nice`. */
  before: readonly string[] = [],
): Promise<Ran> {
  const [command = '', ...words] = [...before, process.execPath, program, ...args];
  const child = spawn(command, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const unwatch = watch(() => child.kill('SIGKILL'));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  unwatch();
  return { code, stdout, stderr };
}
