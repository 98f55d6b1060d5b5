import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkExports, recordsOf } from '../audit/export.ts';
import type { Context } from '../context.ts';
import { chainOf, instant, sayFault } from './audit-words.ts';
import { exitCodes, type Output, print } from './frame.ts';

export type ExportOptions = {
  readonly operator?: string;
  /** The records that belong to no operator. */
  readonly host?: boolean;
  readonly since?: string;
  readonly until?: string;
};

/**
 * Prints records of the audit log, a line of JSON each, with all that their hash is made of.
 * @returns the exit code
 * @throws UsageError for options that cannot be obeyed
 */
export async function exportAudit({ db }: Context, options: ExportOptions): Promise<number> {
  const operatorId = chainOf(options);
  const since = instant('--since', options.since);
  const until = instant('--until', options.until);
  const selection = {
    ...(operatorId !== undefined && { operatorId }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  for await (const record of recordsOf(db, selection)) {
    if (!process.stdout.write(`${JSON.stringify(record)}\n`)) await once(process.stdout, 'drain');
  }
  return exitCodes.ok;
}

/**
 * Checks exports by themselves, in the order in which they were made, and prints what is wrong.
 * @returns the exit code: 1 when anything is
 */
export async function verifyExports(files: readonly string[], output: Output): Promise<number> {
  const { records, faults } = await checkExports(files.values().map(linesOf));
  print(output, { records, faults }, () =>
    faults.length === 0 ? `${records} records, each as it was written.` : faults.map(sayFault).join('\n'),
  );
  return faults.length === 0 ? exitCodes.ok : exitCodes.failure;
}

/** The lines of a file, from when they are asked for: those of one that is open before that would be lost. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  // A file that is not there is told by the first step of the loop, not by an event that nobody hears.
  await once(input, 'open');
  yield* createInterface({ input });
}
