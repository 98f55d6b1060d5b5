import { type Credentials, request, type Session, secretOf, signIn } from './api.ts';
import { launch, type Server, serverEnv } from './server.ts';
import type { Smtp } from './smtp.ts';

/** Makes an operator with the host command, beside the running server. */
export async function createOperator(
  server: Server,
  { email, password }: Credentials,
  language = 'en',
): Promise<string> {
  const options = ['--email', email, '--password-stdin', '--lang', language];
  const command = ['server/src/cli/warifu.js', 'operator', 'create', ...options];
  const { exit, output } = launch(command, serverEnv(server.port, server.dataDir), `${password}\n`);
  const code = await exit;
  const operatorId = /"operatorId":\s*"(OP\d{10})"/.exec(output())?.[1];
  if (code !== 0 || operatorId === undefined) throw new Error(`operator create ended with ${code}:\n${output()}`);
  return operatorId;
}

/** Begins the root user's enrolment; answers with the new secret. */
export async function beginMfa(root: Session): Promise<string> {
  const answer = await root.call('POST', `/v1/operators/${root.operatorId}/mfa`);
  if (answer.status !== 200) throw new Error(`MFA-ON answered ${answer.status} ${answer.body}`);
  return secretOf(answer.json['totpUri']);
}

/** Asks for an MFA reset and takes the token out of the mail that comes. */
export async function resetToken(server: Server, smtp: Smtp, { email, password }: Credentials): Promise<string> {
  const since = smtp.mails.length;
  await request(server.baseUrl, 'POST', '/v1/operators/mfa_revoke_token/issue', { email, password });
  return tokenIn(await smtp.waitFor((mail) => mail.to.includes(email) && resetLink(mail.text) !== undefined, since));
}

/** The MFA reset link of a mail. */
export function resetLink(text: string): string | undefined {
  return /https?:\/\/\S+\/mfa\/reset\/verify#\S+/.exec(text)?.[0];
}

function tokenIn(mail: { text: string }): string {
  return new URL(resetLink(mail.text) ?? '').hash.slice(1).replace(/^token=/, '');
}

/** Whether sign-in with the password alone is refused because a code is missing. */
export async function asksForCode(server: Server, credentials: Credentials): Promise<boolean> {
  const answer = await signIn(server.baseUrl, credentials);
  if (answer.status === 200) return false;
  if (answer.json['code'] === 'MFA0001') return true;
  throw new Error(`sign-in answered ${answer.status} ${answer.body}`);
}

export async function isAlive(one: Session): Promise<boolean> {
  const { status, body } = await one.call('GET', `/v1/operators/${one.operatorId}/mfa`);
  if (status === 200 || status === 401) return status === 200;
  throw new Error(`a session check answered ${status} ${body}`);
}
