import type { Language } from '@warifu/contract';
import { sql } from 'kysely';
import type { Context, Expiring, RequestInfo } from '../context.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, lockedRow } from '../db/database.ts';
import { inSlices } from '../db/slices.ts';
import { limits } from '../limits.ts';
import type { LinkMail, MailFacts } from './facts.ts';

export type NewMail = {
  readonly operatorId: string;
  readonly recipient: string;
  readonly language: Language;
  readonly facts: MailFacts;
  /** A link's end of life in milliseconds; a notice has `limits.mail.maxAge`. */
  readonly notAfter?: number;
  /** Key of a mail that others may be gathered into; of one recipient's mails, one has it. */
  readonly gathers?: string;
  /** When it is sent at the earliest; now when left out. Until then it counts as a mail of that time. */
  readonly dueAt?: number;
};

/** A mail's words, as stored: sealed until it is sent, emptied afterwards. */
export type StoredContent = { readonly language: Language; readonly facts: MailFacts };

/**
 * Puts a mail into the outbox in the caller's transaction: it goes out if and only if the change is committed. False when
 * there is one with the same `gathers`, of this transaction or one that is committed.
 */
export async function enqueueMail(db: Db, ctx: Context, mail: NewMail): Promise<boolean> {
  const due = mail.dueAt ?? ctx.now();
  const mailId = newId();
  const content: StoredContent = { language: mail.language, facts: mail.facts };
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('outbox')
    .values({
      operator_id: mail.operatorId,
      mail_id: mailId,
      template: mail.facts.template === 'notice' ? mail.facts.event : mail.facts.template,
      recipient: mail.recipient,
      // SECURITY: a link's token must not be readable in the database or a backup (R71).
      content: seal(ctx.keys, JSON.stringify(content), contentPlace(mail.operatorId, mailId)),
      message_id: messageIdOf(ctx, mailId),
      created_at: due,
      not_after: mail.notAfter ?? due + limits.mail.maxAge,
      next_attempt_at: due,
      attempts: 0,
      claimed_until: 0,
      sent_at: null,
      dropped_at: null,
      last_error: '',
      gathers: mail.gathers ?? null,
    })
    .$if(mail.gathers !== undefined, (query) =>
      query.onConflict((conflict) => conflict.columns(['operator_id', 'recipient', 'gathers']).doNothing()),
    )
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 0n) return false;
  ctx.wake('mail');
  return true;
}

/**
 * Changes what a mail says that is still gathered, in the caller's transaction; false when it may have been sent, or is
 * gone.
 */
export async function amendMail(
  db: Db,
  ctx: Context,
  { operatorId, recipient, gathers }: NewMail & { readonly gathers: string },
  change: (facts: MailFacts) => MailFacts,
): Promise<boolean> {
  const waiting = db
    .selectFrom('outbox')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('recipient', '=', recipient)
    .where('gathers', '=', gathers)
    .where('attempts', '=', 0)
    .where('claimed_until', '=', 0)
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null);
  const row = await lockedRow(db, waiting).executeTakeFirst();
  const content = row && openContent(ctx, row);
  if (!content) return false;
  const changed: StoredContent = { ...content, facts: change(content.facts) };
  await db
    .updateTable('outbox')
    .set({ content: seal(ctx.keys, JSON.stringify(changed), contentPlace(operatorId, row.mail_id)) })
    .where('operator_id', '=', operatorId)
    .where('mail_id', '=', row.mail_id)
    .execute();
  return true;
}

/** RFC 5322 §3.6.4. */
export function messageIdOf({ config }: Pick<Context, 'config'>, mailId: string): string {
  return `<${mailId}@${new URL(config.baseUrl).hostname}>`;
}

type LinkToMail = {
  readonly template: LinkMail['template'];
  readonly operatorId: string;
  readonly recipient: string;
  readonly language: Language;
  /** Path of the console that takes the token. */
  readonly page: string;
  readonly token: string;
  /** Milliseconds. */
  readonly life: number;
  /** The SAM user whose it is. */
  readonly userName?: string;
};

/** Mails a link to where it was asked for; nobody is sent a dead one. */
export async function mailLink({ db, ctx, cause: { info } }: Asked, link: LinkToMail): Promise<void> {
  const { template, operatorId, recipient, language, page, token, life, userName } = link;
  const { sourceIp, userAgent } = info;
  const at = ctx.now();
  const happening = { at, sourceIp, userAgent, operatorId, account: recipient };
  const url = { link: `${ctx.config.baseUrl}${page}#${token}`, lifeMinutes: life / 60_000 };
  const facts = { template, ...happening, ...url, ...(userName && { userName }) };
  await enqueueMail(db, ctx, { operatorId, recipient, language, notAfter: at + life, facts });
}

type Asked = { readonly db: Db; readonly ctx: Context; readonly cause: { readonly info: RequestInfo } };

/**
 * Gives back what a server of this database had claimed when it was killed. Only for a database that one server has to
 * itself: others may be sending what they claimed.
 */
export async function releaseClaims(db: Db): Promise<void> {
  await db.updateTable('outbox').set({ claimed_until: 0 }).where('claimed_until', '>', 0).execute();
  await db.updateTable('deferred_requests').set({ claimed_until: 0 }).where('claimed_until', '>', 0).execute();
}

/** When a mail was sent, and when it was given up: what is over by one of them is listed no more. */
const ends = ['sent_at', 'dropped_at'] as const;

/** Mails stay for a while, as a list of what was sent; what stood in them does not. One of a later time is due now and lives as long as it would have. */
export const expiredMails: Expiring = {
  table: 'outbox',
  remove: async ({ db, config }, at) => {
    const until = at - config.mailListDays * limits.day;
    for (const end of ends) {
      const other = end === 'sent_at' ? 'dropped_at' : 'sent_at';
      await inSlices((atMost) =>
        db
          .deleteFrom('outbox')
          .where(end, '<=', until)
          .where((eb) => {
            const over = eb.selectFrom('outbox').select(['operator_id', 'mail_id']).where(end, '<=', until);
            const some = over.where(other, 'is', null).limit(atMost);
            return eb(eb.refTuple('operator_id', 'mail_id'), 'in', some.$asTuple('operator_id', 'mail_id'));
          })
          .executeTakeFirst(),
      );
    }
  },
  bringBack: async (db, now) => {
    const later = db.updateTable('outbox').where('sent_at', 'is', null).where('dropped_at', 'is', null);
    const begun = { created_at: now, not_after: sql<number>`not_after - (created_at - ${now})` };
    await later.set(begun).where('created_at', '>', now).execute();
    await later.set({ next_attempt_at: now, claimed_until: 0 }).execute();
  },
};

/** Opens the stored content of a mail; undefined once it was sent or dropped. */
export function openContent(
  ctx: Context,
  row: { operator_id: string; mail_id: string; content: string },
): StoredContent | undefined {
  if (row.content === '') return undefined;
  return JSON.parse(unseal(ctx.keys, row.content, contentPlace(row.operator_id, row.mail_id))) as StoredContent;
}

function contentPlace(operatorId: string, mailId: string): Place {
  return { table: 'outbox', row: [operatorId, mailId] };
}

/** Drops the mails that wait with a link in them, which is dead by now; returns how many. */
export async function dropMailsWithLinks(db: Db, ctx: Context): Promise<number> {
  const waiting = db.selectFrom('outbox').selectAll().where('sent_at', 'is', null).where('dropped_at', 'is', null);
  const withLink = (await waiting.execute()).filter((row) => {
    const facts = openContent(ctx, row)?.facts;
    return facts !== undefined && ('link' in facts || 'cancelLink' in facts);
  });
  for (const { operator_id: operatorId, mail_id: mailId } of withLink) {
    await db
      .updateTable('outbox')
      .set({ dropped_at: ctx.now(), content: '', last_error: 'restored' })
      .where('operator_id', '=', operatorId)
      .where('mail_id', '=', mailId)
      .execute();
  }
  return withLink.length;
}

/** Removes the mails of an operator that is deleted: its addresses are nobody's any more. */
export async function forgetMails(db: Db, operatorId: string): Promise<void> {
  await db.deleteFrom('outbox').where('operator_id', '=', operatorId).execute();
}
