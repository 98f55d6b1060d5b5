import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret, newSecret } from '../src/crypto/tokens.ts';
import { returnAddress } from '../src/gate/forward/return-address.ts';
import { type Browser, signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { askAs, describeApi, doors, trusting } from './support/forward.ts';
import { auditOf, canaries, enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, newSam } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';
import { handOver, pathOf, visitorOf } from './support/visitor.ts';

const base = 'http://localhost:8787';
const hosts = 'shop.example.com stock.example.com:8443 localhost:3000';
const gate = '__Host-warifu-gate';

describe.each(engines)('signing in to a guarded program with a browser, on %s', (engine) => {
  let server: TestServer;
  /** On PostgreSQL a second server. */
  let second: TestServer;
  let root: Root;
  let console: Browser;

  beforeAll(async () => {
    server = await startTestServer(engine, { ...trusting, WARIFU_GATE_HOSTS: hosts });
    second = await joinTestServer(server);
    const operations = { 'GET /orders': 'Shop:list', 'POST /orders': 'Shop:order', 'GET /admin': 'Shop:admin' };
    await describeApi(server, 'shop', operations);
    await describeApi(server, 'stock', { 'GET /stock': 'Stock:list' });
    root = await newRoot(server);
    console = await signInConsole(server, root);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  it.each(doors)('leads to the console and back, and lets the browser by, at %s', async (door) => {
    const { visit, cookies } = visitorOf(second, door);
    const sent = await visit('/orders?page=2');
    expect(sent.status).toBe(door === 'auth-request' ? 401 : 302);
    expect(sent.location?.origin).toBe(base);
    expect(sent.location?.pathname).toBe('/gate');
    expect(sent.location?.searchParams.get('rd')).toBe('https://shop.example.com/orders?page=2');
    const secret = cookies.get(`${gate}-state`) ?? '';
    expect(sent.location?.searchParams.get('state')).toBe(hashSecret(secret));
    // Another tab goes on with the same secret.
    await visit('/admin');
    expect(cookies.get(`${gate}-state`)).toBe(secret);
    const back = await handOver(console, sent.location);
    expect([back.origin, back.pathname]).toEqual(['https://shop.example.com', '/.warifu/callback']);
    canaries.add(back.searchParams.get('code') ?? '');
    const entered = await visit(pathOf(back), { 'sec-fetch-site': 'cross-site' });
    expect(entered.status).toBe(door === 'auth-request' ? 401 : 302);
    expect(entered.location?.href).toBe('https://shop.example.com/orders?page=2');
    const allowed = await visit('/orders?page=2', { 'sec-fetch-site': 'cross-site' });
    expect([allowed.status, allowed.headers['remote-user']]).toEqual([200, root.operatorId]);
    // What is no page is told, and goes nowhere.
    expect((await visit('/orders', { accept: '*/*' })).status).toBe(200);
    const left = await visit('/.warifu/sign-out', { 'sec-fetch-site': 'same-origin' });
    expect(left.location?.href).toBe(`${base}/gate?end=signed-out`);
    expect(cookies.has(gate)).toBe(false);
    const again = await visit('/orders', { accept: '*/*' });
    expect([again.status, again.location]).toEqual([401, undefined]);
    // The console's own session goes on.
    expect((await console.call('GET', '/v1/console/session')).status).toBe(200);
    const kinds = ['Auth:signInToHost', 'Auth:enterHost', 'Auth:leaveHost'];
    const records = (await auditOf(server, root.operatorId)).filter(({ api_kind }) => kinds.includes(api_kind));
    expect(records.slice(-3).map(({ api_kind, actor, target }) => [api_kind, actor, target])).toEqual(
      kinds.map((kind) => [kind, 'root', 'app:shop.example.com']),
    );
  });

  it('takes a code once, at its host, from the browser that began, within a minute', async () => {
    const mine = visitorOf(server, 'forward-auth');
    const other = visitorOf(server, 'forward-auth');
    const stock = visitorOf(server, 'forward-auth', 'stock.example.com:8443');
    const { location } = await mine.visit('/orders');
    await other.visit('/orders');
    await stock.visit('/stock');
    // The same secret at another host, as if its program had it.
    stock.cookies.set(`${gate}-8443-state`, mine.cookies.get(`${gate}-state`) ?? '');
    const back = pathOf(await handOver(console, location));
    const failed = `${base}/gate?end=failed`;
    for (const visitor of [other, stock, visitorOf(server, 'forward-auth')]) {
      expect((await visitor.visit(back)).location?.href).toBe(failed);
      expect([...visitor.cookies.keys()].filter((name) => !name.endsWith('-state'))).toEqual([]);
    }
    const answers = await Promise.all(Array.from({ length: 64 }, () => mine.visit(back)));
    const entered = answers.filter(({ location: to }) => to?.pathname === '/orders');
    expect(entered).toHaveLength(1);
    expect((await mine.visit(back)).location?.href).toBe(failed);
    for (const uri of ['/.warifu/callback', '/.warifu/callback?code=', '/.warifu/callback?code=x&code=y']) {
      expect((await mine.visit(uri)).location?.href).toBe(failed);
    }
    const late = pathOf(await handOver(console, location));
    server.clock.now += 60_000;
    expect((await mine.visit(late)).location?.href).toBe(failed);
    await server.jobs.drain();
    // Nor one whose session ended meanwhile.
    const by = await signInConsole(server, root);
    const orphan = pathOf(await handOver(by, location));
    await by.call('POST', '/v1/auth/logout');
    expect((await mine.visit(orphan)).location?.href).toBe(failed);
    // Codes are bounded: the oldest goes for a new one.
    const first = pathOf(await handOver(console, location));
    for (let i = 0; i < 8; i++) {
      server.clock.now += 10;
      await handOver(console, location);
    }
    expect((await mine.visit(first)).location?.href).toBe(failed);
    const rows = await server.ctx.db
      .selectFrom('gate_codes')
      .select('host')
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(rows).toHaveLength(8);
  });

  async function enter(by: Browser, host = 'shop.example.com', uri = '/orders', at = server) {
    const visitor = visitorOf(at, 'forward-auth', host);
    const { location } = await visitor.visit(uri);
    await visitor.visit(pathOf(await handOver(by, location)));
    return visitor;
  }

  it('opens the gate of its host, and nothing else', async () => {
    const { cookies } = await enter(console);
    const token = cookies.get(gate) ?? '';
    expect(token).toHaveLength(43);
    const stock = visitorOf(server, 'forward-auth', 'stock.example.com:8443');
    for (const name of [gate, `${gate}-8443`]) {
      stock.cookies.set(name, token);
      expect((await stock.visit('/stock', { accept: '*/*' })).status).toBe(401);
    }
    const headers: Record<string, string>[] = [
      { cookie: `__Host-warifu-8787=${token}` },
      { cookie: `${gate}=${token}` },
      { authorization: `Bearer ${token}` },
      { 'x-soracom-token': token, 'x-soracom-api-key': token },
    ];
    for (const sent of headers) {
      expect((await call(server, 'GET', '/v1/auth/me', { headers: sent })).status).toBe(401);
      expect((await call(server, 'GET', '/v1/console/session', { headers: sent })).status).toBe(401);
    }
    const bearer = await askAs(
      server,
      'forward-auth',
      { uri: '/orders' },
      { headers: { authorization: `Bearer ${token}` } },
    );
    expect(bearer.status).toBe(401);
    // Nor does the console's cookie open the gate.
    const own = visitorOf(server, 'forward-auth');
    own.cookies.set(gate, [...console.cookies.values()][0] ?? '');
    expect((await own.visit('/orders', { accept: '*/*' })).status).toBe(401);
    // In the database it is a hash.
    const { ctx } = server;
    const rows = await ctx.db
      .selectFrom('gate_sessions')
      .selectAll()
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows.map(({ host }) => host)).toEqual(['shop.example.com']);
  });

  it('is not made to act by pages of other hosts', async () => {
    const { visit, cookies } = await enter(console);
    const own = { accept: '*/*', origin: 'https://shop.example.com', 'sec-fetch-site': 'same-origin' };
    expect((await visit('/orders', own, 'POST')).status).toBe(200);
    expect(
      (await visit('/orders', { ...own, 'sec-fetch-site': '', origin: 'https://shop.example.com' }, 'POST')).status,
    ).toBe(200);
    for (const [origin, site, method] of [
      ['https://evil.example.com', 'same-site', 'POST'],
      ['https://evil.example.com', 'cross-site', 'POST'],
      ['https://evil.example.com', 'same-site', 'GET'],
      ['http://shop.example.com', 'same-site', 'POST'],
      ['https://shop.example.com.evil.test', 'cross-site', 'POST'],
      ['null', 'cross-site', 'POST'],
    ] as const) {
      const refused = await visit('/orders', { accept: '*/*', origin, 'sec-fetch-site': site }, method);
      expect([origin, refused.status, refused.body.code]).toEqual([origin, 403, 'AUM0064']);
    }
    const out = await visit('/.warifu/sign-out', { 'sec-fetch-site': 'cross-site' });
    expect([out.status, cookies.has(gate)]).toEqual([403, true]);
    for (const uri of ['/.warifu/', '/.warifu/other', '/.warifu/sign-out?x=1']) {
      expect([uri, (await visit(uri)).status]).toEqual([uri, 403]);
    }
    // A page of another site may link to a page of the program.
    expect((await visit('/orders', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  it.each(doors)('refuses what pages of other hosts send before it looks for a cookie, at %s', async (door) => {
    // As a proxy that hands on one of the headers alone.
    const ask = (sent: Record<string, string>, method = 'POST', host = 'shop.example.com') =>
      askAs(server, door, { uri: '/orders', method, host }, { headers: sent });
    for (const sent of [
      { origin: 'https://evil.example.com' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, body } = await ask(sent);
      expect([sent, status, body.code]).toEqual([sent, 403, 'AUM0064']);
      // Nobody signs in there with a browser, and a program proves itself with each request.
      expect((await ask(sent, 'POST', 'other.example.com')).status).toBe(401);
      expect((await ask({ ...sent, authorization: 'Bearer x' })).status).toBe(401);
    }
    for (const sent of [{}, { origin: 'https://shop.example.com' }, { 'sec-fetch-site': 'same-origin' }]) {
      expect([sent, (await ask(sent)).status]).toEqual([sent, 401]);
    }
    // Who follows a link of another site is led to sign in.
    const { location } = await visitorOf(server, door).visit('/orders', { 'sec-fetch-site': 'cross-site' });
    expect(location?.pathname).toBe('/gate');
  });

  it('ends with the session at the console, on every server', async () => {
    const ends: [string, (by: Browser) => Promise<unknown>][] = [
      ['logout', (by) => by.call('POST', '/v1/auth/logout')],
      ['another device', () => console.call('DELETE', '/v1/auth/sessions')],
      ['time', async () => (server.clock.now += 24 * 3_600_000)],
    ];
    for (const [name, end] of ends) {
      const by = await signInConsole(server, root);
      const { visit } = await enter(by, 'shop.example.com', '/orders', second);
      expect((await visit('/orders')).status).toBe(200);
      await end(by);
      expect([name, (await visit('/orders', { accept: '*/*' })).status]).toEqual([name, 401]);
      expect([name, (await visit('/orders')).location?.pathname]).toEqual([name, '/gate']);
    }
    console = await signInConsole(server, root);
    // Used meanwhile or not, no session lasts longer by it than it would by the console.
    const { visit } = await enter(console);
    server.clock.now += 59 * 60_000;
    expect((await visit('/orders', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    server.clock.now += 2 * 60_000;
    expect((await visit('/orders', { accept: '*/*' })).status).toBe(401);
    console = await signInConsole(server, root);
  });

  it('tells MFA, and is only for browsers that are signed in at the console', async () => {
    const strong = await newRoot(server);
    const { seed } = await enrol(server, strong);
    const by = await signInConsole(server, strong, otpAt(seed, server.clock.now));
    const { visit } = await enter(by);
    expect((await visit('/orders')).headers['x-warifu-mfa']).toBe('true');
    const state = hashSecret(newSecret());
    const body = { returnTo: 'https://shop.example.com/', state };
    const as = await signIn(server, root);
    await newSam(server, root, as, 'hana', allow(['Shop:*']));
    const byToken = await call(server, 'POST', '/v1/console/gate_codes', { as, body });
    expect([byToken.status, byToken.body.code]).toEqual([403, 'AUM0015']);
    const nobody = await call(server, 'POST', '/v1/console/gate_codes', { body });
    expect([nobody.status, nobody.body.code]).toEqual([401, 'AUM0001']);
    const forged = await console.call('POST', '/v1/console/gate_codes', { body, headers: { 'x-csrf-token': 'x' } });
    expect([forged.status, forged.body.code]).toEqual([403, 'COM0403']);
    for (const wrong of ['', 'short', `${state}=`]) {
      const refused = await console.call('POST', '/v1/console/gate_codes', { body: { ...body, state: wrong } });
      expect([wrong, refused.body.field]).toEqual([wrong, 'state']);
    }
  });

  it('sends browsers to pages of the listed hosts only', async () => {
    const refused = await Promise.all(
      ['https://evil.test/', 'https://shop.example.com.evil.test/', 'https://shop.example.com@evil.test/'].map(
        (returnTo) => console.call('POST', '/v1/console/gate_codes', { body: { returnTo, state: hashSecret('x') } }),
      ),
    );
    expect(refused.map(({ status, body }) => [status, body.field])).toEqual(refused.map(() => [400, 'returnTo']));
    const elsewhere = visitorOf(server, 'forward-auth', 'other.example.com');
    const { status, location } = await elsewhere.visit('/orders');
    expect([status, location]).toEqual([401, undefined]);
    expect((await elsewhere.visit('/.warifu/callback?code=x')).status).toBe(403);
  });
});

describe('the addresses that browsers are sent back to', () => {
  const config = { gateHosts: ['shop.example.com', 'stock.example.com:8443', 'localhost:3000'] };
  const at = (text: string) => returnAddress({ config } as Parameters<typeof returnAddress>[0], text)?.href;

  it('are those of the setting', () => {
    for (const text of [
      'https://shop.example.com/',
      'https://shop.example.com/orders?page=2&next=https://evil.test/@x',
      'https://stock.example.com:8443/a',
      'http://localhost:3000/a',
    ]) {
      expect(at(text)).toBe(text);
    }
  });

  it.each([
    'https://evil.test/',
    'https://shop.example.com.evil.test/',
    'https://evilshop.example.com/',
    'https://shop.example.com@evil.test/',
    'https://shop.example.com:443@evil.test/',
    'https://user@shop.example.com/',
    'https://evil.test/https://shop.example.com/',
    'https://evil.test#shop.example.com',
    'https://evil.test?shop.example.com',
    'https://evil.test\\@shop.example.com/',
    'https://shop.example.com\\@evil.test/',
    'https://shop.example.com\\.evil.test/',
    'https:/shop.example.com/',
    'https:shop.example.com',
    'https:///shop.example.com/',
    '//shop.example.com/',
    '/orders',
    'http://shop.example.com/',
    'https://shop.example.com:8443/',
    'https://shop.example.com:443/',
    'https://shop.example.com./',
    'https://stock.example.com/',
    'https://localhost/',
    ['javascript', '//shop.example.com/%0aalert(1)'].join(':'),
    'data:text/html,shop.example.com',
    'HTTPS://evil.test/',
    ' https://shop.example.com/',
    'https://shop.example.com/\n',
    'https://shop.example.com/\u0000',
    'https://shop\u3002example.com/',
    'https://\uff53hop.example.com/',
    'https://%73hop.example.com/',
    'https://shop.example.com%2eevil.test/',
    'https://[::1]/',
    'https://shop.example.com%00.evil.test/',
    'https://shop.example.com:8443@evil.test/',
    'https://shop\t.example.com/',
    'https://shop.example.com:0443/',
    'https://xn--shop.example.com/',
    'https://shop.example.com;evil.test/',
    'https://shop.example.com,evil.test/',
    '/\\shop.example.com/',
    'https://[::ffff:127.0.0.1]:3000/',
    'https://shop.example.com/.warifu/sign-out',
    'https://shop.example.com/%2e%2e/.warifu/callback',
    `https://shop.example.com/${'x'.repeat(2048)}`,
    '',
  ])('are not %j', (text) => {
    expect(at(text)).toBeUndefined();
  });
});
