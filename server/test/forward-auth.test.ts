import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerNames } from '../src/gate/forward/identity-headers.ts';
import { type Credentials, call } from './support/client.ts';
import { askAs, describeApi, doors, trusting } from './support/forward.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const shop = {
  'GET /items/{id}': 'Shop:showItem',
  'DELETE /items/{id}': 'Shop:deleteItem',
  'GET /admin': 'Shop:admin',
};

describe.each(engines)('what proxies ask, on %s', (engine) => {
  let server: TestServer;
  /** On PostgreSQL a second server; changes on the first must count there. */
  let second: TestServer;
  let root: Root;
  let as: Credentials;
  let sam: Sam;
  let hana: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine, trusting);
    second = await joinTestServer(server);
    await describeApi(server, 'shop', shop);
    root = await newRoot(server);
    as = await signIn(server, root);
    sam = await newSam(server, root, as, 'hana', allow(['Shop:showItem']));
    hana = await signInSam(server, sam);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  it.each(doors)('lets by what is permitted, and says who calls, at %s', async (door) => {
    const allowed = await askAs(server, door, { uri: '/items/7' }, { as: hana });
    expect([allowed.status, allowed.text]).toEqual([200, '']);
    expect(allowed.headers).toMatchObject({
      'remote-user': `${root.operatorId}/hana`,
      'remote-name': 'hana',
      'remote-email': '',
      'remote-groups': '',
      'x-warifu-operator': root.operatorId,
      'x-warifu-mfa': 'false',
    });
    const bearer = { headers: { authorization: `Bearer ${hana.token}` } };
    expect((await askAs(server, door, { uri: '/items/7?a=1&a=2' }, bearer)).status).toBe(200);
    // HEAD is GET without a body.
    expect((await askAs(server, door, { method: 'HEAD', uri: '/items/7' }, bearer)).status).toBe(200);
    for (const [method, uri, who, code] of [
      ['DELETE', '/items/7', hana, 'AUM0017'],
      ['GET', '/admin', hana, 'AUM0017'],
      ['GET', '/other', hana, 'AUM0062'],
      ['PROPFIND', '/items/7', as, 'AUM0062'],
    ] as const) {
      const refused = await askAs(server, door, { method, uri }, { as: who });
      expect([method, uri, refused.status, refused.body.code]).toEqual([method, uri, 403, code]);
      expect(refused.headers['remote-user']).toBeUndefined();
    }
    expect((await askAs(server, door, { method: 'DELETE', uri: '/items/7' }, { as })).status).toBe(200);
    for (const credentials of [
      {},
      { as: { ...hana, apiKey: as.apiKey } },
      { headers: { authorization: 'Bearer none' } },
      { headers: { authorization: `Basic ${hana.token}` } },
      { headers: { cookie: `__Host-warifu=${hana.token}` } },
      { headers: { 'x-soracom-token': hana.token } },
    ]) {
      const refused = await askAs(server, door, { uri: '/items/7' }, credentials);
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(refused.headers.location).toBeUndefined();
    }
  });

  it.each(doors)('is asked by listed proxies only, at %s', async (door) => {
    for (const peer of ['198.51.100.7', '127.0.0.1', '203.0.113.8']) {
      const refused = await askAs(server, door, { uri: '/items/7' }, { as: hana, peer });
      expect([refused.status, refused.body.code]).toEqual([403, 'AUM0063']);
    }
  });

  it('signs for a minute who calls, for one program, with the published keys', async () => {
    const { headers } = await askAs(
      server,
      'forward-auth',
      { uri: '/items/7', host: 'Shop.Example.com:8443' },
      { as: hana },
    );
    const token = String(headers['x-warifu-jwt']);
    const keys = createLocalJWKSet(
      (await call(server, 'GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet,
    );
    const currentDate = new Date(server.clock.now);
    const wanted = {
      issuer: 'http://localhost:8787',
      audience: 'shop.example.com:8443',
      typ: 'warifu-gate+jwt',
      currentDate,
    };
    const { payload, protectedHeader } = await jwtVerify(token, keys, wanted);
    expect(protectedHeader.alg).toBe('EdDSA');
    const now = Math.floor(server.clock.now / 1000);
    expect(payload).toEqual({
      iss: 'http://localhost:8787',
      aud: 'shop.example.com:8443',
      sub: `srn:soracom:${root.operatorId}::User:hana`,
      sid: expect.any(String),
      amr: ['pwd'],
      auth_time: expect.any(Number),
      operator_id: root.operatorId,
      user_name: 'hana',
      jti: expect.any(String),
      iat: now,
      exp: now + 60,
    });
    await expect(jwtVerify(token, keys, { ...wanted, audience: 'other.example.com' })).rejects.toThrow(/"aud"/);
    const later = new Date(server.clock.now + 61_000);
    await expect(jwtVerify(token, keys, { ...wanted, currentDate: later })).rejects.toThrow(/"exp"/);
    // Neither is the other: the same keys sign both.
    await expect(jwtVerify(hana.token, keys, wanted)).rejects.toThrow();
    await expect(jwtVerify(hana.token, keys, { typ: wanted.typ, currentDate })).rejects.toThrow(/"typ"/);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await call(server, 'GET', '/v1/auth/me', { headers: bearer })).status).toBe(401);
    expect((await askAs(server, 'forward-auth', { uri: '/items/7' }, { headers: bearer })).status).toBe(401);
  });

  it('signs once for some seconds what says the same, and anew what says something else', async () => {
    const assertion = async (as: Credentials, host = 'shop.example.com') => {
      const { status, headers } = await askAs(server, 'forward-auth', { uri: '/items/7', host }, { as });
      expect(status).toBe(200);
      return String(headers['x-warifu-jwt']);
    };
    const first = await assertion(hana);
    server.clock.now += 3_500;
    expect(await assertion(hana)).toBe(first);
    expect(new Set([first, await assertion(as), await assertion(hana, 'shop.example.com:444')]).size).toBe(3);
    // Of another session of the same user, and after the clock went on, or back.
    const again = await signInSam(server, sam);
    expect(await assertion(again)).not.toBe(first);
    server.clock.now += 1_500;
    const second = await assertion(hana);
    expect(second).not.toBe(first);
    server.clock.now -= 1_000;
    expect(await assertion(hana)).not.toBe(second);
    server.clock.now += 1_000;
  });

  it('tells a root user, MFA, roles and names of any script', async () => {
    const name = '花子 100+1';
    const sam = await newSam(server, root, as, encodeURIComponent(name), allow(['Shop:*']));
    const seed = await enrolSam(server, root, as, encodeURIComponent(name));
    const roles = `/v1/operators/${root.operatorId}/roles`;
    for (const role of ['倉庫', 'Packers']) {
      const body = { description: '', permission: allow(['Shop:admin']) };
      const made = await call(server, 'POST', `${roles}/${encodeURIComponent(role)}`, { as, body });
      const attached = { as, body: { roleId: role } };
      const given = await call(server, 'POST', `${userPath(root, encodeURIComponent(name))}/roles`, attached);
      expect([made.status, given.status]).toEqual([200, 200]);
    }
    const who = await signInSam(server, { ...sam, userName: name }, otpAt(seed, server.clock.now));
    const address = { operator_id: root.operatorId, email_id: 'hers', email: 'hanako@example.com', email_key: 'hers' };
    const { user_id } = await server.ctx.db
      .selectFrom('users')
      .select('user_id')
      .where('operator_id', '=', root.operatorId)
      .where('user_name', '=', name)
      .executeTakeFirstOrThrow();
    const dates = { verified_at: null, created_at: 0, updated_at: 0 };
    await server.ctx.db
      .insertInto('emails')
      .values({ ...address, ...dates, user_id })
      .execute();
    const unverified = await askAs(second, 'auth-request', { uri: '/admin' }, { as: who });
    expect(unverified.headers['remote-email']).toBe('');
    await server.ctx.db
      .updateTable('emails')
      .set({ verified_at: 1 })
      .where('operator_id', '=', root.operatorId)
      .where('email_id', '=', 'hers')
      .execute();
    const { headers } = await askAs(second, 'auth-request', { uri: '/admin' }, { as: who });
    const encoded = '%E8%8A%B1%E5%AD%90 100+1';
    expect(headers).toMatchObject({
      'remote-user': `${root.operatorId}/${encoded}`,
      'remote-name': encoded,
      'remote-email': 'hanako@example.com',
      'remote-groups': 'Packers,%E5%80%89%E5%BA%AB',
      'x-warifu-mfa': 'true',
    });
    expect(decodeURIComponent(String(headers['remote-name']))).toBe(name);
    const own = await askAs(second, 'auth-request', { uri: '/admin' }, { as });
    expect(own.headers).toMatchObject({
      'remote-user': root.operatorId,
      'remote-name': '',
      'remote-email': root.email,
    });
  });

  it('refuses the next call after a logout, a permission change, a deletion and an MFA reset', async () => {
    const changes: [string, (who: Credentials) => Promise<unknown>][] = [
      ['logout', (who) => call(server, 'POST', '/v1/auth/logout', { as: who })],
      ['permission', () => call(server, 'DELETE', `${userPath(root, 'permission')}/permission`, { as })],
      ['deletion', () => call(server, 'DELETE', userPath(root, 'deletion'), { as })],
      ['reset', () => call(server, 'DELETE', `${userPath(root, 'reset')}/mfa`, { as })],
    ];
    for (const [name, change] of changes) {
      const sam = await newSam(server, root, as, name, allow(['Shop:*']));
      const seed = name === 'reset' ? await enrolSam(server, root, as, name) : undefined;
      as = await signIn(server, root);
      const who = await signInSam(server, sam, seed && otpAt(seed, server.clock.now));
      const asked = () => Promise.all(doors.map((door) => askAs(second, door, { uri: '/admin' }, { as: who })));
      expect((await asked()).map(({ status }) => status)).toEqual([200, 200, 200]);
      await change(who);
      const refused = name === 'permission' ? 403 : 401;
      expect([name, (await asked()).map(({ status }) => status)]).toEqual([name, [refused, refused, refused]]);
    }
  });

  it('needs MFA where the operator does, and knows AuthKeys and switched sessions', async () => {
    const other = await newRoot(server);
    const owner = await signIn(server, other);
    await newSam(server, other, owner, 'robot', allow(['Shop:*']));
    const made = await call(server, 'POST', `${userPath(other, 'robot')}/auth_keys`, { as: owner });
    const robot = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    const plain = await signInSam(server, await newSam(server, other, owner, 'plain', allow(['Shop:*'])));
    const settings = `/v1/operators/${other.operatorId}/settings`;
    const before = (await call(server, 'GET', settings, { as: owner })).body;
    const body = { ...before, mfaRequiredForSamUsers: true };
    expect((await call(server, 'PUT', settings, { as: owner, body })).status).toBe(204);
    const answers = await Promise.all(
      [robot, plain].map((who) => askAs(server, 'forward-auth', { uri: '/admin' }, { as: who })),
    );
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [200, undefined],
      [403, 'MFA0008'],
    ]);
  });

  it('writes nothing for what it is asked', async () => {
    await askAs(server, 'auth-request', { uri: '/items/7' }, { as: hana });
    // Only what is asked is counted: what goes on beside it is written first, and ends.
    await server.jobs.drain();
    await server.jobs.stop();
    server.statements.length = 0;
    for (const door of doors) {
      await askAs(server, door, { uri: '/items/7' }, { as: hana });
      await askAs(server, door, { uri: '/admin' }, { as: hana });
    }
    expect(server.statements.filter((kind) => kind !== 'SelectQueryNode')).toEqual([]);
  });
});

describe.each([
  ['remote', 'remote-user'],
  ['x-auth-request', 'x-auth-request-user'],
  ['x-forwarded', 'x-forwarded-user'],
  ['authentik', 'x-authentik-username'],
  ['oathkeeper', 'x-user'],
] as const)('the headers of %s', (preset, user) => {
  it('are all there, whoever calls', async () => {
    const server = await startTestServer('sqlite', { ...trusting, WARIFU_GATE_HEADERS: preset });
    await describeApi(server, 'shop', shop);
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', allow(['Shop:*'])));
    for (const [who, name] of [[as, root.operatorId] as const, [hana, `${root.operatorId}/hana`] as const]) {
      const { headers } = await askAs(server, 'forward-auth', { uri: '/admin' }, { as: who });
      expect(headers[user]).toBe(name);
      for (const header of headerNames(preset)) expect(headers).toHaveProperty(header.toLowerCase());
    }
    await server.stop();
  });
});
