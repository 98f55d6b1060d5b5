import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noteBackup } from '../src/db/state.ts';
import { limits } from '../src/limits.ts';
import { type Sink, startSilentServer, startSink } from './mail/smtp.ts';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('the state of the server and test mails on %s', (engine) => {
  let server: TestServer;
  let sink: Sink;
  let root: Root;
  let other: Root;
  beforeAll(async () => {
    sink = await startSink({ answers: [250, 550] });
    server = await startTestServer(engine);
    // After its jobs began, so that only what is sent past the queue arrives.
    setSmtp(sink.url);
    root = await newRoot(server);
    other = await newRoot(server);
  });
  afterAll(async () => {
    await server.stop();
    await sink.close();
  });
  afterEach(() => checkInvariants(server));

  const path = (of: Root) => `/v1/operators/${of.operatorId}/server`;
  const emailsOf = async (of: Root) => {
    const as = await signIn(server, of);
    const { body } = await call(server, 'GET', `/v1/operators/${of.operatorId}/emails`, { as });
    return (body as unknown as { emailId: string }[]).map(({ emailId }) => emailId);
  };
  const setSmtp = (smtpUrl: string | undefined) => Object.assign(server.ctx.config, { smtpUrl });

  it('sends one to an own address at once, and tells what the mail server said', async () => {
    const as = await signIn(server, root);
    const [emailId] = await emailsOf(root);
    const waiting = await server.ctx.db.selectFrom('outbox').selectAll().execute();
    const send = () => call(server, 'POST', `${path(root)}/test_mail`, { as, body: { emailId } });
    expect((await send()).body).toEqual({ result: 'accepted' });
    expect(sink.recipients).toEqual([[root.email]]);
    expect(sink.mails[0]?.subject).toBe('[Warifu] Test mail');
    expect(await server.ctx.db.selectFrom('outbox').selectAll().execute()).toEqual(waiting);
    expect((await send()).body).toEqual({ result: 'failed', error: 'REJECTED 550' });
    expect(await auditOf(server, root.operatorId, 'Operator:sendTestMail')).toMatchObject([
      { actor: 'root', target: `email:${emailId}`, outcome: 'success' },
      { actor: 'root', target: `email:${emailId}`, outcome: 'success' },
    ]);
  });

  it('knows why a mail server cannot be used, and is kept where none is set', async () => {
    const as = await signIn(server, root);
    const [emailId] = await emailsOf(root);
    const send = () => call(server, 'POST', `${path(root)}/test_mail`, { as, body: { emailId } });
    const silent = await startSilentServer();
    await silent.close();
    setSmtp(silent.url);
    expect((await send()).body).toEqual({ result: 'failed', error: 'SERVER ESOCKET' });
    setSmtp(undefined);
    expect((await send()).body).toEqual({ result: 'kept' });
    setSmtp(sink.url);
  });

  it('is paced for each operator', async () => {
    server.clock.now += limits.day;
    const as = await signIn(server, root);
    const [emailId] = await emailsOf(root);
    const send = () => call(server, 'POST', `${path(root)}/test_mail`, { as, body: { emailId } });
    const statuses: number[] = [];
    for (let i = 0; i <= limits.mail.tests.perHour; i++) statuses.push((await send()).status);
    expect(statuses).toEqual([...statuses.slice(1).map(() => 200), 429]);
    const [theirs] = await emailsOf(other);
    const asOther = await signIn(server, other);
    const answer = await call(server, 'POST', `${path(other)}/test_mail`, { as: asOther, body: { emailId: theirs } });
    expect(answer.status).toBe(200);
    const sent = sink.mails.length;
    server.clock.now += limits.hour;
    expect((await send()).status).toBe(200);
    expect(sink.mails.length).toBe(sent + 1);
  });

  it('goes to verified addresses of the own operator only', async () => {
    server.clock.now += limits.day;
    const sent = sink.mails.length;
    const as = await signIn(server, root);
    const [theirs] = await emailsOf(other);
    const send = (emailId: string | undefined, of = root) =>
      call(server, 'POST', `${path(of)}/test_mail`, { as, body: { emailId } });
    expect((await send(theirs)).status).toBe(404);
    expect((await send(theirs, other)).status).toBe(404);
    const body = { email: 'new@example.com', password: root.password };
    expect((await call(server, 'POST', '/v1/operators/add_email_token/issue', { as, body })).status).toBe(200);
    const [, unverified] = await emailsOf(root);
    expect((await send(unverified)).body.code).toBe('AUM0037');
    expect(sink.mails.length).toBe(sent);
  });

  it("is the root user's alone", async () => {
    const as = await signIn(server, root);
    const sam = await signInSam(server, await newSam(server, root, as, 'desk', allow(['*'])));
    const [emailId] = await emailsOf(root);
    expect((await call(server, 'GET', path(root), { as: sam })).status).toBe(403);
    expect((await call(server, 'POST', `${path(root)}/test_mail`, { as: sam, body: { emailId } })).status).toBe(403);
    const key = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = key.body as Record<string, string>;
    const program = await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } });
    const credentials = { apiKey: String(program.body['apiKey']), token: String(program.body['token']) };
    const refused = await call(server, 'POST', `${path(root)}/test_mail`, { as: credentials, body: { emailId } });
    expect([refused.status, refused.body.code]).toEqual([403, 'AUM0015']);
  });

  it("tells of the own operator's mails, and of the host only where nobody signs up by himself", async () => {
    await server.ctx.db.deleteFrom('outbox').execute();
    const asOther = await signIn(server, other, undefined, '203.0.113.9');
    const before = (await call(server, 'GET', path(other), { as: asOther })).body as Record<string, unknown>;
    expect(before['version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(before['host']).toMatchObject({
      database: { engine: engine === 'sqlite' ? 'sqlite' : 'postgresql', version: expect.stringMatching(/^\d+\.\d+/) },
    });
    await noteBackup(server.ctx.db, server.clock.now);
    const own = before['mail'];
    const after = (await call(server, 'GET', path(other), { as: asOther })).body;
    expect(after['host']).toMatchObject({ lastBackupAt: server.clock.now });
    // A mail of another operator that nobody takes.
    await signIn(server, root, undefined, '203.0.113.10');
    await server.ctx.db
      .updateTable('outbox')
      .set({ last_error: 'SERVER ESOCKET' })
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect((await call(server, 'GET', path(other), { as: asOther })).body['mail']).toEqual(own);
    const mine = await call(server, 'GET', path(root), { as: await signIn(server, root) });
    expect(mine.body['mail']).toMatchObject({ smtp: true, lastError: 'SERVER ESOCKET' });
    Object.assign(server.ctx.config, { signUp: 'open' });
    expect((await call(server, 'GET', path(other), { as: asOther })).body).not.toHaveProperty('host');
    Object.assign(server.ctx.config, { signUp: 'closed' });
  });
});
