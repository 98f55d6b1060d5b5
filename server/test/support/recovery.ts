import { type Answer, type Call, call } from './client.ts';
import { mailedToken, type Root } from './people.ts';
import type { TestServer } from './server.ts';

/** Asks for an MFA reset; the answer never tells. */
export async function askReset(server: TestServer, who: Partial<Root>, ip?: string): Promise<Answer> {
  const body = { email: who.email, password: who.password };
  return await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body, ...(ip && { ip }) });
}

/** Asks for an MFA reset and reads the token out of the mail. */
export async function resetToken(server: TestServer, root: Root, ip?: string): Promise<string> {
  // The newest mail is found by its time.
  server.clock.now += 1000;
  await askReset(server, root, ip);
  return await mailedToken(server, root.operatorId, 'mfa_reset_link');
}

type Part = string | undefined;
export type Proof = { token?: Part; email?: Part; password?: Part; backupCode?: Part };

export async function verifyReset(server: TestServer, body: Proof, options: Call = {}): Promise<Answer> {
  return await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', { ...options, body });
}

/** Sets a new password by mail, as anyone who reads the mailbox can; returns the answer. */
export async function resetPasswordByMail(server: TestServer, root: Root, password: string): Promise<Answer> {
  server.clock.now += 1000;
  await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
  const token = await mailedToken(server, root.operatorId, 'password_reset_link');
  return await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: { token, password } });
}

/** Gives an operator a second confirmed address, which is told of everything. */
export async function addAddress(server: TestServer, root: Root): Promise<string> {
  const email = `second-${root.email}`;
  const at = server.clock.now;
  const row = { operator_id: root.operatorId, email_id: 'second', user_id: 'root', email, email_key: email };
  const dates = { verified_at: at, created_at: at, updated_at: at };
  await server.ctx.db
    .insertInto('emails')
    .values({ ...row, ...dates })
    .execute();
  return email;
}
