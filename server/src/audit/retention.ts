import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import type { AuditLog } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { limits } from '../limits.ts';
import { type ChainFault, headOf, type Point, prunedReason, walkChain } from './chain.ts';
import { record } from './record.ts';

/** The oldest records of a chain, that are to go. */
export type Span = {
  readonly operatorId: string;
  readonly records: number;
  /** The record before them; 0 when they are the first. */
  readonly after: number;
  readonly last: Point;
  /** The times of the first and the last of them, and of the record that is the oldest then, if there is one. */
  readonly from: number;
  readonly to: number;
  readonly next: number | undefined;
};

/** Who prunes, for the record of it. */
export type By = { readonly actor: string; readonly info: RequestInfo; readonly at: number };

/**
 * The records of a chain from before an instant, each checked: pruning must not hide that one was changed or removed.
 * Records of earlier prunings alone are not worth another one.
 * @returns undefined when there are none, or the fault that was found
 */
export async function spanBefore(db: Db, operatorId: string, before: number): Promise<Span | ChainFault | undefined> {
  const head = await headOf(db, operatorId);
  let first: AuditLog | undefined;
  let next: AuditLog | undefined;
  let to = 0;
  let isWorthIt = false;
  const { last, fault } = await walkChain(db, head, (row) => {
    if (row.at >= before) {
      next = row;
      return false;
    }
    first ??= row;
    to = row.at;
    isWorthIt ||= row.reason !== prunedReason;
    return true;
  });
  if (fault) return fault;
  if (first === undefined || !isWorthIt) return undefined;
  const after = head.pruned_sequence;
  const point = { sequence: last.sequence, hash: last.hash };
  return { operatorId, records: point.sequence - after, after, last: point, from: first.at, to, next: next?.at };
}

/**
 * Prunes a span, and puts that on record in its chain, in one transaction: from then on the records count as gone. Their
 * rows are removed afterwards, a few at a time; where that is cut off, the next time goes on.
 * @returns false when another server pruned the chain meanwhile
 */
export async function prune(db: Db, { operatorId, records, after, last, from, to, next }: Span, by: By) {
  const isDone = await transaction(db, async (tx) => {
    const moved = await tx
      .updateTable('audit_heads')
      .set({ pruned_sequence: last.sequence, pruned_hash: last.hash, pruned_at: to, first_at: next ?? by.at })
      .where('operator_id', '=', operatorId)
      .where('pruned_sequence', '=', after)
      .executeTakeFirst();
    if (moved.numUpdatedRows === 0n) return false;
    const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const detail = { records, first: after + 1, last: last.sequence, ...times, hash: last.hash };
    const event = { operatorId, userName: '', actor: by.actor, outcome: 'success', reason: prunedReason } as const;
    await record(tx, by.at, by.info, { ...event, detail });
    return true;
  });
  if (isDone) await removePruned(db, operatorId, last.sequence);
  return isDone;
}

async function removePruned(db: Db, operatorId: string, upTo: number): Promise<void> {
  await inSlices((atMost) => {
    const gone = db
      .selectFrom('audit_log')
      .select('sequence')
      .where('operator_id', '=', operatorId)
      .where('sequence', '<=', upTo)
      .orderBy('sequence')
      .limit(atMost);
    return db
      .deleteFrom('audit_log')
      .where('operator_id', '=', operatorId)
      .where('sequence', 'in', gone)
      .executeTakeFirst();
  });
}

/** Removes the rows that a pruning left when it was cut off. */
async function removeLeft(db: Db): Promise<void> {
  const left = await db
    .selectFrom('audit_heads as head')
    .select(['operator_id', 'pruned_sequence'])
    .where('pruned_sequence', '>', 0)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('audit_log as row')
          .select('row.sequence')
          .whereRef('row.operator_id', '=', 'head.operator_id')
          .whereRef('row.sequence', '<=', 'head.pruned_sequence'),
      ),
    )
    .execute();
  for (const { operator_id: operatorId, pruned_sequence: upTo } of left) await removePruned(db, operatorId, upTo);
}

/** The chains that have records from before an instant. */
export async function chainsBefore(db: Db, before: number): Promise<string[]> {
  const chains = db.selectFrom('audit_heads').select('operator_id').where('first_at', '<', before);
  return (await chains.orderBy('operator_id').execute()).map((row) => row.operator_id);
}

const byItself = { requestId: '', sourceIp: '', userAgent: '', method: '', path: '', language: 'en' } as const;

/**
 * Prunes what is older than the setting says; whole days of UTC, so that a chain has one record of it a day at most.
 * SECURITY: a clock that was put ahead, or wrong when the machine came up, must not cost the evidence of months: what is
 * pruned was due for an hour, by a clock that nobody sets.
 */
export function retention(ctx: Context, steady: () => number = () => performance.now()): () => Promise<void> {
  let due: { readonly before: number; readonly since: number } | undefined;
  let done = 0;
  return async () => {
    const { db, config } = ctx;
    await removeLeft(db);
    if (config.auditDays === undefined) return;
    const before = Math.floor(ctx.now() / limits.day - config.auditDays) * limits.day;
    const seen = due ?? { before: Number.POSITIVE_INFINITY, since: 0 };
    const isSure = before >= seen.before && steady() - seen.since >= limits.audit.considered;
    if (isSure || before < seen.before) due = { before, since: steady() };
    if (!isSure || seen.before <= done) return;
    await pruneAll(ctx, seen.before);
    done = seen.before;
  };
}

async function pruneAll({ db, log, now }: Context, before: number): Promise<void> {
  for (const operatorId of await chainsBefore(db, before)) {
    const span = await spanBefore(db, operatorId, before);
    if (span === undefined) continue;
    if ('kind' in span) {
      const { kind, sequence } = span;
      log.error({ operatorId, kind, record: sequence }, 'the audit log is not whole: it is not pruned');
      continue;
    }
    await prune(db, span, { actor: 'system', info: { ...byItself, apiKind: 'System:pruneAudit' }, at: now() });
  }
}
