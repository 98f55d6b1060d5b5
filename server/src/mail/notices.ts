import type { Context, Origin, Receipt } from '../context.ts';
import type { Db } from '../db/database.ts';
import type { NoticeEvent } from './facts.ts';
import { enqueueMail } from './outbox.ts';

export type NoticeOptions = {
  readonly receipt?: Receipt;
  readonly cancelLink?: string;
  /** Left out of the recipients: it gets a mail of its own about the same event. */
  readonly except?: string;
};

/** Tells every verified address of an operator about a security change, in the transaction of the change (R74, I4). */
export async function enqueueNotice(
  db: Db,
  ctx: Context,
  origin: Origin,
  operatorId: string,
  event: NoticeEvent,
  options: NoticeOptions = {},
): Promise<void> {
  const { recipients, account, language } = await whoToTell(db, operatorId);
  const { receipt, cancelLink, except } = options;
  for (const recipient of recipients.filter((address) => address !== except)) {
    const facts = {
      template: 'notice' as const,
      event,
      at: ctx.now(),
      sourceIp: origin.sourceIp,
      userAgent: origin.userAgent,
      operatorId,
      account,
      ...(receipt && { receipt }),
      ...(cancelLink && { cancelLink }),
      ...(event === 'mfa_reset_done' && { addresses: recipients }),
    };
    await enqueueMail(db, ctx, { operatorId, recipient, language, facts });
  }
}

async function whoToTell(db: Db, operatorId: string) {
  const rows = await db
    .selectFrom('emails')
    .innerJoin('operators', 'operators.operator_id', 'emails.operator_id')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'emails.operator_id').on('users.user_key', '=', ''),
    )
    .select(['emails.email', 'emails.email_id', 'operators.primary_email_id', 'users.language'])
    .where('emails.operator_id', '=', operatorId)
    .where('emails.verified_at', 'is not', null)
    .orderBy('emails.created_at')
    .execute();
  const primary = rows.find((row) => row.email_id === row.primary_email_id);
  return {
    recipients: rows.map((row) => row.email),
    account: primary?.email ?? '',
    language: primary?.language ?? ('en' as const),
  };
}
