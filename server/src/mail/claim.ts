import { type ExpressionBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { transaction } from '../db/database.ts';
import type { Database, Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';

/** Somebody waits for it, and it soon is of no use. */
export function isUrgent({ template }: Pick<Outbox, 'template'>): boolean {
  return template.endsWith('_link');
}

const urgent = sql<boolean>`outbox.template like '%\\_link' escape '\\'`;

/**
 * Claims mails that are due, links first and then the oldest, for a limited time: a server that dies leaves them to the next
 * one. A notice waits for the earlier mails to its recipient; a link waits for none.
 * @param room how many of any kind; links when there is room for nothing else
 */
export async function claimDue(
  ctx: Context,
  room: { readonly any: number; readonly links: number },
): Promise<Outbox[]> {
  if (room.any <= 0 && room.links <= 0) return [];
  const now = ctx.now();
  const isDue = (eb: ExpressionBuilder<Database, 'outbox'>) =>
    eb.and([
      eb('sent_at', 'is', null),
      eb('dropped_at', 'is', null),
      eb('next_attempt_at', '<=', now),
      eb('claimed_until', '<=', now),
    ]);
  return await transaction(ctx.db, (tx) =>
    tx
      .updateTable('outbox')
      .set({ claimed_until: now + limits.mail.claim })
      // Said again outside the sub-select, because only here it is checked against the row as it is once locked:
      // of two servers that chose the same mail, one gets it.
      .where(isDue)
      .where((eb) =>
        eb(
          eb.refTuple('operator_id', 'mail_id'),
          'in',
          eb
            .selectFrom('outbox')
            .select(['operator_id', 'mail_id'])
            .where(isDue)
            .where((sub) => sub.or([urgent, ...(room.any > 0 ? [sub.not(sub.exists(earlierMails(sub)))] : [])]))
            .orderBy(urgent, 'desc')
            .orderBy('created_at')
            .orderBy('mail_id')
            .limit(room.any > 0 ? room.any : room.links)
            .$asTuple('operator_id', 'mail_id'),
        ),
      )
      .returningAll()
      .execute(),
  );
}

/** Mails to the same recipient that were written before and are still on their way. */
function earlierMails(eb: ExpressionBuilder<Database, 'outbox'>) {
  return (
    eb
      .selectFrom('outbox as earlier')
      .select('earlier.mail_id')
      .whereRef('earlier.operator_id', '=', 'outbox.operator_id')
      .whereRef('earlier.recipient', '=', 'outbox.recipient')
      .where('earlier.sent_at', 'is', null)
      .where('earlier.dropped_at', 'is', null)
      // It may have arrived, and is not sent again for hours.
      .where('earlier.last_error', 'not like', 'UNANSWERED %')
      .where((sub) =>
        sub.or([
          sub('earlier.created_at', '<', sub.ref('outbox.created_at')),
          sub.and([
            sub('earlier.created_at', '=', sub.ref('outbox.created_at')),
            sub('earlier.mail_id', '<', sub.ref('outbox.mail_id')),
          ]),
        ]),
      )
  );
}
