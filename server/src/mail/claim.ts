import type { ExpressionBuilder } from 'kysely';
import type { Context } from '../context.ts';
import { transaction } from '../db/database.ts';
import type { Database, Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';

/**
 * Claims the oldest mails that are due, for a limited time: a server that dies leaves them to the next one. A mail
 * waits for the earlier ones to its recipient.
 */
export function claimDue(ctx: Context): Promise<Outbox[]> {
  const now = ctx.now();
  const isDue = (eb: ExpressionBuilder<Database, 'outbox'>) =>
    eb.and([
      eb('sent_at', 'is', null),
      eb('dropped_at', 'is', null),
      eb('next_attempt_at', '<=', now),
      eb('claimed_until', '<=', now),
    ]);
  return transaction(ctx.db, (tx) =>
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
            .where((sub) => sub.not(sub.exists(earlierMails(sub))))
            .orderBy('created_at')
            .orderBy('mail_id')
            .limit(limits.mail.parallel)
            .$asTuple('operator_id', 'mail_id'),
        ),
      )
      .returningAll()
      .execute(),
  );
}

/** Mails to the same recipient that were written before and are still on their way. */
function earlierMails(eb: ExpressionBuilder<Database, 'outbox'>) {
  return eb
    .selectFrom('outbox as earlier')
    .select('earlier.mail_id')
    .whereRef('earlier.operator_id', '=', 'outbox.operator_id')
    .whereRef('earlier.recipient', '=', 'outbox.recipient')
    .where('earlier.sent_at', 'is', null)
    .where('earlier.dropped_at', 'is', null)
    .where((sub) =>
      sub.or([
        sub('earlier.created_at', '<', sub.ref('outbox.created_at')),
        sub.and([
          sub('earlier.created_at', '=', sub.ref('outbox.created_at')),
          sub('earlier.mail_id', '<', sub.ref('outbox.mail_id')),
        ]),
      ]),
    );
}
