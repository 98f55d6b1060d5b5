import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginMfa, resetLink, resetToken } from './support/accounts.ts';
import { request, type Session, session, setUp, setupToken, signIn } from './support/api.ts';
import { createDatabase, dump } from './support/database.ts';
import { authenticator, wrongCode } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Mail, type Smtp, startSmtp } from './support/smtp.ts';
import { type Canary, filesBelow, found } from './support/traces.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'Canary-öwner "quilt" 7f3a91' };
const wrongPassword = 'Canary-wröng "quilt" 2b8c44';
const newPassword = 'Canary-néw "quilt" 9d5e60';

/** Walks through sign-in, MFA, its reset and a change of the password, and gathers every secret on the way. */
async function walk(server: Server, smtp: Smtp) {
  const canaries: Canary[] = [];
  const answers: string[] = [];
  const secret = (name: string, value: unknown) => {
    canaries.push({ name, value: String(value) });
    return String(value);
  };
  const keep = <T extends { body: string; status: number }>(answer: T): T => {
    if (answer.status >= 400) answers.push(answer.body);
    return answer;
  };
  const keepSession = (name: string, one: Session): Session => {
    secret(`${name} token`, one.token);
    secret(`${name} API key`, one.apiKey);
    return one;
  };
  secret('password', owner.password);
  secret('wrong password', wrongPassword);
  secret('setup token', setupToken(server.setupLink()));
  await setUp(server.baseUrl, server.setupLink(), owner);
  keep(await signIn(server.baseUrl, { ...owner, password: wrongPassword }));
  const first = keepSession('first', await session(server.baseUrl, owner));
  const phone = authenticator(secret('seed', await beginMfa(first)));
  const mfa = `/v1/operators/${first.operatorId}/mfa`;
  keep(await first.call('POST', `${mfa}/verify`, { mfaOTPCode: wrongCode(phone.secret) }));
  const confirmed = await first.call('POST', `${mfa}/verify`, { mfaOTPCode: await phone.next() });
  const codes = confirmed.json['backupCodes'] as string[];
  for (const [index, code] of codes.entries()) secret(`backup code ${index + 1}`, code);
  keep(await signIn(server.baseUrl, owner));
  keep(await signIn(server.baseUrl, owner, phone.last()));
  const second = keepSession('second', await session(server.baseUrl, owner, await phone.next()));
  keep(await second.call('DELETE', mfa, { password: wrongPassword }));
  secret('console cookie', await consoleCookie(server));
  const token = secret('reset token', await resetToken(server, smtp, owner));
  const verify = { ...owner, token };
  const path = '/v1/operators/mfa_revoke_token/verify';
  keep(await request(server.baseUrl, 'POST', path, { ...verify, backupCode: 'ZZZZ999R' }));
  // Refused for its shape: the field's content must not come back in the message.
  keep(await request(server.baseUrl, 'POST', path, { ...verify, backupCode: codes, extra: owner.password }));
  expect((await request(server.baseUrl, 'POST', path, { ...verify, backupCode: codes[0] })).status).toBe(200);
  const third = keepSession('third', await session(server.baseUrl, owner));
  secret('new password', newPassword);
  const change = { currentPassword: owner.password, newPassword };
  expect((await third.call('POST', `/v1/operators/${third.operatorId}/password`, change)).status).toBe(200);
  const last = await session(server.baseUrl, { ...owner, password: newPassword });
  keepSession('last', last);
  answers.push((await last.call('GET', '/v1/audit_logs/api?limit=1000')).body);
  return { canaries, answers };
}

async function consoleCookie(server: Server): Promise<string> {
  const answer = await request(server.baseUrl, 'POST', '/v1/console/sign_in', owner, { origin: server.baseUrl });
  const cookie = answer.headers.getSetCookie()[0] ?? '';
  expect(cookie).toContain('HttpOnly');
  return /=([^;]+)/.exec(cookie)?.[1] ?? '';
}

/** The mail for the reset carries its link; that is the one place. */
function withoutItsLink({ text, html }: Mail): string {
  const link = resetLink(text);
  return link === undefined
    ? `${text}\n${html}`
    : `${text}\n${html}`.replaceAll(link, '').replaceAll(encodeURI(link), '');
}

describe.each(['SQLite', 'PostgreSQL'])('on %s, with the log at its loudest, no secret is left', (engine) => {
  let smtp: Smtp;
  let server: Server;
  let canaries: Canary[];
  let answers: string[];
  const databaseUrl = engine === 'PostgreSQL' ? createDatabase() : undefined;

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({
      smtpUrl: smtp.url,
      env: { WARIFU_LOG_LEVEL: 'trace' },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
    ({ canaries, answers } = await walk(server, smtp));
    await until(() => smtp.mails.length >= 5, 'the notices');
  });
  afterAll(async () => {
    await server.stop();
    await smtp.stop();
  });

  test('and the search finds what is there', () => {
    expect(canaries.length).toBeGreaterThanOrEqual(18);
    for (const { value } of canaries) expect(value.length).toBeGreaterThanOrEqual(8);
    const planted = `noise ${Buffer.from(`xx${owner.password}yy`).toString('base64')} noise`;
    expect(found(canaries, planted).length).toBeGreaterThan(0);
  });

  test('in the log', () => {
    const log = server.output().replaceAll(/"setupLink":"[^"]*"/g, '');
    expect(log.split('\n').length).toBeGreaterThan(2);
    expect(found(canaries, log)).toEqual([]);
  });

  test('in the data folder, while the server runs', () => {
    const files = filesBelow(server.dataDir);
    expect(files.length).toBeGreaterThan(0);
    for (const [path, content] of files) expect([path, found(canaries, content)]).toEqual([path, []]);
  });

  test('in a dump of the database', () => {
    // SQLite's is its file, which the test above has read.
    if (databaseUrl === undefined) return;
    const text = dump(databaseUrl);
    expect(text).toContain('audit_log');
    expect(found(canaries, text)).toEqual([]);
  });

  test('in error answers and the audit log', () => {
    expect(answers.length).toBeGreaterThan(5);
    expect(found(canaries, answers.join('\n'))).toEqual([]);
  });

  test('in mails, but for the link of its mail', () => {
    expect(smtp.mails.filter((mail) => resetLink(mail.text) !== undefined).length).toBe(1);
    for (const mail of smtp.mails)
      expect([mail.subject, found(canaries, withoutItsLink(mail))]).toEqual([mail.subject, []]);
  });
});
