import { ConfigError } from '../config/setting.ts';
import type { Context } from '../context.ts';
import { listPreviews } from '../mail/preview.ts';
import { exitCodes, type Output } from './frame.ts';

/**
 * Prints the mails that are kept, newest last, as text or as JSON.
 * @returns the exit code
 * @throws ConfigError where mails are sent: whoever runs the host then reads nobody's links here
 */
export async function printMails(ctx: Context, { json }: Output): Promise<number> {
  if (ctx.config.smtpUrl !== undefined) {
    throw new ConfigError('WARIFU_SMTP_URL: mails are sent by this server, and not shown here.');
  }
  const mails = (await listPreviews(ctx)).reverse().map(({ subject, recipient, createdAt, text }) => {
    return { date: new Date(createdAt).toISOString(), to: recipient, subject, text };
  });
  if (json) process.stdout.write(`${JSON.stringify(mails)}\n`);
  else if (mails.length === 0) process.stderr.write('No mail is waiting.\n');
  else for (const mail of mails) process.stdout.write(asText(mail));
  return exitCodes.ok;
}

function asText({ date, to, subject, text }: { date: string; to: string; subject: string; text: string }): string {
  return `Date: ${date}\nTo: ${to}\nSubject: ${subject}\n\n${text}\n\n`;
}
