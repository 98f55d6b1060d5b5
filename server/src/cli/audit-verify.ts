import type { Loss } from '../audit/anchors.ts';
import { verifyChains } from '../audit/chain.ts';
import { fromOneWord, witnessAt } from '../audit/witness.ts';
import type { Context } from '../context.ts';
import { missingRecords } from '../restored/watch.ts';
import { nameOf, sayFault } from './audit-words.ts';
import { exitCodes, type Output, print, UsageError } from './frame.ts';

export type VerifyOptions = Output & {
  /** What a log says of where the chains ended. */
  readonly head?: string;
};

/** Checks every chain of the audit log and prints what is wrong; the exit code is 1 when anything is. */
export async function verifyAudit(ctx: Context, options: VerifyOptions): Promise<number> {
  const witnessed = options.head === undefined ? [] : await againstHead(ctx, options.head);
  const { faults, losses, lines: within } = await auditTrouble(ctx);
  const lines = [...within, ...witnessed];
  const data = { faults, losses, ...(options.head !== undefined && { head: witnessed[0] ?? 'as it was' }) };
  print(options, data, () => (lines.length === 0 ? 'The audit log is whole.' : lines.join('\n')));
  return lines.length === 0 ? exitCodes.ok : exitCodes.failure;
}

async function againstHead({ db }: Context, word: string): Promise<string[]> {
  const seen = fromOneWord(word);
  if (seen === undefined) throw new UsageError('--head: copy the text of "head" from a line "audit heads" of the log.');
  const when = new Date(seen.at).toISOString();
  const now = await witnessAt(db, seen.at);
  if (now === undefined) return [`records of after ${when} were pruned: what was seen then cannot be compared`];
  if (now.digest === seen.digest) return [];
  return [`the records up to ${when} are others than were seen: ${seen.records} then, ${now.records} now`];
}

/** What is wrong with the chains, and what they lack of what was seen of them; a line for each. */
export async function auditTrouble(ctx: Context) {
  const faults = await verifyChains(ctx.db);
  const losses = await missingRecords(ctx);
  const lines = [...faults.map(sayFault), ...losses.map((loss) => `${nameOf(loss.operatorId)}: ${sayLoss(loss)}`)];
  return { faults, losses, lines };
}

function sayLoss({ sequence, missing }: Loss): string {
  if (missing === 0) return `record ${sequence} is another one than was seen before`;
  return `the last ${missing} of the ${sequence} records that were seen are missing`;
}
