import type { ExpressionBuilder } from 'kysely';
import { createTransport, type Transporter } from 'nodemailer';
import { record } from '../audit/record.ts';
import type { Context, Origin } from '../context.ts';
import { transaction } from '../db/database.ts';
import type { Database, Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { openContent } from './outbox.ts';
import { renderMail } from './templates/render.ts';

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

const longestWait = 10_000;
/** Shorter than a claim, so that no second server takes a mail that is still being sent. */
const longestSend = 60_000;
const urlSettings = /^(?:requireTLS|ignoreTLS|authMethod|name|tls\..+)$/;

/**
 * Opens a pool of connections to an SMTP server.
 * @param wait milliseconds for the connection, the greeting and each answer
 */
export function openTransport(smtpUrl: string, wait: number = longestWait): Transporter {
  const url = new URL(smtpUrl);
  // SECURITY: nodemailer lets the URL overrule everything; `?logger=true&debug=true` would print mails with links (R71).
  for (const name of [...url.searchParams.keys()]) if (!urlSettings.test(name)) url.searchParams.delete(name);
  return createTransport({
    url: url.href,
    pool: true,
    maxConnections: limits.mail.parallel,
    connectionTimeout: wait,
    greetingTimeout: wait,
    socketTimeout: wait,
    dnsTimeout: wait,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
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
  const fault = await send(ctx, transport, mail);
  if (fault) return await postpone(ctx, mail, fault);
  await markSent(ctx, mail);
  return 'sent';
}

/** SECURITY: a link that arrives dead only teaches people to ask again and again (R77). */
function lastMoment(mail: Outbox): number {
  return mail.template.endsWith('_link') ? mail.not_after - limits.mail.minLinkLife : mail.not_after;
}

/**
 * Claims the oldest mails that are due, for a limited time: a server that dies leaves them to the next one. A mail
 * waits for the earlier ones to its recipient.
 */
function claimDue(ctx: Context): Promise<Outbox[]> {
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

/** What went wrong, without a word of the server's answer: it may repeat the recipient or the content. */
type Fault = {
  readonly kind: 'SERVER' | 'DEFERRED' | 'REJECTED';
  /** SMTP reply code or error code. */
  readonly code: string;
};

async function send(ctx: Context, transport: Transporter, mail: Outbox): Promise<Fault | undefined> {
  let message: ReturnType<typeof compose>;
  try {
    message = compose(ctx, mail);
  } catch {
    return { kind: 'REJECTED', code: 'UNREADABLE' };
  }
  try {
    await transport.sendMail(message);
    return undefined;
  } catch (error) {
    return faultOf(error as SmtpError);
  }
}

function compose(ctx: Context, mail: Outbox) {
  const content = openContent(ctx, mail);
  if (!content) throw new Error('a mail without content is waiting');
  const { subject, text, html } = renderMail(content, ctx.config);
  return {
    from: ctx.config.mailFrom,
    // SECURITY: an object is taken as one address; a string with a comma would be two recipients.
    to: { name: '', address: mail.recipient },
    subject,
    text,
    html,
    messageId: mail.message_id,
    date: new Date(mail.created_at),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': content.language,
    },
    signal: AbortSignal.timeout(longestSend),
  };
}

type SmtpError = { readonly code?: string; readonly command?: string; readonly responseCode?: number };

function faultOf({ code, command, responseCode }: SmtpError): Fault {
  const shortCode = responseCode ? String(responseCode) : /^[A-Z_]{1,30}$/.test(code ?? '') ? `${code}` : 'UNKNOWN';
  if (command === 'API') return { kind: 'DEFERRED', code: shortCode };
  // Only an answer to the recipient or the message is about this mail; a refused login or sender is about all.
  const aboutMail = (command === 'RCPT TO' || command === 'DATA') && responseCode !== undefined && responseCode !== 421;
  if (!aboutMail) return { kind: 'SERVER', code: shortCode };
  return { kind: responseCode >= 500 ? 'REJECTED' : 'DEFERRED', code: shortCode };
}

/** Rejections of one mail, in a row, after which it is given up. */
const rejectionsToDrop = 3;

async function postpone(ctx: Context, mail: Outbox, fault: Fault): Promise<Result> {
  const rejected = fault.kind === 'REJECTED';
  const before = mail.last_error.startsWith('REJECTED') === rejected ? mail.attempts : 0;
  const attempts = before + 1;
  const lastError = `${fault.kind} ${fault.code}`;
  if (rejected && attempts >= rejectionsToDrop) return await drop(ctx, mail, 'rejected', lastError);
  await ctx.db
    .updateTable('outbox')
    .set({
      attempts,
      last_error: lastError,
      // Who rejects a mail for good rarely changes his mind within seconds.
      next_attempt_at: ctx.now() + (rejected ? limits.mail.longestRetry : backOff(mail.mail_id, attempts)),
      claimed_until: 0,
    })
    .where('operator_id', '=', mail.operator_id)
    .where('mail_id', '=', mail.mail_id)
    .where('claimed_until', '=', mail.claimed_until)
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null)
    .execute();
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
  await ctx.db
    .updateTable('outbox')
    .set({ sent_at: ctx.now(), content: '', last_error: '' })
    .where('operator_id', '=', mail.operator_id)
    .where('mail_id', '=', mail.mail_id)
    .where('sent_at', 'is', null)
    .where('dropped_at', 'is', null)
    .execute();
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

const dropOrigin: Origin = {
  requestId: '',
  sourceIp: '',
  userAgent: '',
  method: '',
  path: '',
  apiKind: 'System:dropMail',
  language: 'en',
};

/** Gives a mail up; that somebody was not told is itself an event of the operator (R73). */
function drop(ctx: Context, mail: Outbox, reason: 'expired' | 'rejected', lastError: string): Promise<Result> {
  return transaction(ctx.db, async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('outbox')
      .set({ dropped_at: ctx.now(), content: '', last_error: lastError })
      .where('operator_id', '=', mail.operator_id)
      .where('mail_id', '=', mail.mail_id)
      .where('claimed_until', '=', mail.claimed_until)
      .where('sent_at', 'is', null)
      .where('dropped_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return 'failed';
    await record(tx, ctx.now(), dropOrigin, {
      operatorId: mail.operator_id,
      userName: '',
      actor: 'system',
      target: `mail:${mail.mail_id}`,
      outcome: 'failure',
      reason,
      statusCode: 0,
      detail: { template: mail.template, attempts: mail.attempts, lastError },
    });
    return 'dropped';
  });
}
