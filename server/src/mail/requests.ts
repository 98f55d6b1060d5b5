import type { Context } from '../context.ts';
import { seal, unseal } from '../crypto/sealed.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { DeferredRequests } from '../db/schema.ts';

/**
 * Requests whose outcome must not show in their answer, nor in its time: the request writes one row, always the same
 * way, and the work is done afterwards (R40, R47).
 */
export type RequestKind = DeferredRequests['kind'];

const claimTime = 60_000;
const lifeTime = 15 * 60_000;

/** Stores a request for later; its content is sealed because it holds what a person typed. */
export async function deferRequest(db: Db, ctx: Context, kind: RequestKind, payload: unknown): Promise<void> {
  const requestId = newId();
  await db
    .insertInto('deferred_requests')
    .values({
      request_id: requestId,
      kind,
      payload: seal(ctx.keys, JSON.stringify(payload), place(requestId)),
      created_at: ctx.now(),
      claimed_until: 0,
    })
    .execute();
}

/**
 * Does the waiting requests, oldest first. `work` joins the transaction that removes the request, so each is done once.
 * @returns how many were done
 */
export async function doRequests(
  ctx: Context,
  work: (db: Db, kind: RequestKind, payload: unknown) => Promise<void>,
): Promise<number> {
  let done = 0;
  for (let row = await claim(ctx); row; row = await claim(ctx)) {
    const { request_id: requestId, kind, payload, created_at: createdAt } = row;
    await transaction(ctx.db, async (db) => {
      const taken = await db.deleteFrom('deferred_requests').where('request_id', '=', requestId).executeTakeFirst();
      const tooOld = createdAt + lifeTime <= ctx.now();
      if (taken.numDeletedRows !== 1n || tooOld) return;
      await work(db, kind, JSON.parse(unseal(ctx.keys, payload, place(requestId))));
    });
    done++;
  }
  return done;
}

async function claim(ctx: Context): Promise<DeferredRequests | undefined> {
  const now = ctx.now();
  return await ctx.db
    .updateTable('deferred_requests')
    .set({ claimed_until: now + claimTime })
    .where('request_id', 'in', (eb) =>
      eb
        .selectFrom('deferred_requests')
        .select('request_id')
        .where('claimed_until', '<=', now)
        .orderBy('created_at')
        .limit(1),
    )
    // Repeated outside: two servers may have selected the same row before either updated it.
    .where('claimed_until', '<=', now)
    .returningAll()
    .executeTakeFirst();
}

function place(requestId: string) {
  return { table: 'deferred_requests', column: 'payload', row: [requestId] };
}
