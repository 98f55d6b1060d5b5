import type { Context } from '../context.ts';
import { transaction } from '../db/database.ts';
import { perDatabase } from '../db/reads.ts';
import { limits } from '../limits.ts';

type Used = { readonly operatorId: string; readonly sessionId: string };

/** Last uses that are not written down yet, by session. */
const unwritten = perDatabase(() => new Map<string, Used & { readonly at: number }>());

/** When a session was used last, also when that is not written down yet. */
export function lastUseOf(ctx: Context, { sessionId }: Used, written: number): number {
  return Math.max(written, unwritten(ctx.db).get(sessionId)?.at ?? 0);
}

/**
 * Notes a use, at most once in a while. It need not be durable at once: those of many sessions are written in one
 * commit, because a commit for every request would cost more than it tells.
 */
export function noteUse(ctx: Context, { operatorId, sessionId }: Used, written: number): void {
  const at = ctx.now();
  if (at - written < limits.session.stampInterval) return;
  const noted = unwritten(ctx.db);
  if (noted.size === 0) ctx.wake('last uses');
  noted.set(sessionId, { operatorId, sessionId, at });
}

/** Writes down what was noted since the last time. */
export async function writeLastUses(ctx: Context): Promise<void> {
  const noted = unwritten(ctx.db);
  const batch = [...noted.values()];
  if (batch.length === 0) return;
  await transaction(ctx.db, async (db) => {
    for (const { operatorId, sessionId, at } of batch) {
      await db
        .updateTable('sessions')
        .set({ last_used_at: at })
        .where('operator_id', '=', operatorId)
        .where('session_id', '=', sessionId)
        .where('last_used_at', '<', at)
        .execute();
    }
  });
  for (const { sessionId, at } of batch) if (noted.get(sessionId)?.at === at) noted.delete(sessionId);
}
