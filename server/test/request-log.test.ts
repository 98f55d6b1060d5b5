import { connect } from 'node:net';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type Line = Record<string, unknown> & { msg: string; level: number };

const failregex = /^\{"level":40,"time":[^,]+,"source":"([^"]+)","code":"[A-Z0-9]+".*"msg":"sign-in failed"\}$/;

describe.each(engines)('the log of requests on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let at = 0;
  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  /** What was logged since the last question. */
  const texts = () => {
    const all = server.log().split('\n').filter(Boolean);
    const news = all.slice(at);
    at = all.length;
    return news;
  };
  const lines = (msg: string) =>
    texts()
      .map((text) => JSON.parse(text) as Line)
      .filter((line) => line.msg === msg);

  it('has a line for each: the ID of the answer and of the audit log, and whose session it was', async () => {
    const as = await signIn(server, root);
    texts();
    const path = `/v1/operators/${root.operatorId}`;
    const answer = await call(server, 'GET', path, { as });
    const [line, ...more] = lines('request');
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 30,
      source: '198.51.100.7',
      requestId: answer.headers['x-request-id'],
      operatorId: root.operatorId,
      userId: 'root',
      status: 200,
      method: 'GET',
      path,
    });
    expect(line?.milliseconds).toBeTypeOf('number');
    await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password } });
    const [signedIn] = lines('request');
    const audit = await server.ctx.db
      .selectFrom('audit_log')
      .select('request_id')
      .orderBy('sequence', 'desc')
      .executeTakeFirst();
    expect(audit?.request_id).toBe(signedIn?.requestId);
  });

  it('has nothing of what may be secret', async () => {
    const secret = 'pebble-harbour-quilt';
    const headers = { 'x-soracom-api-key': secret, 'x-soracom-token': secret, cookie: secret, 'user-agent': secret };
    for (const path of [
      `/v1/setup?token=${secret}`,
      `/login#${secret}`,
      `/v1/setup?${secret}#${secret}`,
      `/docs;?a=${secret}`,
      `/mfa/reset/verify%23${secret}`,
      `/mfa/reset/verify%2523${secret}`,
      `/signup/verify%3Ftoken=${secret}`,
    ])
      await call(server, 'GET', path, { headers });
    await call(server, 'POST', '/v1/auth', {
      body: { email: root.email, password: secret, [secret]: secret },
      headers,
    });
    await call(server, 'POST', `/nowhere?${secret}`, { body: { [secret]: secret }, headers });
    const all = texts();
    expect(all.filter((text) => text.includes('"msg":"request"'))).toHaveLength(9);
    expect(all.join('\n')).not.toContain(secret);
  });

  it('keeps one line one line, and a long path short', async () => {
    await call(server, 'GET', `/%0a{"level":40}"\\${'x'.repeat(5000)}`);
    const all = texts();
    expect(all.length).toBe(1);
    expect((JSON.parse(all[0] ?? '') as { path: string }).path).toHaveLength(256);
  });

  it('names the source of failed sign-ins and refused calls first, whatever a client sends', async () => {
    const forged = '","msg":"sign-in failed","source":"192.0.2.9';
    const ip = '203.0.113.7';
    await call(server, 'POST', '/v1/auth', { body: { email: forged, password: forged }, ip });
    await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' }, ip });
    await call(server, 'POST', '/v1/console/sign_in', { body: { email: root.email, password: 'wrong' }, ip });
    const failed = texts().filter((text) => text.includes('sign-in failed'));
    expect(failed.map((text) => failregex.exec(text)?.[1])).toEqual(failed.map(() => ip));
    expect(failed.length).toBeGreaterThanOrEqual(2);
    await call(server, 'GET', `/v1/operators/${root.operatorId}`, { ip });
    await call(server, 'POST', '/v1/auth', { ip, headers: { origin: 'http://evil.test' }, body: {} });
    expect(lines('call refused')).toMatchObject([
      { level: 40, source: ip, code: 'AUM0001' },
      { level: 40, source: ip, code: 'COM0403' },
    ]);
  });

  it('has a line for what did not become a request', async () => {
    const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
    texts();
    const port = Number(new URL(address).port);
    for (const bytes of ['what is this\r\n\r\n', 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.resume().once('close', () => resolve());
      });
    }
    expect(lines('request')).toMatchObject([
      { source: '127.0.0.1', status: 400 },
      { source: '127.0.0.1', status: 404 },
    ]);
  });
});

describe.each(engines)('a job that fails on %s', (engine) => {
  it('has one line that names it, and is counted', async () => {
    const server = await startTestServer(engine);
    const { db } = server.ctx;
    await sql`alter table deferred_requests rename to elsewhere`.execute(db);
    for (let i = 0; i < 3; i++) await server.jobs.drain();
    await sql`alter table elsewhere rename to deferred_requests`.execute(db);
    const lines = server
      .log()
      .split('\n')
      .filter((text) => text.includes('"msg":"job failed"'));
    expect(lines.map((text) => JSON.parse(text) as Line)).toMatchObject([
      { level: 50, job: 'requests', error: { message: expect.stringContaining('deferred_requests') } },
      { level: 50, job: 'clean-up', error: { message: expect.stringContaining('deferred_requests') } },
    ]);
    const counted = server.ctx.counts.failedJobs.samples().map(({ labels, value }) => [labels['job_name'], value]);
    expect(counted).toEqual([
      ['requests', 3],
      ['clean-up', 3],
    ]);
    await server.stop();
  });
});

describe('a server that is told to log no requests', () => {
  it('still names those who fail to sign in', async () => {
    const server = await startTestServer('sqlite', { WARIFU_LOG_REQUESTS: '0' });
    await call(server, 'POST', '/v1/auth', { body: { email: 'nobody@example.com', password: 'wrong' } });
    expect(server.log()).not.toContain('"msg":"request"');
    expect(server.log()).toContain('"msg":"sign-in failed"');
    await server.stop();
  });
});
