import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('pacing of AuthKeys and sources, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let key: { authKeyId: string; authKey: string };
  beforeAll(async () => {
    const trusted = { WARIFU_TRUSTED_PROXIES: '10.0.0.0/8' };
    server = await startTestServer(engine, trusted, { hasher: fastHasher() });
    root = await newRoot(server);
    const as = await signIn(server, root);
    const made = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    key = made.body as unknown as typeof key;
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const withKey = async (authKey: string, ip: string) =>
    (await call(server, 'POST', '/v1/auth', { body: { authKeyId: key.authKeyId, authKey }, ip })).status;
  const withPassword = async ({ email, password }: Pick<Root, 'email' | 'password'>, options: object) =>
    (await call(server, 'POST', '/v1/auth', { body: { email, password }, ...options })).status;
  const refusals = async () => {
    const rows = server.ctx.db.selectFrom('audit_log').select('sequence').where('reason', '=', 'wrong auth key');
    return (await rows.execute()).length;
  };

  it('one program that repeats a wrong key counts once, and is written down once', async () => {
    const ip = '198.51.100.20';
    const before = await refusals();
    for (let i = 0; i < 70; i++) expect(await withKey('wrong', ip)).toBe(401);
    expect((await refusals()) - before).toBe(1);
    expect([await withKey(key.authKey, ip), await withPassword(root, { ip })]).toEqual([200, 200]);
  });

  it('different wrong keys use their budget up, and none of the passwords', async () => {
    const ip = '198.51.100.21';
    for (let i = 0; i < 60; i++) expect(await withKey(`wrong ${i}`, ip)).toBe(401);
    // Sent twice, alone or at once: neither is looked at.
    const twice = [withKey(key.authKey, ip), withKey(key.authKey, ip), withKey('new', ip), withKey('new', ip)];
    expect(await Promise.all(twice)).toEqual([429, 429, 429, 429]);
    expect(await withKey(key.authKey, ip)).toBe(429);
    expect(await withPassword(root, { ip })).toBe(200);
    server.clock.now += 600_000;
    expect(await withKey(key.authKey, ip)).toBe(200);
  });

  it('clients of a proxy are told apart by the addresses that it names, and are no one source when it names none', async () => {
    const behind = (list: string) => ({ ip: '10.1.1.1', headers: { 'x-forwarded-for': list } });
    const guess = (i: number, list: string) =>
      withPassword({ email: `g${i}@example.com`, password: 'x' }, behind(list));
    for (let i = 0; i < 60; i++) expect(await guess(i, '203.0.113.8:51234')).toBe(401);
    expect(await guess(60, '203.0.113.8:51235')).toBe(429);
    expect(await withPassword(root, behind('203.0.113.9:51234'))).toBe(200);
    for (let i = 0; i < 61; i++) expect(await guess(i, 'unknown')).toBe(401);
    expect(await withPassword(root, behind('unknown'))).toBe(200);
    expect(server.log().match(/names no address/g)).toHaveLength(1);
  });
});
