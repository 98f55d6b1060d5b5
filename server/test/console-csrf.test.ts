import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, newBrowser, setCookies, signInConsole } from './support/browser.ts';
import type { Answer } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { auditOf, enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const crossSite: Record<string, Record<string, string>> = {
  'another origin': { origin: 'https://evil.test' },
  'another port': { origin: 'http://localhost:8788' },
  'another scheme': { origin: 'https://localhost:8787' },
  'a name that begins alike': { origin: 'http://localhost.evil.test:8787' },
  'a sandboxed page': { origin: 'null' },
  'another site by its metadata': { 'sec-fetch-site': 'cross-site' },
  'a sibling domain by its metadata': { 'sec-fetch-site': 'same-site' },
};

describe.each(engines)('console and CSRF on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    root = await newRoot(server);
    browser = await signInConsole(server, root);
  });
  afterEach(() => checkInvariants(server));

  /** All rows but the log of what was refused. */
  const state = async () => {
    const { audit_log: _, audit_heads: __, ...rows } = await rowsOf(server, root.operatorId);
    return rows;
  };
  const credentials = () => ({ email: root.email, password: root.password });
  const refused = (name: string, answer: Answer) => {
    expect([name, answer.status, answer.body.code]).toEqual([name, 403, 'COM0403']);
    expect([name, setCookies(answer)]).toEqual([name, []]);
  };

  it('R54: the cookies have the __Host- name and every attribute; no answer of the console holds a token', async () => {
    const fresh = newBrowser(server);
    const done = await fresh.call('POST', '/v1/console/sign_in', { body: credentials() });
    const [session = '', ...others] = setCookies(done);
    expect(session).toMatch(/^__Host-warifu-8787=[\w-]{43}; /);
    expect(session.slice(session.indexOf('; ') + 2)).toBe(attributes);
    const gone = /^__Host-warifu-8787-(sign-in|origin)=; .*(Max-Age=0|1970)/;
    const device =
      /^__Host-warifu-8787-device=[\w-]{43}; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Strict$/;
    expect(others.map((line) => (gone.test(line) ? 'gone' : device.test(line) ? 'device' : line))).toEqual([
      'gone',
      'gone',
      'device',
    ]);
    const secret = fresh.cookies.get('__Host-warifu-8787') ?? '';
    expect(done.body).toEqual({ next: 'DONE' });
    const csrf = await fresh.call('GET', '/v1/console/session');
    fresh.csrfToken = String(csrf.body.csrfToken);
    const stepUp = await fresh.call('POST', '/v1/auth/step_up', { body: { password: root.password } });
    const list = await fresh.call('GET', '/v1/auth/sessions');
    for (const { text, headers } of [done, csrf, stepUp, list]) {
      expect(text).not.toContain(secret);
      expect(text).not.toMatch(/"(token|apiKey)"/);
      expect(JSON.stringify({ ...headers, 'set-cookie': '' })).not.toContain(secret);
    }
    expect(fresh.csrfToken).not.toContain(secret);
    // A token for a program is not to be had with the cookie.
    const renewed = await fresh.call('POST', `/v1/operators/${root.operatorId}/token`, { body: {} });
    expect([renewed.status, renewed.body.code]).toEqual([403, 'AUM0015']);
  });

  it('R54: the cookie of a pending sign-in lives five minutes, and goes when the session comes', async () => {
    const enrolled = await enrol(server, root);
    const fresh = newBrowser(server);
    const begun = await fresh.call('POST', '/v1/console/sign_in', { body: credentials() });
    expect(begun.body).toEqual({ next: 'MFA', factors: ['authenticator_app'] });
    expect(setCookies(begun)).toHaveLength(1);
    expect(setCookies(begun)[0]).toMatch(
      /^__Host-warifu-8787-sign-in=[\w-]{43}; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const body = { mfaOTPCode: otpAt(enrolled.seed, server.clock.now) };
    const done = await fresh.call('POST', '/v1/console/sign_in/verify', { body });
    expect(done.body).toEqual({ next: 'DONE' });
    expect([...fresh.cookies.keys()]).toEqual(['__Host-warifu-8787', '__Host-warifu-8787-device']);
  });

  const writes = (): [method: string, path: string, body?: object][] => [
    ['POST', `/v1/operators/${root.operatorId}/mfa`, {}],
    ['DELETE', `/v1/operators/${root.operatorId}/mfa`, { password: root.password }],
    [
      'POST',
      `/v1/operators/${root.operatorId}/password`,
      { currentPassword: root.password, newPassword: 'chosen by evil.test 1' },
    ],
    ['POST', '/v1/auth/step_up', { password: root.password }],
    ['DELETE', '/v1/auth/sessions', {}],
    ['DELETE', `/v1/operators/${root.operatorId}/tokens`, {}],
    ['PUT', '/v1/console/language', { language: 'ja' }],
    ['POST', '/v1/auth/logout', {}],
  ];
  const lacking: Record<string, Record<string, string>> = {
    ...crossSite,
    'no word of where it comes from': { origin: '', 'sec-fetch-site': '' },
    'no token': { 'x-csrf-token': '' },
    'a wrong token': { 'x-csrf-token': 'A'.repeat(43) },
    'a token with more': { 'x-csrf-token': 'APPENDED' },
  };

  it.each(Object.keys(lacking))('R55: a write by cookie with %s is a 403 and changes nothing', async (name) => {
    const headers = { ...lacking[name] };
    if (headers['x-csrf-token'] === 'APPENDED') headers['x-csrf-token'] = `${browser.csrfToken}A`;
    const before = await state();
    for (const [method, path, body] of writes()) {
      refused(`${method} ${path}`, await browser.call(method, path, { body, headers }));
    }
    expect(await state()).toEqual(before);
    // R72: what passed the check of the origin came with the session, and is on record.
    const records = (await auditOf(server, root.operatorId)).filter((row) => row.reason === 'COM0403');
    expect(records.map((row) => row.outcome)).toEqual(name in crossSite ? [] : writes().map(() => 'refused'));
    const ok = await browser.call('PUT', '/v1/console/language', { body: { language: 'ja' } });
    expect(ok.status).toBe(204);
  });

  it("R55: another session's CSRF token is a wrong one", async () => {
    const other = await signInConsole(server, root);
    const headers = { 'x-csrf-token': other.csrfToken ?? '' };
    refused('other', await browser.call('POST', '/v1/auth/logout', { body: {}, headers }));
    expect((await other.call('POST', '/v1/auth/logout', { body: {}, headers })).status).toBe(204);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'R55: a write by cookie as %j is refused',
    async (type) => {
      const before = await state();
      for (const [method, path, body] of writes()) {
        const payload = JSON.stringify(body);
        const answer = await browser.call(method, path, { body: payload, headers: { 'content-type': type } });
        // Where no body is expected nobody looks at its type; the guard sees that no page of ours sent it.
        expect([path, [403, 415].includes(answer.status)]).toEqual([path, true]);
        const bare = await browser.call(method, path, { headers: { 'content-type': type } });
        expect([path, bare.status >= 400]).toEqual([path, true]);
      }
      expect(await state()).toEqual(before);
    },
  );

  it('the untyped body of the one DELETE is for header tokens only', async () => {
    const as = await signIn(server, root);
    const path = `/v1/operators/${root.operatorId}/mfa`;
    const cookie = `__Host-warifu-8787=${browser.cookies.get('__Host-warifu-8787')}`;
    const send = (headers: Record<string, string>) =>
      server.app.inject({
        method: 'DELETE',
        url: path,
        headers: { host: 'localhost:8787', ...headers },
        payload: JSON.stringify({ password: root.password }),
      });
    const tokens = { 'x-api-key': as.apiKey, 'x-token': as.token };
    const own = { origin: 'http://localhost:8787', 'x-csrf-token': browser.csrfToken ?? '', cookie };
    expect((await send(own)).statusCode).toBe(415);
    expect((await send({ ...own, ...tokens })).statusCode).toBe(415);
    // The positive control gets past the door: MFA is not active.
    expect((await send(tokens)).json().code).toBe('MFA0005');
  });

  it.each(Object.keys(crossSite))('R55: nobody is signed in, or out, by a page of %s (login CSRF)', async (name) => {
    const headers = crossSite[name] ?? {};
    const body = credentials();
    for (const path of ['/v1/auth', '/v1/console/sign_in', '/v1/operators/mfa_revoke_token/issue']) {
      refused(path, await newBrowser(server).call('POST', path, { body, headers }));
    }
    const verify = { body: { mfaOTPCode: '123456' }, headers };
    refused('verify', await newBrowser(server).call('POST', '/v1/console/sign_in/verify', verify));
    expect((await newBrowser(server).call('POST', '/v1/console/sign_in', { body })).status).toBe(200);
  });

  it('R55: header tokens and a cookie do not add up to one another', async () => {
    const as = await signIn(server, root);
    const other = await newRoot(server);
    const asOther = await signIn(server, other);
    const tokens = (of: { apiKey: string; token: string }) => ({ 'x-api-key': of.apiKey, 'x-token': of.token });
    // The header decides; a bad one is not mended by a good cookie.
    expect((await browser.call('GET', '/v1/console/session', { headers: { 'x-api-key': as.apiKey } })).status).toBe(
      401,
    );
    const mixed = await browser.call('GET', `/v1/operators/${root.operatorId}`, { headers: tokens(asOther) });
    expect(mixed.status).toBe(404);
    // With good header tokens the cookie's own checks do not matter, and the cookie's session is left alone.
    const out = await browser.call('POST', '/v1/auth/logout', {
      body: {},
      headers: { ...tokens(as), 'x-csrf-token': '' },
    });
    expect([out.status, setCookies(out)]).toEqual([204, []]);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(200);
  });

  it('reading by cookie needs no CSRF token, and GET changes nothing', async () => {
    const before = await state();
    browser.csrfToken = undefined;
    for (const [, path] of writes()) {
      const answer = await browser.call('GET', path, { headers: { 'x-http-method-override': 'DELETE' } });
      expect([path, [200, 404, 405].includes(answer.status)]).toEqual([path, true]);
    }
    expect(await state()).toEqual(before);
  });

  it('R56: logging out clears the cookie and what the browser stored', async () => {
    const answer = await browser.call('POST', '/v1/auth/logout', { body: {} });
    expect([answer.status, answer.headers['clear-site-data']]).toEqual([204, '"cache", "storage"']);
    expect(browser.cookies.has('__Host-warifu-8787')).toBe(false);
    for (const line of setCookies(answer)) expect(line).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  });
});
