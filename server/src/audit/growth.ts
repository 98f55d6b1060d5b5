import type { Db } from '../db/database.ts';
import { perDatabase } from '../db/reads.ts';

/** The last record of a chain. */
export type Head = { readonly operatorId: string; readonly sequence: number; readonly hash: string };

const atOnce = 200;

type Noted = { readonly sequence: number; readonly at: number };

/** Chains that grew since their heads were anchored last, or will when a transaction is committed. */
const grown = perDatabase(() => new Map<string, Noted>());

/** Notes that a chain grows, in the transaction that may still fail. */
export function noteGrowth(db: Db, operatorId: string, noted: Noted): void {
  grown(db).set(operatorId, noted);
}

/** Milliseconds after which a transaction is over, one way or the other. */
const longestChange = 60_000;

/** The heads of the chains that grew, as they are committed by now. */
export async function grownHeads(db: Db, now: number): Promise<Head[]> {
  const noted = grown(db);
  const wanted = [...noted].slice(0, atOnce);
  if (wanted.length === 0) return [];
  const operatorIds = wanted.map(([operatorId]) => operatorId);
  const rows = await db.selectFrom('audit_heads').selectAll().where('operator_id', 'in', operatorIds).execute();
  const heads = new Map(rows.map((row) => [row.operator_id, row]));
  for (const [operatorId, seen] of wanted) {
    // What was taken back never comes; what is not committed yet is looked at again.
    const isThere = (heads.get(operatorId)?.sequence ?? 0) >= seen.sequence || now - seen.at > longestChange;
    if (isThere && noted.get(operatorId) === seen) noted.delete(operatorId);
  }
  return rows.map(({ operator_id: operatorId, sequence, hash }) => ({ operatorId, sequence, hash }));
}
