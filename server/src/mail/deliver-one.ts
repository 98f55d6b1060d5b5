import type { Transporter } from 'nodemailer';
import { record } from '../audit/record.ts';
import { tallyEvent } from '../audit/tally.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import type { Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { openContent } from './outbox.ts';
import { type Fault, type Outgoing, send } from './smtp.ts';

/** `cut`: the server ends, and the mail is due again at once. */
export type Result = 'sent' | 'failed' | 'dropped' | 'server-down' | 'cut';

/**
 * Sends a mail that this server has claimed, and writes down how it went. The claim is renewed while the mail server takes
 * its time, so that no other server sends the mail too.
 * @param cut ends it: the mail waits for another server, or another start
 */
export async function deliverOne(
  ctx: Context,
  transport: Transporter,
  claimed: Outbox,
  cut: AbortSignal,
): Promise<Result> {
  if (ctx.now() > lastMoment(claimed)) return await drop(ctx, claimed, 'expired', claimed.last_error);
  const claim = renewing(ctx, claimed);
  const fault = await send(ctx, transport, outgoing(ctx, claimed), cut);
  const mail = await claim.end();
  if (fault?.kind === 'CUT') return await release(ctx, mail);
  if (fault) return await postpone(ctx, mail, fault);
  await markSent(ctx, mail);
  return 'sent';
}

/** Renews the claim of a mail from time to time; `end` gives the mail with the claim that it then has. */
function renewing(ctx: Context, claimed: Outbox) {
  let mail = claimed;
  let renewed = Promise.resolve();
  const renew = async () => {
    const until = ctx.now() + limits.mail.claim;
    const query = unsent(ctx.db, mail).set({ claimed_until: until });
    const { numUpdatedRows } = await query.where('claimed_until', '=', mail.claimed_until).executeTakeFirst();
    if (numUpdatedRows === 1n) mail = { ...mail, claimed_until: until };
  };
  const timer = setInterval(() => {
    renewed = renewed.then(renew).catch(() => {});
  }, limits.mail.claim / 4);
  timer.unref();
  const end = async () => {
    clearInterval(timer);
    await renewed;
    return mail;
  };
  return { end };
}

async function release(ctx: Context, mail: Outbox): Promise<Result> {
  await unsent(ctx.db, mail).set({ claimed_until: 0 }).where('claimed_until', '=', mail.claimed_until).execute();
  return 'cut';
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
  const counted = rejected || fault.kind === 'UNANSWERED';
  const [last] = mail.last_error.split(' ');
  // Counted on while it goes on: what else was wrong before says nothing.
  const before = (counted ? last === fault.kind : last !== 'REJECTED' && last !== 'UNANSWERED') ? mail.attempts : 0;
  const attempts = before + 1;
  const lastError = `${fault.kind} ${fault.code}`;
  if (rejected && attempts >= rejectionsToDrop) return await drop(ctx, mail, 'rejected', lastError);
  await unsent(ctx.db, mail)
    .set({
      attempts,
      last_error: lastError,
      next_attempt_at: ctx.now() + waitAfter(fault.kind, mail.mail_id, attempts),
      claimed_until: 0,
    })
    .where('claimed_until', '=', mail.claimed_until)
    .execute();
  ctx.counts.mails.failed++;
  ctx.log.warn({ mailId: mail.mail_id, template: mail.template, attempts, code: lastError }, 'mail not sent yet');
  return fault.kind === 'SERVER' ? 'server-down' : 'failed';
}

function waitAfter(kind: Fault['kind'], mailId: string, attempts: number): number {
  // Who rejects a mail for good rarely changes his mind within seconds.
  if (kind === 'REJECTED') return limits.mail.longestRetry;
  if (kind === 'UNANSWERED')
    return Math.min(limits.mail.unanswered * 2 ** (attempts - 1), limits.mail.longestUnanswered);
  return backOff(mailId, attempts);
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
export async function endOutage(ctx: Context): Promise<void> {
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
