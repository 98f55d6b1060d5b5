import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../db/database.ts';
import { limits } from '../limits.ts';

/**
 * How many sessions have not expired. Counted hour by hour of their end, on an index, and the event loop goes on in
 * between: a million of them must not stop everything else for the time that it takes.
 */
export async function countSessions(db: Db, now: number): Promise<number> {
  let sum = 0;
  for (let from = now; from < now + limits.session.apiMaxLife; from += limits.hour) {
    const { count } = await db
      .selectFrom('sessions')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('expires_at', '>', from)
      .where('expires_at', '<=', from + limits.hour)
      .executeTakeFirstOrThrow();
    sum += Number(count);
    await nextTurn();
  }
  return sum;
}
