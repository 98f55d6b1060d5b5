import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, type Mail, mailsOf, newRoot } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const forged = {
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '666',
  'x-forwarded-server': 'evil.test',
  'x-original-host': 'evil.test',
  'x-host': 'evil.test',
  'x-original-url': 'http://evil.test/',
  forwarded: 'for=1.2.3.4;host=evil.test;proto=http',
  referer: 'http://evil.test/',
};

describe.each(engines)('host header on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  it.each([
    'evil.test',
    'evil.test:8787',
    'localhost:8787.evil.test',
    'localhost.evil.test:8787',
    'localhost:80',
    'evil@localhost:8787',
    'localhost:8787/evil',
    'localhost:8787#',
    'localhost:8787, evil.test',
    '',
  ])('R49: another host name, %j, is refused before anything is done', async (host) => {
    for (const [method, path] of [
      ['GET', '/v1/setup'],
      ['POST', '/v1/auth'],
      ['GET', '/docs'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await call(server, method, path, { headers: { host }, ...(method === 'POST' && { body: {} }) });
      expect([path, answer.status, answer.body.code]).toEqual([path, 421, 'COM0421']);
    }
  });

  it('probes may come by any name: they tell nothing', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await call(server, 'GET', path, { headers: { host: '10.0.0.7:8787' } })).status).toBe(200);
    }
  });

  it('R49: links are built from the configured base URL, whatever the headers say', async () => {
    const root = await newRoot(server);
    await enrol(server, root);
    const { email, password } = root;
    const post = (path: string, body: object) => call(server, 'POST', path, { body, headers: forged });
    expect((await post('/v1/auth/password_reset_token/issue', { email })).status).toBe(200);
    expect((await post('/v1/operators/mfa_revoke_token/issue', { email, password })).status).toBe(200);
    expect((await post('/v1/operators', { email: 'new@example.com', password: 'a new secret 割符 1' })).status).toBe(
      200,
    );
    const mails: Mail[] = [...(await mailsOf(server, root.operatorId)), ...(await mailsOf(server, ''))];
    const links = mails.map((mail) => mail.link).filter((link) => link !== undefined);
    expect(links.map((link) => new URL(link).pathname).sort()).toEqual([
      '/mfa/reset/verify',
      '/password/reset',
      '/signup/verify',
    ]);
    for (const link of links) expect(new URL(link).origin).toBe('http://localhost:8787');
    expect(JSON.stringify(mails)).not.toContain('evil.test');
  });

  it('R49: an absolute target of the request line has no effect', async () => {
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    const address = server.app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const plain = await raw(port, 'GET /v1/setup HTTP/1.1\r\nHost: localhost:8787\r\n');
    expect(plain).toMatch(/^HTTP\/1\.1 200 /);
    const absolute = await raw(port, 'GET http://evil.test/v1/setup HTTP/1.1\r\nHost: localhost:8787\r\n');
    expect(absolute.split('\r\n\r\n')[1]).toBe(plain.split('\r\n\r\n')[1]);
    expect(absolute).not.toContain('evil.test');
    const both = await raw(port, 'GET http://localhost:8787/v1/setup HTTP/1.1\r\nHost: evil.test\r\n');
    expect(both).toMatch(/^HTTP\/1\.1 421 /);
    const foreign = await raw(port, 'GET /v1/setup HTTP/1.1\r\nHost: evil.test\r\n');
    expect(foreign).toMatch(/^HTTP\/1\.1 421 /);
    expect(await raw(port, 'GET /v1/setup HTTP/1.1\r\nHost: localhost:8787\r\nHost: evil.test\r\n')).toMatch(/ 4\d\d /);
    expect(await raw(port, 'GET /v1/setup HTTP/1.1\r\n')).toMatch(/ 4\d\d /);
    for (const path of ['/healthz', '/readyz', '/v1/setup', '/nowhere', '/login']) {
      const old = await raw(port, `GET ${path}\r\n`);
      expect([path, old.split('\r\n')[0]]).toEqual([path, 'HTTP/1.1 400 Bad Request']);
    }
  });
});

/** Sends a request as it stands; no client library would. */
function raw(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: string[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}Connection: close\r\n\r\n`));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => chunks.push(chunk));
    socket.on('end', () => resolve(chunks.join('')));
    socket.on('error', reject);
  });
}

describe.each(engines)('a name of the network beside the server, on %s', (engine) => {
  const headers = { host: 'warifu:8787' };
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_INTERNAL_HOSTS: 'warifu' });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  it('serves the API, and links keep the base URL', async () => {
    const root = await newRoot(server);
    const { operatorId, email, password } = root;
    const signedIn = await call(server, 'POST', '/v1/auth', { body: { email, password }, headers });
    const { apiKey, token } = signedIn.body as unknown as { apiKey: string; token: string };
    const as = { apiKey, token };
    expect((await call(server, 'GET', `/v1/operators/${operatorId}`, { as, headers })).status).toBe(200);
    expect((await call(server, 'GET', '/.well-known/jwks.json', { headers })).status).toBe(200);
    const path = '/v1/auth/password_reset_token/issue';
    expect((await call(server, 'POST', path, { body: { email }, headers })).status).toBe(200);
    const mails = await mailsOf(server, operatorId);
    const links = mails.flatMap(({ link }) => (link === undefined ? [] : [new URL(link).origin]));
    expect(links).toEqual(['http://localhost:8787']);
    expect(JSON.stringify(mails)).not.toContain('warifu:8787');
  });

  it.each([
    ['GET', '/'],
    ['GET', '/login'],
    ['GET', '/docs'],
    ['GET', '/openapi.json'],
    ['GET', '/v1/nowhere'],
    ['GET', '/v1/setup'],
    ['POST', '/v1/setup'],
    ['GET', '/v1/console/session'],
    ['POST', '/v1/console/sign_in'],
    ['POST', '/v1/%63onsole/sign_in'],
    ['POST', '/v1/console%2fsign_in'],
    ['POST', '/v1/auth/../console/sign_in'],
  ])('R49: %s %s has one name only', async (method, path) => {
    const answer = await call(server, method, path, { headers, ...(method === 'POST' && { body: {} }) });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([421, undefined]);
  });

  it.each(['warifu', 'warifu:80', 'warifu.evil.test:8787', 'evil.warifu:8787', 'warifu:8787, localhost:8787'])(
    'another name or port, %j, is refused',
    async (host) => {
      expect((await call(server, 'POST', '/v1/auth', { headers: { host }, body: {} })).status).toBe(421);
    },
  );

  it('the cookie of the console signs nobody in there, and a page of that name writes nothing', async () => {
    const root = await newRoot(server);
    const { email, password } = root;
    const signedIn = await call(server, 'POST', '/v1/console/sign_in', { body: { email, password } });
    const cookie = [signedIn.headers['set-cookie']]
      .flat()
      .map((text) => String(text).split(';')[0])
      .join('; ');
    const path = `/v1/operators/${root.operatorId}`;
    expect((await call(server, 'GET', path, { headers: { cookie } })).status).toBe(200);
    expect((await call(server, 'GET', path, { headers: { ...headers, cookie } })).status).toBe(401);
    const page = { ...headers, origin: 'http://warifu:8787' };
    expect((await call(server, 'POST', '/v1/auth', { body: { email, password }, headers: page })).status).toBe(403);
  });
});
