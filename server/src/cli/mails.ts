import { ConfigError } from '../config.ts';
import type { Context } from '../context.ts';
import { listPreviews } from '../mail/preview.ts';

/**
 * Prints the mails that are kept, newest last, as text.
 * @returns the exit code
 * @throws ConfigError where mails are sent: whoever runs the host then reads nobody's links here
 */
export async function printMails(ctx: Context): Promise<number> {
  if (ctx.config.smtpUrl !== undefined) {
    throw new ConfigError('WARIFU_SMTP_URL: mails are sent by this server, and not shown here.');
  }
  const mails = await listPreviews(ctx);
  for (const { subject, recipient, createdAt, text } of mails.reverse()) {
    const head = `Date: ${new Date(createdAt).toISOString()}\nTo: ${recipient}\nSubject: ${subject}`;
    process.stdout.write(`${head}\n\n${text}\n\n`);
  }
  if (mails.length === 0) process.stderr.write('No mail is waiting.\n');
  return 0;
}
