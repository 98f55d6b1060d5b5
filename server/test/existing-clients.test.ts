import { endpoints } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signInConsole } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('what existing clients send and read, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' }, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const at = (path: string) => `/v1/operators/${root.operatorId}${path}`;
  const list = async (path: string) => {
    const answer = await call(server, 'GET', path, { as });
    return answer.body as unknown as Record<string, unknown>[];
  };

  describe('the owner of a role', () => {
    const builtIn = 'srn:warifu::Role:ReadOnly';
    beforeAll(async () => {
      const body = { permission: allow(['User:getUser']) };
      await call(server, 'POST', at('/roles/own-role'), { as, body });
      await newSam(server, root, as, 'owner-test');
      for (const roleId of ['own-role', builtIn]) {
        await call(server, 'POST', `${userPath(root, 'owner-test')}/roles`, { as, body: { roleId } });
      }
    });
    const owners = (roles: Record<string, unknown>[]) => [...new Set(roles.map(({ owner }) => owner))].sort();

    it('is a word of the reference wherever a role is shown', async () => {
      expect((await call(server, 'GET', at('/roles/own-role'), { as })).body.owner).toBe('operator');
      expect((await call(server, 'GET', at(`/roles/${builtIn}`), { as })).body.owner).toBe('soracom');
      const versions = await list(at(`/roles/${builtIn}/versions`));
      expect(owners(versions)).toEqual(['soracom']);
      expect(owners(await list(`${userPath(root, 'owner-test')}/roles`))).toEqual(['operator', 'soracom']);
      const { body } = await call(server, 'GET', userPath(root, 'owner-test'), { as });
      expect(owners(body.roleList as Record<string, unknown>[])).toEqual(['operator', 'soracom']);
      const attached = await list(at('/roles/own-role/users'));
      expect(owners(attached[0]?.roleList as Record<string, unknown>[])).toEqual(['operator', 'soracom']);
    });

    it.each([
      ['', ['operator']],
      ['?owner=operator', ['operator']],
      ['?owner=soracom', ['soracom']],
      ['?owner=all', ['operator', 'soracom']],
    ])('asked for with %j gives %j', async (query, expected) => {
      expect(owners(await list(at(`/roles${query}`)))).toEqual(expected);
    });

    it.each(['warifu', 'Operator', '', 'OP0000000000', 'all&owner=all'])('asked for as %j is a 400', async (owner) => {
      const answer = await call(server, 'GET', at(`/roles?owner=${owner}`), { as });
      expect([answer.status, answer.body.code, answer.body.field?.toString().split('.')[0]]).toEqual([
        400,
        'COM0001',
        'owner',
      ]);
    });
  });

  describe('members that an operation of the reference does not know', () => {
    it('are ignored and named, and null is as if it were left out', async () => {
      const { email, password } = root;
      const unused = { authKeyId: null, authKey: null, operatorId: null, userName: null, mfaOTPCode: null };
      const body = { email, password, ...unused, tokenTimeoutSeconds: null, username: null };
      const signedIn = await call(server, 'POST', '/v1/auth', { body });
      expect([signedIn.status, signedIn.headers['warifu-ignored']]).toEqual([200, '"username"']);
      const generated = await call(server, 'POST', at('/token'), {
        as: { apiKey: String(signedIn.body.apiKey), token: String(signedIn.body.token) },
        body: { timeout_seconds: 600, tokenTimeoutSeconds: 600 },
      });
      expect([generated.status, generated.headers['warifu-ignored']]).toEqual([200, '"timeout_seconds"']);
      const signUp = { email: 'covered@example.com', password: 'pebble harbour quilt 41', coverageTypes: ['jp'] };
      const signedUp = await call(server, 'POST', '/v1/operators', { body: signUp });
      expect([signedUp.status, signedUp.headers['warifu-ignored']]).toEqual([200, '"coverageTypes"']);
    });

    it('are ignored and named in a query, also beside a refusal', async () => {
      const answer = await call(server, 'GET', '/v1/audit_logs/api?limit=1&coverage_type=jp&coverage_type=g', { as });
      expect([answer.status, answer.headers['warifu-ignored']]).toEqual([200, '"coverage_type"']);
      const refused = await call(server, 'GET', '/v1/audit_logs/api?limit=0&coverage_type=jp', { as });
      expect([refused.status, refused.body.field, refused.headers['warifu-ignored']]).toEqual([
        400,
        'limit',
        '"coverage_type"',
      ]);
    });

    it.each([
      ['{"a\\"b\\\\c":1}', '"a\\"b\\\\c"'],
      ['{"役割":1,"ü%":2}', '%"%e5%bd%b9%e5%89%b2", %"%c3%bc%25"'],
      ['{"line\\r\\nSet-Cookie: x=y":1}', '%"line%0d%0aset-cookie%3a%20x%3dy"'.replace('set-cookie', 'Set-Cookie')],
      [`{"${'😀'.repeat(80)}":1}`, `%"${'%f0%9f%98%80'.repeat(64)}"`],
    ])('%s is a well-formed header whatever their names', async (body, expected) => {
      const answer = await call(server, 'PUT', userPath(root, 'owner-test'), { as, body });
      expect([answer.status, answer.headers['warifu-ignored']]).toEqual([200, expected]);
    });

    it('are not named without end', async () => {
      const body = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`${i}-${'x'.repeat(50)}`, 1]));
      const answer = await call(server, 'PUT', userPath(root, 'owner-test'), { as, body });
      expect(answer.status).toBe(200);
      expect(String(answer.headers['warifu-ignored']).split(', ')).toHaveLength(20);
    });

    it.each([
      ['a member given twice', '{"description":"a","description":"b"}'],
      ['an unknown member given twice', '{"x":1,"x":2}'],
      ['a prototype member', '{"__proto__":1}'],
      ['half a character in a name', '{"\\ud83d":1}'],
      ['NUL in a name', '{"a\\u0000b":1}'],
      ['a wrong type', '{"description":5}'],
      ['a text for the whole', '"x"'],
      ['a list for the whole', '[]'],
    ])('%s stays refused', async (_, body) => {
      const answer = await call(server, 'PUT', userPath(root, 'owner-test'), { as, body });
      expect([answer.status, answer.body.code]).toEqual([400, 'COM0001']);
    });

    it('a required member that is null is missing', async () => {
      const answer = await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: null } });
      expect([answer.status, answer.body.message]).toEqual([400, 'The request is not valid: email: is missing']);
    });
  });

  describe('a body where the reference expects none', () => {
    const bodies: [body: string, type: string | undefined][] = [
      ['null', 'application/json'],
      ['""', 'application/json'],
      ['{}', 'application/json'],
      ['{"surplus":1,"surplus":2}', 'application/json'],
      ['{"operator_id":"OP', 'application/json'],
      ['null', undefined],
      ['a=b', 'application/x-www-form-urlencoded'],
      ['x', 'x'],
      ['x', ''],
      ['\ufeff', 'text/plain'],
    ];
    const bodyless = endpoints.filter(({ own, hasBody, method }) => !own && !hasBody && method !== 'GET');

    it.each(bodies)('%j as %j is not looked at', async (body, type) => {
      const logout = await signIn(server, root);
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await server.app.inject({
        method: 'POST',
        url: '/v1/auth/logout',
        remoteAddress: '198.51.100.7',
        headers: {
          host: 'localhost:8787',
          'x-soracom-api-key': logout.apiKey,
          'x-soracom-token': logout.token,
          ...headers,
        },
        payload: body,
      });
      expect([answer.statusCode, answer.body]).toEqual([204, '']);
    });

    it('is looked at by none of them', async () => {
      expect(bodyless.length).toBeGreaterThan(15);
      for (const endpoint of bodyless) {
        const path = endpoint.path.replace('{operator_id}', root.operatorId).replace('{type}', 'billing');
        for (const [body, type] of bodies.slice(3, 8)) {
          const headers = { 'content-type': type ?? '' };
          const answer = await call(server, endpoint.method, path.replace(/\{\w+\}/g, 'x'), { body, headers });
          // Nobody is signed in: what comes is the refusal of the guard, not of the body.
          expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 401, 'AUM0001']);
        }
      }
    });

    it('too large a one is refused all the same', async () => {
      const answer = await call(server, 'POST', '/v1/auth/logout', { body: `"${'x'.repeat(65_536)}"` });
      expect([answer.status, answer.body.code]).toEqual([413, 'COM0413']);
    });

    it('SECURITY: with the cookie, a write that a form could send stays refused', async () => {
      const browser = await signInConsole(server, root);
      for (const type of ['text/plain', 'x', 'application/x-www-form-urlencoded']) {
        const answer = await browser.call('POST', '/v1/auth/logout', {
          body: 'x=y',
          headers: { 'content-type': type },
        });
        expect([answer.status, answer.body.code]).toEqual([403, 'COM0403']);
      }
      expect((await browser.call('POST', '/v1/auth/logout', { body: 'null' })).status).toBe(204);
    });
  });

  describe("operations of the server's own", () => {
    it.each([
      ['POST', '/v1/auth/step_up', { passwrod: 'x' }, 'passwrod', 'is not known here. Did you mean "password"?'],
      [
        'POST',
        '/v1/auth/step_up',
        { password: 'x', mfa_otp_code: '1' },
        'mfa_otp_code',
        'is not known here. Did you mean "mfaOTPCode"?',
      ],
      ['POST', '/v1/auth/step_up', { password: 'x', surplus: null }, 'surplus', 'is not known here'],
      ['POST', '/v1/auth/step_up', { password: null }, 'password', 'must be of type string'],
      ['POST', '/v1/console/sign_in', { user_name: 'x' }, 'user_name', 'is not known here. Did you mean "userName"?'],
      ['POST', '/v1/auth/step_up', null, 'body', 'must be of type object'],
      [
        'GET',
        '/permissions/who_can?api=x&usr_name=y',
        undefined,
        'usr_name',
        'is not known here. Did you mean "user_name"?',
      ],
      ['DELETE', '/v1/auth/sessions', { all: true }, 'all', 'is not known here'],
    ] as const)('%s %s says of %j that %s %s', async (method, path, body, field, reason) => {
      const url = path.startsWith('/v1') ? path : at(path);
      const sent = { as, ...(body !== undefined && { body }) };
      const answer = await call(server, method, url, sent);
      expect([answer.status, answer.body.field]).toEqual([400, field]);
      expect(answer.body.message).toBe(`The request is not valid: ${field}: ${reason}`);
      expect(answer.headers['warifu-ignored']).toBeUndefined();
      const japanese = await call(server, method, url, { ...sent, headers: { 'x-soracom-lang': 'ja' } });
      const near = /"(\w+)"/.exec(reason)?.[1];
      if (near) expect(japanese.body.message).toContain(`不明な項目です。「${near}」の間違いではありませんか?`);
      else expect(japanese.body.message).toMatch(/不明な項目です。|型が正しくありません/);
    });
  });

  describe('a trust policy that names services', () => {
    const switchTo = (userName: string, by: Credentials) =>
      call(server, 'POST', '/v1/auth/switch_user', { as: by, body: { operatorId: root.operatorId, userName } });
    const put = (principal: object) => {
      const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal }] });
      return call(server, 'PUT', `${userPath(root, 'flux-runner')}/trust_policy`, { as, body: { trustPolicy } });
    };
    let flux: Credentials;
    beforeAll(async () => {
      await newSam(server, root, as, 'flux-runner');
      flux = await signInSam(server, await newSam(server, root, as, 'Flux', allow(['Auth:switchUser'])));
    });

    it('is kept as it was sent, and lets nobody in, whatever a user is called', async () => {
      expect((await put({ service: ['Flux'] })).status).toBe(204);
      const read = await call(server, 'GET', `${userPath(root, 'flux-runner')}/trust_policy`, { as });
      expect(read.body.trustPolicy).toBe('{"statements":[{"effect":"allow","principal":{"service":["Flux"]}}]}');
      for (const by of [as, flux]) {
        const answer = await switchTo('flux-runner', by);
        expect([answer.status, answer.body.code]).toEqual([400, 'AUM0025']);
      }
    });

    it('lets in the users that it names beside them', async () => {
      const named = `srn:soracom:${root.operatorId}::User:Flux`;
      expect((await put({ service: 'Flux', soracom: [named] })).status).toBe(204);
      expect((await switchTo('flux-runner', flux)).status).toBe(200);
      expect((await switchTo('flux-runner', as)).status).toBe(400);
      // The name of a user is no service's.
      const wrong = await put({ service: named });
      expect([wrong.status, wrong.body.code, wrong.body.line]).toEqual([400, 'AUM0031', 1]);
      const unknown = await put({ service: 'Flux', federated: 'x' });
      expect([unknown.status, unknown.body.code, unknown.body.column]).toEqual([400, 'AUM0031', 64]);
    });
  });

  it('a SAM user signs in with what some clients send beside', async () => {
    const sam = await newSam(server, root, as, 'sender');
    await signInSam(server, { ...sam, email: null, authKeyId: null, authKey: null, mfaOTPCode: '' } as typeof sam);
  });
});
