import type { Db } from '../db/database.ts';
import type { Head } from './growth.ts';
import { chainHash } from './record.ts';

export type ChainFault = {
  readonly operatorId: string;
  readonly sequence: number;
  readonly kind: 'gap' | 'edit' | 'head';
};

const pageSize = 1000;

/**
 * Checks one operator's chain from its first row to its head; the first fault found is returned. Rows and head are
 * written together and read apart, while others write: so the rows up to the head that was read first must lead to it,
 * and no row may be newer than the head that is read last.
 */
export async function verifyChain(db: Db, operatorId: string): Promise<ChainFault | undefined> {
  const head = await headOf(db, operatorId);
  let previous = { sequence: 0, hash: '' };
  for (;;) {
    const rows = await db
      .selectFrom('audit_log')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .where('sequence', '>', previous.sequence)
      .where('sequence', '<=', head.sequence)
      .orderBy('sequence')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      if (row.sequence !== previous.sequence + 1) return { operatorId, sequence: previous.sequence + 1, kind: 'gap' };
      const intact = row.previous_hash === previous.hash && row.hash === chainHash(row);
      if (!intact) return { operatorId, sequence: row.sequence, kind: 'edit' };
      previous = row;
    }
    if (rows.length < pageSize) break;
  }
  const { newest } = await db
    .selectFrom('audit_log')
    .select((eb) => eb.fn.max('sequence').as('newest'))
    .where('operator_id', '=', operatorId)
    .executeTakeFirstOrThrow();
  const leads = previous.sequence === head.sequence && previous.hash === head.hash;
  if (leads && (newest ?? 0) <= (await headOf(db, operatorId)).sequence) return undefined;
  return { operatorId, sequence: previous.sequence, kind: 'head' };
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

/** Where a chain ends; where it begins, when it has no head. */
async function headOf(db: Db, operatorId: string): Promise<{ sequence: number; hash: string }> {
  const head = await db.selectFrom('audit_heads').selectAll().where('operator_id', '=', operatorId).executeTakeFirst();
  return head ?? { sequence: 0, hash: '' };
}
