import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config/config.ts';
import { type Call, type Credentials, call as callFrom } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf } from './support/people.ts';
import { credentialsOf } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const unused = { authKeyId: 'keyId-of-another-service', authKey: 'secret-of-another-service' };
const here = '127.0.0.1';
const paths = [
  ['POST', '/v1/sandbox/init'],
  ['POST', '/v1/sandbox/operators/token/a@example.com'],
  ['DELETE', '/v1/sandbox/operators/OP0000000000'],
] as const;

const call = (server: TestServer, method: string, path: string, options: Call = {}) =>
  callFrom(server, method, path, { ip: here, ...options });

describe.each(engines)('a sandbox for those who test clients, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    const env = { WARIFU_SANDBOX: '1', WARIFU_SIGNUP: 'open', WARIFU_PASSWORD_MIN_LENGTH: '8' };
    server = await startTestServer(engine, env, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  it('makes an operator that goes through what such a client does, and removes it', async () => {
    // As the reference's client and its definition have it, with members that mean nothing here.
    const body = { email: 'Sandbox+One@example.com', password: 'aB3xY9kQ', registerPaymentMethod: true, ...unused };
    const made = await call(server, 'POST', '/v1/sandbox/init', { body });
    expect([made.status, Object.keys(made.body).sort()]).toEqual([201, ['apiKey', 'operatorId', 'token']]);
    const as: Credentials = credentialsOf(made.body);
    const operator = `/v1/operators/${String(made.body.operatorId)}`;
    const signedIn = await call(server, 'POST', '/v1/auth', { body: { email: body.email, password: body.password } });
    expect([signedIn.status, signedIn.body.operatorId]).toEqual([200, made.body.operatorId]);
    const emails = await call(server, 'GET', `${operator}/emails`, { as });
    expect(emails.body).toMatchObject([{ email: body.email, verified: true }]);

    const user = `${operator}/users/${encodeURIComponent('試験 client')}`;
    const permission = '{"statements":[{"effect":"allow","api":"User:getUser"}]}';
    const steps: [string, string, object | undefined, number][] = [
      ['GET', operator, undefined, 200],
      ['POST', user, { description: 'x' }, 201],
      ['POST', `${user}/password`, { password: 'samPass99' }, 201],
      ['PUT', `${user}/permission`, { permission }, 200],
      ['POST', `${user}/auth_keys`, undefined, 200],
      ['POST', `${operator}/roles/tester`, { permission, description: 'r' }, 200],
      ['POST', `${user}/roles`, { roleId: 'tester' }, 200],
      ['GET', `${operator}/users`, undefined, 200],
      ['POST', `${operator}/auth_keys`, undefined, 201],
      ['GET', '/v1/audit_logs/api', undefined, 200],
    ];
    for (const [method, path, sent, status] of steps) {
      const answer = await call(server, method, path, { as, ...(sent && { body: sent }) });
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }

    const again = await call(server, 'POST', '/v1/sandbox/init', { body });
    expect([again.status, again.body.code]).toEqual([400, 'AUM0003']);
    const path = `/v1/sandbox/operators/${String(made.body.operatorId)}`;
    expect((await call(server, 'DELETE', path)).status).toBe(401);
    const gone = await call(server, 'DELETE', path, { as });
    expect([gone.status, gone.text]).toEqual([200, '']);
    expect((await call(server, 'GET', operator, { as })).status).toBe(401);
    const { db } = server.ctx;
    for (const table of ['users', 'emails', 'sessions', 'roles', 'user_roles', 'auth_keys'] as const) {
      const rows = db.selectFrom(table).select('operator_id').where('operator_id', '=', String(made.body.operatorId));
      expect([table, await rows.execute()]).toEqual([table, []]);
    }
    const log = await auditOf(server, String(made.body.operatorId), 'Sandbox:sandboxDeleteOperator');
    expect(log).toMatchObject([{ actor: 'root', outcome: 'success', target: made.body.operatorId }]);
    expect((await call(server, 'POST', '/v1/sandbox/init', { body })).status).toBe(201);
  });

  it('gives the token of a sign-up without its mail', async () => {
    const email = 'signup@example.com';
    const asked = await call(server, 'POST', '/v1/operators', { body: { email, password: 'zQ7wE4rT' } });
    expect(asked.status).toBe(200);
    const path = `/v1/sandbox/operators/token/${encodeURIComponent(email)}`;
    // The sign-up is done in the background meanwhile.
    const [{ status, body }] = await Promise.all([call(server, 'POST', path, { body: unused }), server.jobs.drain()]);
    expect(status).toBe(200);
    const verified = await call(server, 'POST', '/v1/operators/verify', { body: { token: body.token } });
    expect(verified.status).toBeLessThan(300);
    const late = await call(server, 'POST', path, { body: unused });
    expect([late.status, late.body.code]).toEqual([400, 'AUM0053']);
    const nobody = await call(server, 'POST', '/v1/sandbox/operators/token/none@example.com', { body: {} });
    expect([nobody.status, nobody.body.code]).toEqual([400, 'AUM0053']);
    expect((await call(server, 'POST', '/v1/sandbox/operators/token/x', { body: {} })).body.code).toBe('COM0008');
  });

  it('takes no password and address that the server refuses elsewhere', async () => {
    const init = (body: object) => call(server, 'POST', '/v1/sandbox/init', { body: { ...unused, ...body } });
    expect((await init({ email: 'weak@example.com', password: 'short' })).body.code).toBe('AUM0010');
    expect((await init({ email: 'a@b@c', password: 'aB3xY9kQ' })).body.code).toBe('COM0008');
    expect((await init({ email: 'weak@example.com' })).body.field).toBe('password');
  });

  it.each([
    ['another computer', { ip: '192.0.2.10' }],
    ['a proxy on this computer', { headers: { 'x-forwarded-for': '192.0.2.10' } }],
    ['one that claims to be near', { ip: '192.0.2.10', headers: { 'x-forwarded-for': here } }],
    ['a proxy of another kind', { headers: { forwarded: 'for=127.0.0.1' } }],
    ['a proxy that says nothing of addresses', { headers: { via: '1.1 proxy' } }],
  ])('SECURITY: is not there for %s', async (_, from) => {
    for (const [method, path] of paths) {
      const answer = await call(server, method, path, { body: { ...unused, email: 'x@example.com' }, ...from });
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'COM0404']);
    }
  });

  it('SECURITY: another host name, and a page of another site, are refused before anything', async () => {
    const body = { email: 'rebound@example.com', password: 'aB3xY9kQ', ...unused };
    for (const [headers, status] of [
      [{ host: 'evil.example' }, 421],
      [{ host: 'localhost.evil.example:8787' }, 421],
      [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'content-type': 'text/plain' }, 415],
    ] as const) {
      const answer = await call(server, 'POST', '/v1/sandbox/init', { body: JSON.stringify(body), headers });
      expect([headers, answer.status]).toEqual([headers, status]);
    }
    const rows = server.ctx.db.selectFrom('emails').select('email').where('email', '=', body.email);
    expect(await rows.execute()).toEqual([]);
  });

  it('is no part of the API that it describes', async () => {
    const page = await call(server, 'GET', '/v1/openapi.json');
    expect(page.text).not.toContain('/v1/sandbox/');
  });
});

describe('a server that is no sandbox', () => {
  it('answers as for any path that is not there', async () => {
    const server = await startTestServer('sqlite', {}, { hasher: fastHasher() });
    for (const [method, path] of paths) {
      const answer = await call(server, method, path, { body: {} });
      const unknown = await call(server, method, '/v1/sandbox/unknown', { body: {} });
      const plain = (text: string) => text.replace(/"requestId":"[^"]+"/, '');
      expect([path, answer.status, plain(answer.text)]).toEqual([path, 404, plain(unknown.text)]);
    }
    await server.stop();
  });

  it.each([
    ['WARIFU_BASE_URL', { WARIFU_BASE_URL: 'https://id.example.com' }],
    ['WARIFU_BASE_URL', { WARIFU_BASE_URL: 'https://localhost.example.com' }],
    ['WARIFU_BASE_URL', { WARIFU_BASE_URL: 'https://127.0.0.1.nip.io' }],
    ['WARIFU_HOST', { WARIFU_HOST: '0.0.0.0' }],
    ['WARIFU_HOST', { WARIFU_HOST: '192.0.2.1' }],
    ['WARIFU_HOST', { WARIFU_HOST: '::' }],
  ])('does not become one that others can reach: %s', (name, env) => {
    expect(() => readConfig({ WARIFU_SANDBOX: '1', ...env })).toThrow(ConfigError);
    expect(() => readConfig({ WARIFU_SANDBOX: '1', ...env })).toThrow(name);
    expect(readConfig({ WARIFU_SANDBOX: '0', ...env }).sandbox).toBe(false);
  });

  it('becomes one by 1 alone', () => {
    expect(readConfig({ WARIFU_SANDBOX: '1' }).sandbox).toBe(true);
    expect(readConfig({ WARIFU_SANDBOX: '1', WARIFU_BASE_URL: 'http://[::1]:9000', WARIFU_HOST: '::1' }).sandbox).toBe(
      true,
    );
    expect(readConfig({}).sandbox).toBe(false);
    expect(readConfig({ WARIFU_SANDBOX: '' }).sandbox).toBe(false);
    for (const text of ['true', 'yes', ' 1']) expect(() => readConfig({ WARIFU_SANDBOX: text })).toThrow(ConfigError);
  });
});
