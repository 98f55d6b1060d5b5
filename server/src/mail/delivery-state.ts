import type { Context } from '../context.ts';

/** Of the newest mails only: what is wrong now shows in them. */
const looked = 50;

/** How an operator's newest mails fared, of those that are due; `lastError` is a short code, never a server's words. */
export async function deliveryState({ db, now }: Pick<Context, 'db' | 'now'>, operatorId: string) {
  const rows = await db
    .selectFrom('outbox')
    .select(['created_at', 'sent_at', 'dropped_at', 'last_error'])
    .where('operator_id', '=', operatorId)
    .where('created_at', '<=', now())
    .orderBy('created_at', 'desc')
    .limit(looked)
    .execute();
  const sent = rows.filter((row) => row.sent_at !== null);
  const failed = rows.find((row) => row.sent_at === null && row.last_error !== '');
  const waiting = rows.filter((row) => row.sent_at === null && row.dropped_at === null);
  const oldest = waiting.at(-1);
  const lastSentAt = Math.max(0, ...sent.map((row) => row.sent_at ?? 0));
  return {
    waiting: waiting.length,
    ...(oldest && { oldestWaitingAt: oldest.created_at }),
    ...(lastSentAt > 0 && { lastSentAt }),
    ...(failed && { lastFailedAt: failed.dropped_at ?? failed.created_at, lastError: failed.last_error }),
  };
}

/** Mails that are counted at most; more are not worth the time that it takes to count them. */
const counted = 10_000;

/** The whole queue: how many mails that are due wait (10,000 stand for more), and since when the oldest of them does. */
export async function queueState({
  db,
  now,
}: Pick<Context, 'db' | 'now'>): Promise<{ waiting: number; oldest: number | undefined }> {
  const waiting = db
    .selectFrom('outbox')
    .select('created_at')
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null)
    .where('created_at', '<=', now())
    .orderBy('next_attempt_at')
    .limit(counted);
  const row = await db
    .selectFrom(waiting.as('waiting'))
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('created_at').as('oldest')])
    .executeTakeFirst();
  return { waiting: Number(row?.count ?? 0), oldest: row?.oldest ?? undefined };
}
