import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, newBrowser, setCookies } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, mailsOf, newRoot, type Root, signIn } from './support/people.ts';
import { sourceOf } from './support/race.ts';
import { newSam, type Sam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 24 * 3_600_000;
const deviceCookie = '__Host-warifu-8787-device';

describe.each(engines)('a device, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const historyOf = async (as: Credentials, path: string) =>
    (await call(server, 'GET', path, { as })).body as unknown as { newDevice: boolean }[];
  const templates = async (operatorId: string) => (await mailsOf(server, operatorId)).map(({ template }) => template);
  const count = async (operatorId: string, wanted: string) =>
    (await templates(operatorId)).filter((template) => template === wanted).length;
  const enter = async (browser: Browser, who: Pick<Root, 'email' | 'password'> | Sam) => {
    const answer = await browser.call('POST', '/v1/console/sign_in', { body: who });
    expect(answer.body.next).toBe('DONE');
    return answer;
  };
  const rootOf = ({ email, password }: Root) => ({ email, password });

  it('is told of once: not the first of all, nor one that comes back, by whatever name and address', async () => {
    const root = await newRoot(server);
    const [first, second] = [newBrowser(server, '203.0.113.1'), newBrowser(server, '203.0.113.1')];
    await enter(first, rootOf(root));
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(0);
    await enter(second, rootOf(root));
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(1);
    // Another user agent does not make another device; the same one does not make it known.
    await second.call('POST', '/v1/console/sign_in', { body: rootOf(root), headers: { 'user-agent': 'other/1' } });
    await enter(first, rootOf(root));
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(1);
    const rows = (await auditOf(server, root.operatorId, 'Auth:signIn')).map(({ detail }) => JSON.parse(detail));
    expect(rows.map(({ newDevice = false }) => newDevice)).toEqual([true, true, false, false]);
  });

  it('has a cookie that no script reads, for this host only, for 180 days; its hash is all that is kept', async () => {
    const root = await newRoot(server);
    const browser = newBrowser(server);
    const line = setCookies(await enter(browser, rootOf(root))).find((text) => text.startsWith(deviceCookie));
    expect(line?.split('; ').slice(1).sort()).toEqual(
      ['Max-Age=15552000', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'].sort(),
    );
    const rows = await server.ctx.db
      .selectFrom('known_devices')
      .selectAll()
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(['device_hash', 'last_seen_at', 'operator_id', 'user_id']);
    expect(browser.cookies.get(deviceCookie)).not.toBe(rows[0]?.device_hash);
  });

  it('is bound to one account: planted, forged or copied values are not taken, and open nothing', async () => {
    const [root, attacker] = [await newRoot(server), await newRoot(server)];
    const victim = newBrowser(server);
    const planted = newBrowser(server);
    await enter(planted, rootOf(attacker));
    const value = planted.cookies.get(deviceCookie) ?? '';
    victim.cookies.set(deviceCookie, value);
    await enter(victim, rootOf(root));
    const held = (victim.cookies.get(deviceCookie) ?? '').split('.');
    expect([held.length, held.includes(value)]).toEqual([2, true]);
    // What was planted is known to the attacker's account only.
    await enter(planted, rootOf(root));
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(1);
    for (const odd of ['', 'x', '.'.repeat(5000), `${'a'.repeat(43)}.`.repeat(40), '%00']) {
      victim.cookies.set(deviceCookie, odd);
      await enter(victim, rootOf(root));
    }
    expect((await newBrowser(server).call('GET', '/v1/console/session')).status).toBe(401);
  });

  it('of two accounts stays known to both', async () => {
    const [one, two] = [await newRoot(server), await newRoot(server)];
    const browser = newBrowser(server);
    for (const root of [one, two, one, two]) await enter(browser, rootOf(root));
    for (const { operatorId } of [one, two]) expect(await count(operatorId, 'sign_in_new_device')).toBe(0);
  });

  it('is forgotten after 180 days; an account knows no more than 50', async () => {
    const root = await newRoot(server);
    const browser = newBrowser(server);
    await enter(browser, rootOf(root));
    for (let i = 0; i < 60; i++) await enter(newBrowser(server), rootOf(root));
    const rows = () =>
      server.ctx.db.selectFrom('known_devices').selectAll().where('operator_id', '=', root.operatorId).execute();
    expect((await rows()).length).toBe(50);
    server.clock.now += 180 * day;
    await server.jobs.drain();
    expect(await rows()).toEqual([]);
    await enter(browser, rootOf(root));
    expect((await templates(root.operatorId)).at(-1)).toBe('sign_in_new_device');
  });

  it('of a SAM user is told to the root user once a day for each user, and is always in the history', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const names = ['noisy', 'quiet'];
    const [noisy, quiet] = [await newSam(server, root, as, 'noisy'), await newSam(server, root, as, 'quiet')];
    for (const sam of [noisy, quiet]) await enter(newBrowser(server), sam);
    for (let i = 0; i < 5; i++) await enter(newBrowser(server, sourceOf(i)), noisy);
    await enter(newBrowser(server), quiet);
    const told = (await mailsOf(server, root.operatorId)).filter(({ template }) => template === 'sign_in_new_device');
    expect(told.map(({ facts }) => facts.userName).sort()).toEqual(names);
    const rows = await historyOf(as, `${userPath(root, 'noisy')}/sign_ins`);
    expect(rows.filter(({ newDevice }) => newDevice).length).toBe(6);
    server.clock.now += day;
    await enter(newBrowser(server), noisy);
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(3);
  });
});
