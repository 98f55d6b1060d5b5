import type { Context, Expiring, RequestInfo } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { DeferredRequests } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { Failure } from '../failure.ts';

/**
 * Requests whose outcome must not show in their answer, nor in its time: the request writes one row, always the same
 * way, and the work is done afterwards (R40, R47).
 */
export type RequestKind = DeferredRequests['kind'];

const claimTime = 60_000;
const lifeTime = 15 * 60_000;

/** How a request came, and what it was answered with. */
type Asked = { readonly ctx: Context; readonly info: RequestInfo; readonly status: number };

/** Stores a request for later; its content is sealed because it holds what a person typed. */
export async function deferRequest({ ctx, info, status }: Asked, kind: RequestKind, payload: unknown): Promise<void> {
  const requestId = newId();
  await ctx.db
    .insertInto('deferred_requests')
    .values({
      request_id: requestId,
      kind,
      payload: seal(ctx.keys, JSON.stringify({ info, status, payload }), place(requestId)),
      created_at: ctx.now(),
      claimed_until: 0,
    })
    .execute();
  ctx.wake('requests');
}

/** Whether a request of a kind is still to be done, as long as it would be. */
export async function isRequestWaiting({ db, now }: Pick<Context, 'db' | 'now'>, kind: RequestKind): Promise<boolean> {
  const waiting = db.selectFrom('deferred_requests').select('request_id').where('kind', '=', kind);
  return (await waiting.where('created_at', '>', now() - lifeTime).executeTakeFirst()) !== undefined;
}

export type DeferredRequest = {
  readonly kind: RequestKind;
  readonly payload: unknown;
  readonly info: RequestInfo;
  readonly status: number;
  /** Takes it, in the transaction that does it; throws when another server did. */
  readonly take: (db: Db) => Promise<void>;
};

/** Does the waiting requests, oldest first. `work` takes the request in its transaction, so each is done once. */
export async function doRequests(ctx: Context, work: (request: DeferredRequest) => Promise<void>): Promise<void> {
  for (let row = await claim(ctx); row; row = await claim(ctx)) {
    const { request_id: requestId, kind } = row;
    const asked = JSON.parse(unseal(ctx.keys, row.payload, place(requestId))) as Omit<DeferredRequest, 'kind' | 'take'>;
    const take = async (db: Db) => {
      const taken = await db.deleteFrom('deferred_requests').where('request_id', '=', requestId).executeTakeFirst();
      if (taken.numDeletedRows !== 1n) throw new Failure('COM0404');
    };
    await work({ ...asked, kind, take }).catch(ignoreDone);
  }
}

/** Another server did it, or whom it is about is gone. */
function ignoreDone(error: unknown): void {
  if (!(error instanceof Failure && error.code === 'COM0404')) throw error;
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
        .where('created_at', '>', now - lifeTime)
        .orderBy('created_at')
        .limit(1),
    )
    // Repeated outside: two servers may have selected the same row before either updated it.
    .where('claimed_until', '<=', now)
    .returningAll()
    .executeTakeFirst();
}

/** Forgets what is still to be done; returns how many requests that were. */
export async function dropAllRequests(db: Db): Promise<number> {
  return Number((await db.deleteFrom('deferred_requests').executeTakeFirst()).numDeletedRows);
}

function place(requestId: string): Place {
  return { table: 'deferred_requests', row: [requestId] };
}

/** A request that nobody did in time is dropped: its link would surprise more than help. One of a later time waits now. */
export const expiredRequests: Expiring = {
  table: 'deferred_requests',
  remove: ({ db }, at) =>
    inSlices((atMost) => {
      const over = db
        .selectFrom('deferred_requests')
        .select('request_id')
        .where('created_at', '<=', at - lifeTime)
        .limit(atMost);
      return db
        .deleteFrom('deferred_requests')
        .where('request_id', 'in', over)
        .where('created_at', '<=', at - lifeTime)
        .executeTakeFirst();
    }),
  bringBack: (db, now) =>
    db
      .updateTable('deferred_requests')
      .set({ created_at: now, claimed_until: 0 })
      .where('created_at', '>', now)
      .execute(),
};
