import type { RequestInfo } from '../context.ts';
import { hashSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { AuditHeads } from '../db/schema.ts';
import { noteGrowth } from './growth.ts';

/** Events of no operator (an unknown account, a request nobody owns) have a chain of their own. */
export const noOperator = '';

export type AuditEvent = {
  readonly operatorId: string;
  /** Empty for the root user. */
  readonly userName: string;
  /** Who did it: `root`, `sam:name`, `host:name`, `anonymous`, `system`. */
  readonly actor: string;
  /** What it was done to, such as `root` or `session:…`; empty when it is the actor itself. */
  readonly target?: string;
  readonly outcome: 'success' | 'failure' | 'refused';
  /** A code of the table or a short word; or why a person said that it did it. */
  readonly reason?: string;
  /** Left out where nothing is answered. */
  readonly statusCode?: number;
  /** Facts without secrets. */
  readonly detail?: Record<string, string | number | boolean>;
};

/**
 * Appends an event to its operator's chain. Call it in the transaction of the change, as its last statement: it takes
 * the lock of the chain's head (R73, I3).
 */
export async function record(db: Db, at: number, info: RequestInfo, event: AuditEvent): Promise<void> {
  const { sequence, hash } = await takeHead(db, event.operatorId, at);
  const row = toRow(at, info, event, { sequence, hash });
  noteGrowth(db, event.operatorId, { sequence, at });
  await db.insertInto('audit_log').values(row).execute();
  const head = db.updateTable('audit_heads').set({ hash: row.hash, at });
  await head.where('operator_id', '=', event.operatorId).execute();
}

/** The row's hash: SHA-256 over the row's members in a fixed order, the previous hash included. */
export function chainHash(row: Record<string, string | number>): string {
  return hashSecret(JSON.stringify(chained.map((name) => row[name])));
}

const chained = [
  'previous_hash',
  'operator_id',
  'sequence',
  'at',
  'api_kind',
  'user_name',
  'actor',
  'target',
  'outcome',
  'reason',
  'status_code',
  'method',
  'path',
  'source_ip',
  'user_agent',
  'request_id',
  'detail',
] as const;

/** What a chain without records has. */
export function newHead(at: number): Omit<AuditHeads, 'operator_id'> {
  return { sequence: 0, hash: '', at, first_at: at, pruned_sequence: 0, pruned_hash: '', pruned_at: 0 };
}

async function takeHead(db: Db, operatorId: string, at: number): Promise<{ sequence: number; hash: string }> {
  await db
    .insertInto('audit_heads')
    .values({ operator_id: operatorId, ...newHead(at) })
    .onConflict((conflict) => conflict.column('operator_id').doNothing())
    .execute();
  return await db
    .updateTable('audit_heads')
    .set((eb) => ({ sequence: eb('sequence', '+', 1) }))
    .where('operator_id', '=', operatorId)
    .returning(['sequence', 'hash'])
    .executeTakeFirstOrThrow();
}

function toRow(at: number, info: RequestInfo, event: AuditEvent, head: { sequence: number; hash: string }) {
  const row = {
    operator_id: event.operatorId,
    sequence: head.sequence,
    at,
    api_kind: info.apiKind,
    user_name: event.userName,
    actor: event.actor,
    target: event.target ?? '',
    outcome: event.outcome,
    reason: oneLine(event.reason ?? '', 512),
    status_code: event.statusCode ?? 0,
    method: info.method,
    path: oneLine(info.path, 512),
    source_ip: info.sourceIp,
    user_agent: oneLine(info.userAgent, 256),
    request_id: info.requestId,
    detail: JSON.stringify(event.detail ?? {}).replace(unseen, '\u{fffd}'),
    previous_hash: head.hash,
  };
  return { ...row, hash: chainHash(row) };
}

const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** SECURITY: control and bidirectional characters of a client cannot start a second line or reorder one (R72). */
export function oneLine(text: string, maxLength: number): string {
  return text.replace(unseen, '\u{fffd}').slice(0, maxLength);
}

/** What a person wrote for others to read, on one line and without what is not seen; empty when nothing is left. */
export function plainLine(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(unseen, '').trim();
}
