import type { Command } from 'commander';
import { ConfigError } from '../config/setting.ts';
import type { Context, RequestInfo } from '../context.ts';

/** How a command may end; `configuration` is EX_CONFIG of sysexits.h: a supervisor need not try again. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, configuration: 78 } as const;

/** A command that was typed in a way that cannot be obeyed; `message` says how to type it. */
export class UsageError extends Error {}

/** The option of every command that prints data. */
export type Output = { readonly json?: boolean };

/** Adds `--json` to a command that prints data. */
export function printsData(command: Command): Command {
  return command.option('--json', 'print JSON');
}

/** Adds ways to type a command to its help, without the name of the program. */
export function withExamples(command: Command, ...examples: string[]): Command {
  const program = () => (command.parent ? rootOf(command.parent) : command).name();
  return command.addHelpText(
    'after',
    () => `\nExamples:\n${examples.map((example) => `  $ ${program()} ${example}`.trimEnd()).join('\n')}`,
  );
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

/** Prints data: as JSON, or in words for a person. */
export function print({ json }: Output, data: unknown, words: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(data) : words()}\n`);
}

/** Rows under a head, each column as wide as it needs. */
export function asTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(...[title, ...rows.map((row) => row[at] ?? '')].map(({ length }) => length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/**
 * Runs a command that needs the database, directly and beside a running server.
 * @param name as it stands in the audit log
 * @param database whether the command may make one; few may
 */
export async function run(
  name: string,
  work: (ctx: Context, info: RequestInfo) => Promise<number>,
  database: 'may be new' | 'must be there' = 'must be there',
): Promise<void> {
  await attempt(async () => {
    // What a command does not need is not loaded: `healthcheck` runs every few seconds.
    const { openContext, hostInfo } = await import('./context.ts');
    const ctx = await openContext(database);
    try {
      return await work(ctx, hostInfo(name));
    } finally {
      await ctx.db.destroy();
    }
  });
}

/** Runs a command, and sets the exit code that it returns or that its failure has. */
export async function attempt(work: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    await fail(error);
  }
}

/** Says why, in a sentence; nothing goes on after it. */
export async function fail(error: unknown): Promise<void> {
  const { message, code } = await sayingOf(error);
  process.stderr.write(message.replace(/^/gm, 'warifu: ').concat('\n'));
  process.exitCode = code;
}

async function sayingOf(error: unknown): Promise<{ message: string; code: number }> {
  const message = String((error as Error).message ?? error);
  if (error instanceof UsageError) return { message, code: exitCodes.usage };
  if (error instanceof ConfigError) return { message, code: exitCodes.configuration };
  const [{ errorMessage }, { KeyFileError }, { Failure }] = await Promise.all([
    import('@warifu/contract'),
    import('../crypto/key-file.ts'),
    import('../failure.ts'),
  ]);
  if (error instanceof KeyFileError) return { message, code: exitCodes.configuration };
  const refusal = error instanceof Failure ? errorMessage(error.code, 'en', error.params) : message;
  return { message: refusal, code: exitCodes.failure };
}
