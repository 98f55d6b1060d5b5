import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestServer } from './server.ts';

const program = join(import.meta.dirname, '../../src/cli/warifu.ts');

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a host command as a process of its own, on the database of a server. */
export async function runCommand(
  { ctx: { config } }: Pick<TestServer, 'ctx'>,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  return await runProgram(args, { WARIFU_DATA_DIR: config.dataDir, WARIFU_DATABASE_URL: config.databaseUrl, ...env });
}

/** Runs a host command as a process of its own, with these settings only. */
export async function runProgram(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
