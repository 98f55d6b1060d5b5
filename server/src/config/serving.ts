type Mailing = { readonly smtpUrl: string | undefined; readonly keepsMails: boolean; readonly command: string };

/** Why a server must not listen by a configuration that is well-formed: nobody would get its mails. */
export function servingFault({ smtpUrl, keepsMails, command }: Mailing): string | undefined {
  if (smtpUrl !== undefined || keepsMails) return undefined;
  const where = 'WARIFU_HOST or WARIFU_BASE_URL is not a loopback address';
  const own = `To try it in a container on this computer, with a base URL on localhost: WARIFU_SMTP_URL=none, and \`${command} mails\` prints them.`;
  return `WARIFU_SMTP_URL is needed when ${where}: mails must reach people. ${own}`;
}
