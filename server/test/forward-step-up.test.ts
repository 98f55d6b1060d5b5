import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, signInConsole } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { askAs, describeApi, doors, trusting } from './support/forward.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { credentialsOf, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';
import { handOver, pathOf, visitorOf } from './support/visitor.ts';

const permission = JSON.stringify({
  statements: [
    { effect: 'allow', api: 'Shop:list' },
    { effect: 'allow', api: 'Shop:fresh', condition: 'authAgeSeconds < 300' },
    { effect: 'allow', api: 'Shop:strong', condition: 'mfaAuthenticated' },
    { effect: 'allow', api: 'Shop:barred' },
    { effect: 'deny', api: 'Shop:barred', condition: 'authAgeSeconds >= 0' },
  ],
});
const challenges = {
  password: 'Bearer error="insufficient_user_authentication", max_age="0"',
  mfa: 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
};
const tenMinutes = 600_000;

describe.each(engines)('a page that wants more to be proved, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let sam: Sam;

  beforeAll(async () => {
    const settings = { ...trusting, WARIFU_GATE_HOSTS: 'shop.example.com' };
    server = await startTestServer(engine, settings, { hasher: fastHasher() });
    const names = ['list', 'fresh', 'strong', 'barred'];
    await describeApi(server, 'shop', Object.fromEntries(names.map((name) => [`GET /${name}`, `Shop:${name}`])));
    root = await newRoot(server);
    as = await signIn(server, root);
    sam = await newSam(server, root, as, 'hana', permission);
  });
  afterAll(() => server.stop());

  async function enter(by: Browser, door: (typeof doors)[number] = 'forward-auth') {
    const visitor = visitorOf(server, door);
    await visitor.visit(pathOf(await handOver(by, (await visitor.visit('/list')).location)));
    return visitor;
  }

  it.each(doors)('says so to programs, as RFC 9470 does, at %s', async (door) => {
    const hana = await signInSam(server, sam);
    const told = async (uri: string, who: Credentials) => {
      const { status, body, headers } = await askAs(
        server,
        door,
        { uri },
        { as: who, headers: { accept: 'text/html' } },
      );
      expect(headers.location).toBeUndefined();
      return [status, body.code, body.stepUp, headers['www-authenticate']];
    };
    const never = [403, 'AUM0017', undefined, undefined];
    expect(await told('/fresh', hana)).toEqual([200, undefined, undefined, undefined]);
    expect(await told('/strong', hana)).toEqual([401, 'AUM0065', 'mfa', challenges.mfa]);
    server.clock.now += tenMinutes;
    expect(await told('/fresh', hana)).toEqual([401, 'AUM0065', 'password', challenges.password]);
    expect(await told('/barred', hana)).toEqual(never);
    // Nobody could prove anything there.
    const name = `robot-${door}`;
    await newSam(server, root, as, name, permission);
    const made = await call(server, 'POST', `${userPath(root, name)}/auth_keys`, { as });
    const robot = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    server.clock.now += tenMinutes;
    for (const uri of ['/fresh', '/strong', '/barred']) expect(await told(uri, robot)).toEqual(never);
    as = await signIn(server, root);
  });

  it.each(doors)('leads a browser to the console, which asks for it, and back, at %s', async (door) => {
    const redirect = door === 'auth-request' ? 401 : 302;
    const by = await signInConsole(server, sam);
    const { visit } = await enter(by, door);
    server.clock.now += tenMinutes;
    const sent = await visit('/fresh?page=2');
    expect([sent.status, sent.location?.pathname]).toEqual([redirect, '/gate']);
    const asked = Object.fromEntries(sent.location?.searchParams ?? []);
    expect(asked).toMatchObject({ rd: 'https://shop.example.com/fresh?page=2', prove: 'password' });
    // Coming back without it leads there again, and lets nobody by.
    await visit(pathOf(await handOver(by, sent.location)));
    expect((await visit('/fresh')).location?.searchParams.get('prove')).toBe('password');
    expect((await by.call('POST', '/v1/auth/step_up', { body: { password: sam.password } })).status).toBe(200);
    by.csrfToken = String((await by.call('GET', '/v1/console/session')).body.csrfToken);
    const back = await visit(pathOf(await handOver(by, sent.location)));
    expect(back.location?.href).toBe('https://shop.example.com/fresh?page=2');
    expect((await visit('/fresh?page=2')).status).toBe(200);
    const strong = await visit('/strong');
    expect([strong.status, strong.location?.searchParams.get('prove')]).toEqual([redirect, 'mfa']);
    // What is no page is told, and goes nowhere.
    const script = await visit('/strong', { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' });
    expect([script.status, script.location, script.headers['www-authenticate']]).toEqual([
      401,
      undefined,
      challenges.mfa,
    ]);
    const barred = await visit('/barred');
    expect([barred.status, barred.location, barred.body.code]).toEqual([403, undefined, 'AUM0017']);
  });

  it('leads a person who must enable MFA first to the console, and back afterwards', async () => {
    as = await signIn(server, root);
    const late = await newSam(server, root, as, 'late', permission);
    const by = await signInConsole(server, late);
    const { visit } = await enter(by);
    expect((await visit('/list')).status).toBe(200);
    const settings = `/v1/operators/${root.operatorId}/settings`;
    const { body: before } = await call(server, 'GET', settings, { as });
    const required = await call(server, 'PUT', settings, { as, body: { ...before, mfaRequiredForSamUsers: true } });
    expect(required.status).toBe(204);
    const sent = await visit('/list?page=3');
    expect([sent.status, sent.location?.pathname, sent.location?.searchParams.has('prove')]).toEqual([
      302,
      '/gate',
      false,
    ]);
    const { searchParams: asked } = sent.location as URL;
    const body = { returnTo: asked.get('rd'), state: asked.get('state') };
    const refused = await by.call('POST', '/v1/console/gate_codes', { body });
    expect([refused.status, refused.body.code]).toEqual([403, 'MFA0008']);
    const seed = await enrolSam(server, root, as, 'late');
    const again = await signInConsole(server, late, otpAt(seed, (server.clock.now += 30_000)));
    expect(pathOf((await visit(pathOf(await handOver(again, sent.location)))).location)).toBe('/list?page=3');
    expect((await visit('/list?page=3')).status).toBe(200);
    expect((await visit('/strong')).status).toBe(200);
    expect((await call(server, 'PUT', settings, { as, body: before })).status).toBe(204);
  });
});
