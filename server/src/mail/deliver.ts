import { setTimeout as delay } from 'node:timers/promises';
import type { Transporter } from 'nodemailer';
import type { Context } from '../context.ts';
import type { Outbox } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { claimDue, isUrgent } from './claim.ts';
import { deliverOne, endOutage, type Result } from './deliver-one.ts';
import { openTransport } from './smtp.ts';

export type Delivery = { readonly sent: number; readonly failed: number; readonly dropped: number };

export type Mailer = {
  /** Sends what is due. A call while one runs waits for that one. */
  readonly deliver: () => Promise<Delivery>;
  /** Gives the mails that are on their way a moment, then closes the connections. */
  readonly close: () => Promise<void>;
};

/** When a delivery ends before everything is sent. */
export type Ends = {
  /** Nothing more is begun. */
  readonly stop: AbortSignal;
  /** What is under way is given up, and due again. */
  readonly cut: AbortSignal;
};

const nothing: Delivery = { sent: 0, failed: 0, dropped: 0 };
const never = new AbortController().signal;

/** The outbox's way to the configured SMTP server; without one nothing is sent and mails stay in the outbox. */
export function createMailer(ctx: Context): Mailer {
  if (ctx.config.smtpUrl === undefined) return { deliver: async () => nothing, close: async () => {} };
  const transport = openTransport(ctx.config.smtpUrl);
  const [stop, cut] = [new AbortController(), new AbortController()];
  let running: Promise<Delivery> | undefined;
  const deliver = () => {
    running ??= deliverMails(ctx, transport, { stop: stop.signal, cut: cut.signal }).finally(() => {
      running = undefined;
    });
    return running;
  };
  const close = async () => {
    stop.abort();
    const timer = setTimeout(() => cut.abort(), limits.mail.stopTime);
    await running?.catch(() => {});
    clearTimeout(timer);
    transport.close();
  };
  return { deliver, close };
}

/** A mail that is on its way. */
type Sending = { readonly mail: Outbox; readonly since: number; readonly done: Promise<void> };

/**
 * Sends all mails that are due, in their order for each recipient. Any number of servers may do so. A mail is sent twice
 * only when the answer of the SMTP server was lost; both then have one Message-ID. Ends early when the SMTP server is
 * down. One that takes minutes for an answer, as it may, holds up no other mail for long, and links have room of their own.
 */
export async function deliverMails(ctx: Context, transport: Transporter, ends?: Ends): Promise<Delivery> {
  const { stop, cut } = ends ?? { stop: never, cut: never };
  const total = { sent: 0, failed: 0, dropped: 0 };
  const sending = new Set<Sending>();
  let isDown = false;
  let broken: { readonly error: unknown } | undefined;
  const note = async (result: Result) => {
    total[result === 'sent' || result === 'dropped' ? result : 'failed']++;
    if (result === 'server-down') isDown = true;
    if (result !== 'sent') return;
    isDown = false;
    await endOutage(ctx);
  };
  const begin = (mail: Outbox) => {
    const end = deliverOne(ctx, transport, mail, cut).then(note);
    const done = end.catch((error: unknown) => void (broken ??= { error })).then(() => void sending.delete(one));
    const one: Sending = { mail, since: performance.now(), done };
    sending.add(one);
  };
  for (;;) {
    const more = stop.aborted || isDown || broken ? [] : await claimDue(ctx, roomBeside(sending));
    for (const mail of more) begin(mail);
    if (sending.size === 0) break;
    if (more.length === 0) await next(sending, stop);
  }
  if (broken) throw broken.error;
  return total;
}

/** Waits until a mail is done, or it is time to look for others. */
async function next(sending: ReadonlySet<Sending>, stop: AbortSignal): Promise<void> {
  const timer = new AbortController();
  const look = stop.aborted ? [] : [delay(limits.mail.look, undefined, { signal: timer.signal }).catch(() => {})];
  await Promise.race([...sending].map(({ done }) => done).concat(look));
  timer.abort();
}

/** How many mails may be begun: of any kind, and links beyond that. Those that wait for long count no more. */
function roomBeside(sending: ReadonlySet<Sending>): { any: number; links: number } {
  const { parallel, linksParallel, connections, slow } = limits.mail;
  const fresh = [...sending].filter(({ since }) => performance.now() - since < slow);
  const others = fresh.filter(({ mail }) => !isUrgent(mail)).length;
  const free = connections - sending.size;
  return {
    any: Math.max(0, Math.min(parallel - fresh.length, free - linksParallel)),
    links: Math.max(0, Math.min(linksParallel - (fresh.length - others), free)),
  };
}
