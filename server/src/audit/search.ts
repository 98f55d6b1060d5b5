import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { AuditLog } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { headOf } from './chain.ts';

export type AuditSearch = {
  readonly apiKind: string | undefined;
  /** As records name them: `root`, `sam:name`, `role:id`. */
  readonly actor: string | undefined;
  readonly target: string | undefined;
  readonly outcome: AuditLog['outcome'] | undefined;
  /** Milliseconds, both inclusive. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly limit: number;
  /** Key of the page before: rows older than it. */
  readonly before: string | undefined;
};

/**
 * One page of an operator's audit log, newest first.
 * @throws Failure COM0001 for a key that no page gave
 */
export async function searchAuditLog(
  db: Db,
  operatorId: string,
  search: AuditSearch,
): Promise<{ rows: AuditLog[]; nextKey: string | undefined }> {
  let query = db.selectFrom('audit_log').selectAll().where('operator_id', '=', operatorId);
  query = query.where('sequence', '>', (await headOf(db, operatorId)).pruned_sequence);
  if (search.apiKind !== undefined) query = query.where('api_kind', '=', search.apiKind);
  if (search.actor !== undefined) query = query.where('actor', '=', search.actor);
  if (search.target !== undefined) query = query.where(concerns(search.target));
  if (search.outcome !== undefined) query = query.where('outcome', '=', search.outcome);
  if (search.from !== undefined) query = query.where('at', '>=', search.from);
  if (search.to !== undefined) query = query.where('at', '<=', search.to);
  if (search.before !== undefined) {
    query = query.where('sequence', '<', await sequenceOf(db, operatorId, search.before));
  }
  const rows = await query
    .orderBy('sequence', 'desc')
    .limit(search.limit + 1)
    .execute();
  const page = rows.slice(0, search.limit);
  const last = page.at(-1);
  return { rows: page, nextKey: rows.length > search.limit && last ? String(last.sequence) : undefined };
}

/**
 * Whether a row is about somebody or something: alone or beside others (`sam:taro role:Desk`), or because it did it to
 * itself. Replacing compares letter by letter on both engines, and nothing in a name is a wildcard.
 */
function concerns(party: string) {
  const alone = ` ${party} `;
  return sql<boolean>`((target = '' and actor = ${party})
    or replace(' ' || target || ' ', ${alone}, '') <> ' ' || target || ' ')`;
}

/** No chain is as long as the milliseconds since 1970: what is larger is the time of a row. */
const firstTime = 1e12;

/**
 * The row before which a page begins. The key that a page gives is the sequence of its last row; clients of the
 * reference send that row's `requestedTimeEpochMs` instead, and go on with what is older than it.
 */
async function sequenceOf(db: Db, operatorId: string, key: string): Promise<number> {
  if (!/^\d{1,15}$/.test(key)) {
    const reason = { en: 'is not a key that this log gave', ja: 'ページのキーが正しくありません。' };
    throw new Failure('COM0001', { field: 'last_evaluated_key', reason });
  }
  if (Number(key) < firstTime) return Number(key);
  const row = await db
    .selectFrom('audit_log')
    .select((eb) => eb.fn.min('sequence').as('sequence'))
    .where('operator_id', '=', operatorId)
    .where('at', '>=', Number(key))
    .executeTakeFirst();
  return Number(row?.sequence ?? Number.MAX_SAFE_INTEGER);
}
