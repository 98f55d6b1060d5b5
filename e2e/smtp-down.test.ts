import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, request, type Session, secretOf, session, setUp, signIn } from './support/api.ts';
import { type Authenticator, authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
const issue = '/v1/operators/mfa_revoke_token/issue';

/** What a client can tell two answers apart by. */
function visible({ status, body, headers }: Answer) {
  const changing = ['date', 'x-request-id'];
  return { status, body, headers: [...headers].filter(([name]) => !changing.includes(name)) };
}

describe('SMTP is down when an MFA reset is asked for', () => {
  let smtp: Smtp;
  let server: Server;
  let root: Session;
  let phone: Authenticator;
  let codes: string[];

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({ smtpUrl: smtp.url });
    await setUp(server.baseUrl, server.setupLink(), owner);
    root = await session(server.baseUrl, owner);
    const begun = await root.call('POST', `/v1/operators/${root.operatorId}/mfa`);
    phone = authenticator(secretOf(begun.json['totpUri']));
    const confirmed = await root.call('POST', `/v1/operators/${root.operatorId}/mfa/verify`, {
      mfaOTPCode: await phone.next(),
    });
    codes = confirmed.json['backupCodes'] as string[];
    await until(() => smtp.mails.some((mail) => /MFA|multi-factor/i.test(mail.subject)), 'the notice');
  });
  afterAll(async () => {
    await server.stop();
    await smtp.stop();
  });

  test('the answer is the same, and the mail goes out when SMTP is back, also after a restart', async () => {
    const unknown = await request(server.baseUrl, 'POST', issue, { ...owner, email: 'nobody@example.com' });
    await smtp.stop();
    const before = smtp.mails.length;
    const answer = await request(server.baseUrl, 'POST', issue, owner);
    expect(visible(answer)).toEqual(visible(unknown));
    expect(answer.status).toBe(200);
    expect(await server.stop()).toBe(0);
    server = await startServer({ smtpUrl: smtp.url, dataDir: server.dataDir, port: server.port });
    expect(smtp.mails.length).toBe(before);
    await smtp.start();
    const mail = await smtp.waitFor((candidate) => candidate.text.includes('/mfa/reset/verify#'), before);
    const link = /https?:\/\/\S+\/mfa\/reset\/verify#\S+/.exec(mail.text)?.[0] ?? '';
    const token = new URL(link).hash.slice(1).replace(/^token=/, '');
    const verify = { ...owner, token, backupCode: codes[0] };
    expect((await request(server.baseUrl, 'POST', '/v1/operators/mfa_revoke_token/verify', verify)).status).toBe(200);
    expect((await signIn(server.baseUrl, owner)).status).toBe(200);
  });

  test('each notice came once', async () => {
    await until(() => smtp.mails.some((mail) => /reset|disabled/i.test(mail.subject)), 'the last notice');
    const kinds = smtp.mails.map((mail) => `${mail.to.join()} ${mail.subject} ${mail.text}`);
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});
