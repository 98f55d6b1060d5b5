import { auth, signIn, signInWithPasskey, switchConsoleUser, switchUser, verifySignIn } from '@warifu/contract';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import type { AuditLog } from '../db/schema.ts';
import { limits } from '../limits.ts';

/** Whose history. */
export type Owner = { readonly operatorId: string; readonly userId: string; readonly userName: string };

export type Page = {
  readonly limit: number;
  /** Key of the page before: rows older than it. */
  readonly before: string | undefined;
};

/** `System:cleanUp` writes down that a right password was not followed by a code. */
const operations = [
  ...[auth, signIn, verifySignIn, signInWithPasskey, switchUser, switchConsoleUser].map(({ operation }) => operation),
  'System:cleanUp',
];

/**
 * One page of a user's sign-ins and attempts, newest first. They are what the audit log has of it, so nothing is
 * stored twice. A page may be shorter than its limit, and the last one is empty.
 */
export async function listSignInsOf(ctx: Context, owner: Owner, { limit, before }: Page) {
  const rows = await newestRows(ctx.db, owner, { limit, before });
  const since = Math.max(ctx.now() - limits.signIns.shown, await createdAt(ctx.db, owner));
  const recent = rows.filter((row) => row.at >= since);
  const last = rows.length === limit && recent.length === rows.length ? rows.at(-1) : undefined;
  return { signIns: recent.filter(isOfThisUser).map(toSignIn), nextKey: last && String(last.sequence) };
}

/** A sign-in of a user's history; undefined when it has none of that ID. */
export async function findSignIn(ctx: Context, owner: Owner, signInId: string) {
  if (!/^[1-9]\d{0,14}$/.test(signInId)) return undefined;
  const { signIns } = await listSignInsOf(ctx, owner, { limit: 1, before: String(Number(signInId) + 1) });
  return signIns.find((candidate) => candidate.signInId === signInId);
}

/** The newest of each operation, by an index that has nothing else; then the newest of those. */
async function newestRows(db: Db, { operatorId, userName }: Owner, { limit, before }: Page): Promise<AuditLog[]> {
  const newestOf = (operation: string) => {
    let query = db
      .selectFrom('audit_log')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .where('user_name', '=', userName)
      .where('api_kind', '=', operation);
    if (before !== undefined) query = query.where('sequence', '<', Number(before));
    return db.selectFrom(query.orderBy('sequence', 'desc').limit(limit).as('newest')).selectAll();
  };
  const [first, ...others] = operations.map(newestOf);
  if (!first) return [];
  const all = others.reduce((union, other) => union.unionAll(other), first);
  return await all.orderBy('sequence', 'desc').limit(limit).execute();
}

/** SECURITY: a user of the same name that was deleted before is somebody else. */
async function createdAt(db: Db, { operatorId, userId }: Owner): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select('created_at')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.created_at ?? Number.MAX_SAFE_INTEGER;
}

/** Not the first step of one that goes on, and no switch of this user to another. */
function isOfThisUser({ api_kind, reason, actor }: AuditLog): boolean {
  if (api_kind === switchUser.operation || api_kind === switchConsoleUser.operation) return actor.startsWith('srn:');
  return reason !== 'code needed';
}

type Detail = {
  readonly session?: string;
  readonly method?: string;
  readonly newDevice?: boolean;
  readonly authKeyId?: string;
};

function toSignIn(row: AuditLog) {
  const { session, method, newDevice = false, authKeyId } = JSON.parse(row.detail) as Detail;
  const switched = row.actor.startsWith('srn:');
  const authMethod = switched ? 'switchUser' : method;
  return {
    signInId: String(row.sequence),
    at: row.at,
    outcome: row.outcome,
    reason: row.reason,
    operation: row.api_kind,
    sourceIp: row.source_ip,
    userAgent: row.user_agent,
    newDevice,
    sessionId: session,
    ...(authMethod !== undefined && { authMethod }),
    ...(authKeyId !== undefined && { authKeyId }),
    ...(switched && { switchedBy: row.actor }),
  };
}
