import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkExport, recordsOf } from '../audit/export.ts';
import { noOperator } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { exitCodes, type Output, print, UsageError } from './frame.ts';

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
  const { operator, host } = options;
  if (operator !== undefined && host) throw new UsageError('--operator and --host: choose one.');
  const operatorId = host ? noOperator : operator;
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
 * Checks an export by itself, and prints what is wrong.
 * @returns the exit code: 1 when anything is
 */
export async function verifyExport(file: string, output: Output): Promise<number> {
  const { records, faults } = await checkExport(createInterface({ input: createReadStream(file) }));
  const lines = faults.map(
    ({ operatorId, kind, sequence }) => `${operatorId || '(no operator)'}: ${kind} at record ${sequence}`,
  );
  print(output, { records, faults }, () =>
    faults.length === 0 ? `${records} records, each as it was written.` : lines.join('\n'),
  );
  return faults.length === 0 ? exitCodes.ok : exitCodes.failure;
}

function instant(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${name}: write a time such as 2026-11-29 or 2026-11-29T15:00:00Z.`);
  return at;
}
