import { PassThrough } from 'node:stream';
import { createTransport, type Transporter } from 'nodemailer';
import { isLoopback } from '../config/config.ts';
import type { Context } from '../context.ts';
import { limits } from '../limits.ts';
import type { StoredContent } from './outbox.ts';
import { renderMail } from './templates/render.ts';

const urlSettings = /^(?:requireTLS|ignoreTLS|authMethod|name|tls\..+)$/;

/** Milliseconds until the greeting has come, for the greeting alone, for each answer, and for a whole mail. */
export type Waits = {
  readonly connect: number;
  readonly greeting: number;
  readonly answer: number;
  readonly whole: number;
};

const longestLookUp = 30_000;

/** Of each pool: how long a whole mail may take. */
const wholes = new WeakMap<Transporter, number>();

/** By their signals: mails whose last byte was read, so that all that is missing is the answer. */
const handedOver = new WeakSet<AbortSignal>();

/** Opens a pool of connections to an SMTP server. */
export function openTransport(smtpUrl: string, waits: Waits = limits.mail.waits): Transporter {
  const url = new URL(smtpUrl);
  // SECURITY: nodemailer lets the URL overrule everything; `?logger=true&debug=true` would print mails with links (R71).
  for (const name of [...url.searchParams.keys()]) if (!urlSettings.test(name)) url.searchParams.delete(name);
  const isOpen = url.searchParams.get('ignoreTLS') === 'true' || isLoopback(url.hostname);
  // SECURITY: without this, whoever sits between need only hide STARTTLS to be told the password.
  if (url.username !== '' && !isOpen) {
    url.searchParams.delete('ignoreTLS');
    url.searchParams.set('requireTLS', 'true');
  }
  const transport = createTransport({
    url: url.href,
    pool: true,
    maxConnections: limits.mail.connections,
    connectionTimeout: waits.connect,
    greetingTimeout: waits.greeting,
    socketTimeout: waits.answer,
    dnsTimeout: Math.min(waits.connect, longestLookUp),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', (mail, done) => {
    const { signal } = mail.data as { signal: AbortSignal };
    mail.message.processFunc((input) => input.pipe(new PassThrough()).once('end', () => handedOver.add(signal)));
    done();
  });
  wholes.set(transport, waits.whole);
  return transport;
}

/** What went wrong, without a word of the server's answer: it may repeat the recipient or the content. */
export type Fault = {
  readonly kind: 'SERVER' | 'DEFERRED' | 'REJECTED' | 'UNANSWERED' | 'CUT';
  /** SMTP reply code or error code. */
  readonly code: string;
};

/** A mail on its way out. */
export type Outgoing = {
  readonly recipient: string;
  readonly messageId: string;
  /** When it was written. */
  readonly date: number;
  /** Throws when it cannot be read. */
  readonly content: () => StoredContent;
};

/**
 * Hands one mail to the SMTP server; undefined when it was taken.
 * @param cut gives it up: its fault is then `CUT`, unless the mail was handed over
 */
export async function send(
  ctx: Context,
  transport: Transporter,
  mail: Outgoing,
  cut?: AbortSignal,
): Promise<Fault | undefined> {
  let message: ReturnType<typeof compose>;
  try {
    message = compose(ctx, mail);
  } catch {
    return { kind: 'REJECTED', code: 'UNREADABLE' };
  }
  const late = AbortSignal.timeout(wholes.get(transport) ?? limits.mail.waits.whole);
  // One of its own for each mail, by which it is known.
  const signal = AbortSignal.any(cut ? [late, cut] : [late]);
  try {
    await transport.sendMail({ ...message, signal });
    return undefined;
  } catch (error) {
    const fault = faultOf(error as SmtpError);
    const { responseCode } = error as SmtpError;
    if (responseCode === undefined && handedOver.has(signal)) return { kind: 'UNANSWERED', code: fault.code };
    return cut?.aborted && responseCode === undefined ? { kind: 'CUT', code: fault.code } : fault;
  }
}

function compose(ctx: Context, mail: Outgoing) {
  const content = mail.content();
  const { subject, text, html } = renderMail(content, ctx.config);
  return {
    from: ctx.config.mailFrom,
    // SECURITY: an object is taken as one address; a string with a comma would be two recipients.
    to: { name: '', address: mail.recipient },
    subject,
    text,
    html,
    messageId: mail.messageId,
    date: new Date(mail.date),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': content.language,
    },
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
