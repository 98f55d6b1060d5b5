import { type ChainFault, headsOf } from '../audit/chain.ts';
import { checkExports } from '../audit/export.ts';
import { noOperator } from '../audit/record.ts';
import { chainsBefore, prune, type Span, spanBefore } from '../audit/retention.ts';
import type { Context, RequestInfo } from '../context.ts';
import { limits } from '../limits.ts';
import { linesOf } from './audit-export.ts';
import { chainOf, instant, nameOf, sayFault } from './audit-words.ts';
import { asTable, exitCodes, type Output, print, UsageError } from './frame.ts';

export type PruneOptions = Output & {
  readonly before: string;
  readonly operator?: string;
  /** The records that belong to no operator. */
  readonly host?: boolean;
  /** An export that must hold all that goes. */
  readonly exported?: string;
  readonly dryRun?: boolean;
};

/**
 * Removes the oldest records of the audit log, and puts that on record in each chain; prints what went, or would.
 * @returns the exit code: 1 when a chain is not whole, and stays as it is
 * @throws UsageError for an instant that is too young, Error when the export lacks anything; then nothing is removed
 */
export async function pruneAudit(ctx: Context, info: RequestInfo, options: PruneOptions): Promise<number> {
  const before = instant('--before', options.before) ?? 0;
  if (before > ctx.now() - limits.audit.kept) {
    throw new UsageError(`--before: records of the last ${limits.audit.kept / limits.day} days stay.`);
  }
  const { spans, faults } = await found(ctx, before, options);
  if (options.exported !== undefined) await assertExported(options.exported, spans);
  const pruned: Span[] = [];
  for (const span of spans) {
    const by = { actor: info.userAgent, info, at: ctx.now() };
    if (options.dryRun || (await prune(ctx.db, span, by))) pruned.push(span);
  }
  const chains = pruned.map(({ operatorId, records, after, last, from, to }) => ({
    operatorId,
    records,
    first: after + 1,
    last: last.sequence,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }));
  print(options, { dryRun: options.dryRun ?? false, chains, faults }, () =>
    chains.length === 0
      ? 'Nothing is that old.'
      : asTable(
          ['operator', options.dryRun ? 'would go' : 'removed', 'from', 'to'],
          chains.map((chain) => [nameOf(chain.operatorId), String(chain.records), chain.from, chain.to]),
        ),
  );
  for (const fault of faults) {
    process.stderr.write(`warifu: ${sayFault(fault)}. Nothing of this chain was removed.\n`);
  }
  return faults.length === 0 ? exitCodes.ok : exitCodes.failure;
}

async function found({ db }: Context, before: number, options: PruneOptions) {
  const chain = chainOf(options);
  const wanted = chain === undefined ? await chainsBefore(db, before) : [chain];
  if (chain !== undefined && chain !== noOperator) await assertChain(db, chain);
  const spans: Span[] = [];
  const faults: ChainFault[] = [];
  for (const operatorId of wanted) {
    const one = await spanBefore(db, operatorId, before);
    if (one === undefined) continue;
    if ('kind' in one) faults.push(one);
    else spans.push(one);
  }
  return { spans, faults };
}

async function assertChain(db: Context['db'], operatorId: string): Promise<void> {
  const isThere = (await headsOf(db)).some((head) => head.operatorId === operatorId);
  if (!isThere) throw new UsageError(`--operator: there are no records of ${operatorId}.`);
}

/** Each chain leads from record to record, so an export that has the last of a span and all before it has them as they were. */
async function assertExported(file: string, spans: readonly Span[]): Promise<void> {
  const missing = new Map(spans.map((span) => [span.operatorId, span]));
  const { faults } = await checkExports([linesOf(file)], ({ first, last }) => {
    const span = missing.get(last.operator_id);
    const isWhole = span?.last.sequence === last.sequence && span.last.hash === last.hash && first <= span.after + 1;
    if (isWhole) missing.delete(last.operator_id);
  });
  const [fault] = faults;
  if (fault) throw new Error(`--exported: ${file}: ${sayFault(fault)}. Nothing was removed.`);
  const names = [...missing.keys()].map(nameOf);
  if (names.length === 0) return;
  throw new Error(`--exported: ${file} lacks records of ${names.slice(0, 5).join(', ')}. Nothing was removed.`);
}
