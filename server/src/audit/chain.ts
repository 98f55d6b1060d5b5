import { setImmediate as turn } from 'node:timers/promises';
import type { Db } from '../db/database.ts';
import type { AuditHeads, AuditLog } from '../db/schema.ts';
import type { Head } from './growth.ts';
import { chainHash, newHead } from './record.ts';

export type ChainFault = {
  readonly operatorId: string;
  readonly sequence: number;
  /** `pruned`: the records up to there are gone, and no record says who removed them. */
  readonly kind: 'gap' | 'edit' | 'head' | 'pruned';
};

/** A place in a chain: behind its record. */
export type Point = { readonly sequence: number; readonly hash: string };

/** On an embedded database a page holds up the event loop, for a few milliseconds. */
const pageSize = 500;

/**
 * Checks one operator's chain from its first row to its head; the first fault found is returned. Rows and head are
 * written together and read apart, while others write: so the rows up to the head that was read first must lead to it,
 * and no row may be newer than the head that is read last. What is pruned meanwhile begins it anew.
 */
export async function verifyChain(db: Db, operatorId: string): Promise<ChainFault | undefined> {
  for (;;) {
    const head = await headOf(db, operatorId);
    const fault = await faultOf(db, head);
    if (!fault || (await headOf(db, operatorId)).pruned_sequence === head.pruned_sequence) return fault;
  }
}

async function faultOf(db: Db, head: AuditHeads): Promise<ChainFault | undefined> {
  const { operator_id: operatorId } = head;
  let pruned: Point | undefined;
  const { last, fault } = await walkChain(db, head, (row) => {
    pruned = prunedBy(row) ?? pruned;
    return true;
  });
  if (fault) return fault;
  // SECURITY: what is said to be pruned is gone by a record of the chain itself, or it was taken away (R73).
  const [sequence, hash] = [pruned?.sequence ?? 0, pruned?.hash ?? ''];
  if (head.pruned_sequence !== sequence || head.pruned_hash !== hash) {
    return { operatorId, sequence: head.pruned_sequence, kind: 'pruned' };
  }
  const { newest } = await db
    .selectFrom('audit_log')
    .select((eb) => eb.fn.max('sequence').as('newest'))
    .where('operator_id', '=', operatorId)
    .executeTakeFirstOrThrow();
  const leads = last.sequence === head.sequence && last.hash === head.hash;
  if (leads && (newest ?? 0) <= (await headOf(db, operatorId)).sequence) return undefined;
  return { operatorId, sequence: last.sequence, kind: 'head' };
}

/**
 * Goes through the records of a chain from where it was pruned to its head; each is checked against the one before.
 * @param see is shown each, and says whether to go on
 * @returns the last one that it was shown, and the fault that ended it
 */
export async function walkChain(
  db: Db,
  { operator_id: operatorId, sequence, pruned_sequence, pruned_hash }: AuditHeads,
  see: (row: AuditLog) => boolean,
): Promise<{ last: Point; fault?: ChainFault }> {
  let last: Point = { sequence: pruned_sequence, hash: pruned_hash };
  for (;;) {
    const rows = await db
      .selectFrom('audit_log')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .where('sequence', '>', last.sequence)
      .where('sequence', '<=', sequence)
      .orderBy('sequence')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      const next = last.sequence + 1;
      if (row.sequence !== next) return { last, fault: { operatorId, sequence: next, kind: 'gap' } };
      const intact = row.previous_hash === last.hash && row.hash === chainHash(row);
      if (!intact) return { last, fault: { operatorId, sequence: row.sequence, kind: 'edit' } };
      if (!see(row)) return { last };
      last = row;
    }
    if (rows.length < pageSize) return { last };
    await turn();
  }
}

/** The reason of a record that says what was pruned. */
export const prunedReason = 'pruned';

/** The last of the records that a record says were pruned; undefined when it says nothing of the kind. */
export function prunedBy({ reason, detail }: Pick<AuditLog, 'reason' | 'detail'>): Point | undefined {
  if (reason !== prunedReason) return undefined;
  const { last, hash } = JSON.parse(detail) as { last?: number; hash?: string };
  return last === undefined || hash === undefined ? undefined : { sequence: last, hash };
}

/** Checks every chain; returns all faults, at most one a chain. */
export async function verifyChains(db: Db): Promise<ChainFault[]> {
  const heads = await db.selectFrom('audit_heads').select('operator_id').execute();
  const orphans = await db.selectFrom('audit_log').select('operator_id').distinct().execute();
  const operatorIds = new Set([...heads, ...orphans].map((row) => row.operator_id));
  const faults = [];
  for (const operatorId of operatorIds) {
    const fault = await verifyChain(db, operatorId);
    if (fault) faults.push(fault);
  }
  return faults;
}

/** Where each chain ends. */
export async function headsOf(db: Db): Promise<Head[]> {
  const rows = await db.selectFrom('audit_heads').selectAll().orderBy('operator_id').execute();
  return rows.map(({ operator_id: operatorId, sequence, hash }) => ({ operatorId, sequence, hash }));
}

/** Where a chain begins and ends; where it would, when it has no head. */
export async function headOf(db: Db, operatorId: string): Promise<AuditHeads> {
  const head = await db.selectFrom('audit_heads').selectAll().where('operator_id', '=', operatorId).executeTakeFirst();
  return head ?? { operator_id: operatorId, ...newHead(0) };
}
