import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { factTypes } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signInConsole } from './support/browser.ts';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const expected = [
  'strict-transport-security',
  'x-content-type-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'content-security-policy',
  'cache-control',
  'x-request-id',
];

/** The lines of the head of an answer, as they come on the socket. */
async function sentHead(port: number, target: string): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost:8787\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket);
  return (answer.split('\r\n\r\n')[0] ?? '').split('\r\n').map((line) => line.toLowerCase());
}

describe.each(engines)('security headers on %s', (engine) => {
  let server: TestServer;
  const answers: Record<string, Answer> = {};
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const browser = await signInConsole(server, root);
    const get = (path: string, options = {}) => call(server, 'GET', path, options);
    const post = (path: string, options = {}) => call(server, 'POST', path, options);
    const { email, password } = root;
    answers['200'] = await get(`/v1/operators/${root.operatorId}`, { as });
    answers['200 without session'] = await get('/v1/setup');
    answers['204'] = await post('/v1/auth/logout', { as });
    answers['400'] = await post('/v1/auth', { body: { email: 5 } });
    answers['400 not JSON'] = await post('/v1/auth', { body: '{' });
    answers['401'] = await get('/v1/auth/sessions', { as });
    answers['401 sign-in'] = await post('/v1/auth', { body: { email, password: 'a wrong password' } });
    answers['403'] = await browser.call('POST', '/v1/auth/logout', { body: {}, headers: { 'x-csrf-token': '' } });
    answers['404 no route'] = await get('/nowhere');
    answers["404 another's"] = await browser.call('GET', '/v1/operators/OP0000000000');
    answers['404 long parameter'] = await get(`/v1/operators/${'x'.repeat(300)}`);
    answers['404 unreadable URL'] = await get('/v1/%zz');
    answers['405 other method'] = await call(server, 'OPTIONS', '/v1/auth');
    answers['413'] = await post('/v1/auth', { body: { email: 'x'.repeat(9000) } });
    answers['415'] = await post('/v1/auth', { body: 'x', headers: { 'content-type': 'text/plain' } });
    answers['421'] = await get('/v1/setup', { headers: { host: 'evil.test' } });
    answers['sign-in by browser'] = await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
    answers.openapi = await get('/v1/openapi.json');
    answers.docs = await get('/docs');
    answers.health = await get('/healthz');
    answers.readiness = await get('/readyz');
    answers.keys = await get('/.well-known/jwks.json');
    answers.preview = await get('/mail-preview', { ip: '127.0.0.1' });
    answers.HEAD = await call(server, 'HEAD', '/v1/setup');
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const each = (check: (name: string, headers: Answer['headers']) => void) => {
    expect(Object.keys(answers).length).toBeGreaterThan(20);
    for (const [name, { headers }] of Object.entries(answers)) check(name, headers);
  };

  it('R56: every kind of answer carries them', () => {
    each((name, headers) => {
      expect([name, headers]).toEqual([
        name,
        expect.objectContaining({
          'strict-transport-security': 'max-age=31536000; includeSubDomains',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'x-frame-options': 'DENY',
          'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
        }),
      ]);
    });
  });

  it('R56: they are on what is really sent, whoever wrote the answer', async () => {
    const url = await server.app.listen({ host: '127.0.0.1', port: 0 });
    // An answer, a refusal, what no route is for, what the router cannot read, and what never became a request.
    for (const target of ['/healthz', '/v1/auth/sessions', '/nowhere', '/v1/%zz', 'no target']) {
      const head = await sentHead(Number(new URL(url).port), target);
      for (const name of expected)
        expect([target, head.filter((line) => line.startsWith(`${name}: `)).length]).toEqual([target, 1]);
    }
  });

  it('R56: the content policy allows nothing but what this server serves', () => {
    each((name, headers) => {
      const policy = String(headers['content-security-policy']);
      const directives = new Map(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]));
      expect([name, directives.get('default-src')]).toEqual([name, ["'none'"]]);
      for (const part of ['base-uri', 'frame-ancestors'])
        expect([name, directives.get(part)]).toEqual([name, ["'none'"]]);
      expect(policy).not.toMatch(/unsafe-(inline|eval)|\*|https?:|blob:/);
    });
  });

  it('R56: nothing secret is cached, nothing tells the version, no other site may read', () => {
    const cacheable = new Set(['openapi', 'keys']);
    each((name, headers) => {
      expect([name, headers['cache-control']]).toEqual([name, cacheable.has(name) ? 'max-age=300' : 'no-store']);
      for (const absent of [
        'server',
        'x-powered-by',
        'access-control-allow-origin',
        'access-control-allow-credentials',
      ]) {
        expect([name, headers[absent]]).toEqual([name, undefined]);
      }
    });
  });

  it('errors are flat JSON with the code and message at the top, and the request ID of the header', () => {
    const failures = Object.entries(answers).filter(([name]) => /^4/.test(name));
    expect(failures.length).toBeGreaterThan(12);
    for (const [name, { status, headers, body }] of failures) {
      expect([name, headers['content-type']]).toEqual([name, 'application/json']);
      const members = Object.keys(body).filter((member) => !(member in factTypes));
      expect([name, members]).toEqual([name, ['code', 'message', 'type', 'title', 'status', 'detail', 'requestId']]);
      expect([body.status, body.detail, body.requestId]).toEqual([status, body.message, headers['x-request-id']]);
      expect(body.type).toBe(`urn:warifu:error:${body.code}`);
    }
    expect(answers['401']?.headers['www-authenticate']).toBe('Bearer');
  });
});
