import type { Transporter } from 'nodemailer';
import { record } from '../audit/record.ts';
import { tallyEvent } from '../audit/tally.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import type { Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { claimDue } from './claim.ts';
import { openContent } from './outbox.ts';
import { type Fault, type Outgoing, openTransport, send } from './smtp.ts';

export type Delivery = { readonly sent: number; readonly failed: number; readonly dropped: number };

export type Mailer = {
  /** Sends what is due. A call while one runs waits for that one. */
  readonly deliver: () => Promise<Delivery>;
  /** Lets the running delivery finish its mails, then closes the connections. */
  readonly close: () => Promise<void>;
};

const nothing: Delivery = { sent: 0, failed: 0, dropped: 0 };

/** The outbox's way to the configured SMTP server; without one nothing is sent and mails stay in the outbox. */
export function createMailer(ctx: Context): Mailer {
  if (ctx.config.smtpUrl === undefined) return { deliver: async () => nothing, close: async () => {} };
  const transport = openTransport(ctx.config.smtpUrl);
  const stop = new AbortController();
  let running: Promise<Delivery> | undefined;
  const deliver = () => {
    running ??= deliverMails(ctx, transport, stop.signal).finally(() => {
      running = undefined;
    });
    return running;
  };
  const close = async () => {
    stop.abort();
    await running?.catch(() => {});
    transport.close();
  };
  return { deliver, close };
}

/**
 * Sends all mails that are due, at most `limits.mail.parallel` at once and in their order for each recipient. Any
 * number of servers may do so. A mail is sent twice only when the answer of the SMTP server was lost; both then have
 * one Message-ID. Ends early when the SMTP server is down.
 */
export async function deliverMails(ctx: Context, transport: Transporter, stop?: AbortSignal): Promise<Delivery> {
  const total = { sent: 0, failed: 0, dropped: 0 };
  while (!stop?.aborted) {
    const mails = await claimDue(ctx);
    if (mails.length === 0) break;
    const results = await settleAll(mails.map((mail) => deliverOne(ctx, transport, mail)));
    for (const result of results) total[result === 'sent' || result === 'dropped' ? result : 'failed']++;
    if (!results.includes('server-down')) {
      if (results.includes('sent')) await endOutage(ctx);
    } else if (!results.includes('sent')) break;
  }
  return total;
}

/** Waits for all even when one throws: a mail must not still be on its way when the round is over. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

type Result = 'sent' | 'failed' | 'dropped' | 'server-down';

async function deliverOne(ctx: Context, transport: Transporter, mail: Outbox): Promise<Result> {
  if (ctx.now() > lastMoment(mail)) return await drop(ctx, mail, 'expired', mail.last_error);
  const fault = await send(ctx, transport, outgoing(ctx, mail));
  if (fault) return await postpone(ctx, mail, fault);
  await markSent(ctx, mail);
  return 'sent';
}

function outgoing(ctx: Context, mail: Outbox): Outgoing {
  const content = () => {
    const opened = openContent(ctx, mail);
    if (!opened) throw new Error('a mail without content is waiting');
    return opened;
  };
  return { recipient: mail.recipient, messageId: mail.message_id, date: mail.created_at, content };
}

/** SECURITY: a link that arrives dead only teaches people to ask again and again (R77). */
function lastMoment(mail: Outbox): number {
  return mail.template.endsWith('_link') ? mail.not_after - limits.mail.minLinkLife : mail.not_after;
}

/** Rejections of one mail, in a row, after which it is given up. */
const rejectionsToDrop = 3;

async function postpone(ctx: Context, mail: Outbox, fault: Fault): Promise<Result> {
  const rejected = fault.kind === 'REJECTED';
  const before = mail.last_error.startsWith('REJECTED') === rejected ? mail.attempts : 0;
  const attempts = before + 1;
  const lastError = `${fault.kind} ${fault.code}`;
  if (rejected && attempts >= rejectionsToDrop) return await drop(ctx, mail, 'rejected', lastError);
  await unsent(ctx.db, mail)
    .set({
      attempts,
      last_error: lastError,
      // Who rejects a mail for good rarely changes his mind within seconds.
      next_attempt_at: ctx.now() + (rejected ? limits.mail.longestRetry : backOff(mail.mail_id, attempts)),
      claimed_until: 0,
    })
    .where('claimed_until', '=', mail.claimed_until)
    .execute();
  ctx.counts.mails.failed++;
  ctx.log.warn({ mailId: mail.mail_id, template: mail.template, attempts, code: lastError }, 'mail not sent yet');
  return fault.kind === 'SERVER' ? 'server-down' : 'failed';
}

/** Milliseconds until the next attempt: doubled each time, the last half spread by the mail's id. */
function backOff(mailId: string, attempts: number): number {
  const { firstRetry, longestRetry } = limits.mail;
  const longest = Math.min(longestRetry, firstRetry * 2 ** Math.min(attempts - 1, 20));
  const spread = Number.parseInt(mailId.slice(0, 8), 16) / 0xffffffff;
  return Math.round((longest * (1 + spread)) / 2);
}

async function markSent(ctx: Context, mail: Outbox): Promise<void> {
  await unsent(ctx.db, mail).set({ sent_at: ctx.now(), content: '', last_error: '' }).execute();
  ctx.counts.mails.sent++;
}

/** The server takes mails again: those that wait because it did not are due now, without the rest of their back-off. */
async function endOutage(ctx: Context): Promise<void> {
  await ctx.db
    .updateTable('outbox')
    .set({ next_attempt_at: ctx.now() })
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null)
    .where('next_attempt_at', '>', ctx.now())
    .where('last_error', 'like', 'SERVER %')
    .execute();
}

function unsent(db: Db, mail: Outbox) {
  return db
    .updateTable('outbox')
    .where('operator_id', '=', mail.operator_id)
    .where('mail_id', '=', mail.mail_id)
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null);
}

const dropInfo: RequestInfo = {
  requestId: '',
  sourceIp: '',
  userAgent: '',
  method: '',
  path: '',
  apiKind: 'System:dropMail',
  language: 'en',
};

/** Gives a mail up; that somebody was not told is itself an event of the operator (R73). */
async function drop(ctx: Context, mail: Outbox, reason: 'expired' | 'rejected', lastError: string): Promise<Result> {
  const event = {
    operatorId: mail.operator_id,
    userName: '',
    actor: 'system',
    target: `mail:${mail.mail_id}`,
    outcome: 'failure',
    reason,
    detail: { template: mail.template, attempts: mail.attempts, lastError },
  } as const;
  const result = await transaction<Result>(ctx.db, async (tx) => {
    const { numUpdatedRows } = await unsent(tx, mail)
      .set({ dropped_at: ctx.now(), content: '', last_error: lastError })
      .where('claimed_until', '=', mail.claimed_until)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return 'failed';
    await record(tx, ctx.now(), dropInfo, event);
    return 'dropped';
  });
  if (result !== 'dropped') return result;
  const { mail_id: mailId, template } = mail;
  ctx.counts.mails.givenUp++;
  tallyEvent(ctx.counts, dropInfo.apiKind, event);
  ctx.log.warn({ mailId, template, reason, code: lastError }, 'mail given up');
  return result;
}
