import type { Context } from '../../context.ts';
import { queueState } from '../../mail/delivery-state.ts';
import { openTransport } from '../../mail/smtp.ts';
import { type Finding, failure, ok, span, warning } from './finding.ts';

/** Milliseconds; less patient than the server is. */
const waits = { connect: 10_000, greeting: 10_000, answer: 10_000, whole: 30_000 };
/** A mail that waits for so long waits for more than a busy moment. */
const stuck = 15 * 60_000;

/** A conversation with the mail server up to the log-in, without a mail; and whether mails wait. */
export async function checkMail(ctx: Context): Promise<Finding[]> {
  return [await checkServer(ctx), await checkQueue(ctx)];
}

async function checkServer({ config: { smtpUrl, keepsMails } }: Context): Promise<Finding> {
  if (smtpUrl === undefined) {
    const kept = 'No mail is sent: this server keeps them.';
    return keepsMails
      ? ok('mail', kept)
      : failure('mail', 'WARIFU_SMTP_URL is not set: mails reach nobody.', 'Set WARIFU_SMTP_URL.');
  }
  const { host } = new URL(smtpUrl);
  const transport = openTransport(smtpUrl, waits);
  try {
    await transport.verify();
    return ok('mail', `${host} takes mails from here.`);
  } catch (error) {
    return troubleOf(host, error as SmtpError);
  } finally {
    transport.close();
  }
}

type SmtpError = Error & { readonly code?: string; readonly responseCode?: number; readonly cause?: { code?: string } };

/** SECURITY: nothing of what the server said, which may repeat what it was told. */
function troubleOf(host: string, error: SmtpError): Finding {
  const code = error.cause?.code ?? error.code ?? '';
  const text = `${code} ${error.message}`;
  if (error.responseCode !== undefined && /EAUTH/.test(error.code ?? '')) {
    const found = `${host} refuses the user name or the password of WARIFU_SMTP_URL (${error.responseCode}).`;
    return failure('mail', found, 'Correct them. Write signs such as "@" and "/" in a password as %40 and %2F.');
  }
  if (/EAUTH/.test(code)) {
    return failure(
      'mail',
      `${host} offers no log-in.`,
      'Use its port for senders with a password, 587 or 465, or leave the user name out.',
    );
  }
  if (/expired/i.test(text)) {
    return failure('mail', `The certificate of ${host} has expired.`, 'Renew it on the mail server.');
  }
  if (/self.signed|UNABLE_TO|certificate|altname/i.test(text)) {
    const found = `The certificate of ${host} does not hold (${code}).`;
    return failure(
      'mail',
      found,
      'Name the host as its certificate does, or have NODE_EXTRA_CA_CERTS name the file of your own authority.',
    );
  }
  if (/ETLS|STARTTLS|wrong version number|SSL routines/i.test(text)) {
    const found = `${host} speaks no TLS in this way (${code}).`;
    return failure('mail', found, 'Write smtps:// for port 465, and smtp:// for port 587.');
  }
  if (/EDNS|ENOTFOUND|EAI_AGAIN/.test(text)) {
    return failure(
      'mail',
      `The name of ${host} is not known.`,
      'Correct the host in WARIFU_SMTP_URL, or the DNS of this machine.',
    );
  }
  if (/ECONNREFUSED|ESOCKET|ECONNECTION/.test(text)) {
    return failure(
      'mail',
      `Nothing takes connections at ${host}.`,
      'Correct host and port in WARIFU_SMTP_URL, or start the mail server.',
    );
  }
  const found = `The conversation with ${host} failed (${error.responseCode ?? code}).`;
  return failure('mail', found, 'Look at the log of the mail server; a firewall may stand between.');
}

async function checkQueue(ctx: Context): Promise<Finding> {
  const { waiting, oldest } = await queueState(ctx);
  const age = oldest === undefined ? 0 : ctx.now() - oldest;
  if (ctx.config.smtpUrl === undefined || age < stuck) return ok('mail', `${waiting} mails wait.`);
  const found = `${waiting} mails wait, the oldest since ${span(age)}.`;
  return warning(
    'mail',
    found,
    'Mend what is wrong with the mail server; they are sent then, unless they are too old.',
  );
}
