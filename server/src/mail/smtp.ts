import { createTransport, type Transporter } from 'nodemailer';
import { isLoopback } from '../config/config.ts';
import type { Context } from '../context.ts';
import { limits } from '../limits.ts';
import type { StoredContent } from './outbox.ts';
import { renderMail } from './templates/render.ts';

/** Shorter than a claim, so that no second server takes a mail that is still being sent. */
const longestSend = 60_000;
const urlSettings = /^(?:requireTLS|ignoreTLS|authMethod|name|tls\..+)$/;

/** Milliseconds for the connection, for the greeting, and for each answer. */
export type Waits = { readonly connect: number; readonly greeting: number; readonly answer: number };

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
  return createTransport({
    url: url.href,
    pool: true,
    maxConnections: limits.mail.parallel,
    connectionTimeout: waits.connect,
    greetingTimeout: waits.greeting,
    socketTimeout: waits.answer,
    dnsTimeout: waits.connect,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** What went wrong, without a word of the server's answer: it may repeat the recipient or the content. */
export type Fault = {
  readonly kind: 'SERVER' | 'DEFERRED' | 'REJECTED';
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

/** Hands one mail to the SMTP server; undefined when it was taken. */
export async function send(ctx: Context, transport: Transporter, mail: Outgoing): Promise<Fault | undefined> {
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
