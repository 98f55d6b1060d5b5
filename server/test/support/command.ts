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
  const own = { WARIFU_DATA_DIR: config.dataDir, WARIFU_DATABASE_URL: config.databaseUrl };
  return await runProgram(args, { ...own, ...env }, watch);
}

/** Runs a host command as a process of its own, with these settings only. */
export async function runProgram(
  args: readonly string[],
  env: Record<string, string> = {},
  watch: Watch = () => () => {},
): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const unwatch = watch(() => child.kill('SIGKILL'));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  unwatch();
  return { code, stdout, stderr };
}
