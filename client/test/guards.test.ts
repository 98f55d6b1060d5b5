import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/gate/gate.ts';
import { guardsOf } from '../src/gate/guards.ts';
import type { GateOptions } from '../src/hono.ts';
import type { App } from './apps/app.ts';
import { frameworks } from './support/frameworks.ts';
import { type Fault, type Proxy, startProxy } from './support/proxy.ts';
import { get } from './support/raw.ts';
import {
  importCatalogue,
  type SignedInRoot,
  signedInRoot,
  signedInSam,
  startWarifu,
  type Warifu,
} from './support/warifu.ts';

let warifu: Warifu;
let proxy: Proxy;
let root: SignedInRoot;
let counter = 0;

beforeAll(async () => {
  warifu = await startWarifu();
  proxy = await startProxy(warifu.port);
  root = await signedInRoot(warifu);
  const item = (operationId: string) => ({ get: { tags: ['Order'], operationId } });
  const paths = { '/described/{id}': item('describe'), '/described/export': item('export') };
  await importCatalogue(warifu, 'signed in', paths);
});
afterAll(async () => {
  await proxy.stop();
  await warifu.stop();
});

/** A SAM user who may do what one statement says, and the headers of its session. */
async function sam(statement: object) {
  const user = await signedInSam(root, `user${++counter}`, [{ effect: 'allow', ...statement }]);
  return {
    ...user,
    headers: { 'x-soracom-api-key': user.credential.apiKey, 'x-soracom-token': user.credential.token },
  };
}

const getOrder = { api: 'Order:getOrder' };

describe.each(frameworks)('a route of %s', (_, start) => {
  let app: App;
  const said: [string, object][] = [];
  const begin = async (options: Partial<GateOptions> = {}) => {
    const gate = { url: proxy.url, gateKey: await warifu.newGateKey(), timeout: 60_000, ...options };
    const log = (message: string, about: object) => void said.push([message, about]);
    return await start({ log, ...gate }, { url: warifu.url, audience: 'orders.example.com', log });
  };
  beforeAll(async () => {
    app = await begin();
  });
  afterAll(() => app.stop());

  it('lets by who may, and says who it is', async () => {
    const { headers, user_name } = await sam(getOrder);
    const allowed = await get(app.port, '/orders/7', headers);
    expect([allowed.status, allowed.body]).toEqual([
      200,
      {
        id: '7',
        operation: 'Order:getOrder',
        identity: expect.objectContaining({ operatorId: root.operatorId, userName: user_name, kind: 'sam' }),
      },
    ]);
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    expect((await get(app.port, '/orders/7', bearer)).body).toMatchObject({ identity: { kind: 'root', userName: '' } });
    expect((await get(app.port, '/me', bearer)).body).toMatchObject({ identity: { kind: 'root' } });
  });

  it('lets by nobody else, in the words of the API', async () => {
    const { headers, user_name } = await sam({ api: 'Order:listOrders' });
    const denied = await get(app.port, '/orders/7', headers);
    const message = `${user_name} does not have the permission Order:getOrder. Ask the administrator (root user) for it.`;
    expect([denied.status, denied.body]).toEqual([
      403,
      {
        code: 'AUM0017',
        message,
        detail: message,
        permission: 'Order:getOrder',
        userName: user_name,
        type: 'urn:warifu:error:AUM0017',
        status: 403,
      },
    ]);
    expect(denied.headers['content-type']).toMatch(/^application\/json/);
    const japanese = await get(app.port, '/orders/7', { ...headers, 'accept-language': 'ja,en;q=0.5' });
    expect(japanese.body.message).toContain('には権限 Order:getOrder がありません。');
    expect((await get(app.port, '/me', headers)).status).toBe(200);
  });

  it('names the value of a query that is too long to be asked about', async () => {
    const { headers } = await sam(getOrder);
    const refused = await get(app.port, `/orders/7?short=1&longq=${'x'.repeat(4000)}`, headers);
    expect([refused.status, refused.body.code, refused.body.field]).toEqual([400, 'COM0001', 'longq']);
  });

  it('takes key and token by both of their names', async () => {
    const { headers } = await sam(getOrder);
    const short = { 'x-api-key': headers['x-soracom-api-key'], 'x-token': headers['x-soracom-token'] };
    expect((await get(app.port, '/orders/7', short)).status).toBe(200);
    // As at Warifu itself, the first pair counts, and half of one is none.
    const halves = { ...short, 'x-soracom-token': headers['x-soracom-token'] };
    expect((await get(app.port, '/orders/7', halves)).status).toBe(401);
  });

  it('wants a credential that opens a session', async () => {
    const { apiKey, token } = root.credential;
    for (const headers of [
      {},
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: 'Bearer none' },
      { authorization: `Bearer ${await warifu.newGateKey()}` },
      { 'x-soracom-token': token },
      { 'x-soracom-api-key': apiKey, authorization: `Bearer ${token}` },
      { 'x-soracom-api-key': 'other', 'x-soracom-token': token },
      { cookie: `__Host-warifu=${token}` },
      // Who somebody is comes from Warifu, and from no header of the request.
      { 'remote-user': root.operatorId, 'x-warifu-operator': root.operatorId, 'x-forwarded-user': 'root' },
    ]) {
      for (const path of ['/orders/7', '/described/7', '/me', '/behind']) {
        const refused = await get(app.port, path, headers);
        expect([path, headers, refused.status, refused.body.code]).toEqual([path, headers, 401, 'AUM0001']);
        expect(refused.headers['www-authenticate']).toBe('Bearer');
      }
    }
  });

  it('waits for the MFA that the operator requires', async () => {
    const { headers } = await sam({ api: 'Order:*' });
    const operator = { operator_id: root.operatorId };
    const settings = await root.client.call('getSettings', operator);
    const require = (mfaRequiredForSamUsers: boolean) =>
      root.client.call('updateSettings', { ...operator, ...settings, mfaRequiredForSamUsers });
    await require(true);
    for (const path of ['/orders/7', '/described/7', '/me']) {
      const { status, body } = await get(app.port, path, headers);
      expect([path, status, body.code]).toEqual([path, 403, 'MFA0008']);
    }
    await require(false);
    expect((await get(app.port, '/me', headers)).status).toBe(200);
  });

  it('says when proving more would open it', async () => {
    const [recent, strong] = [
      await sam({ ...getOrder, condition: 'authAgeSeconds < 60' }),
      await sam({ ...getOrder, condition: 'mfaAuthenticated' }),
    ];
    expect((await get(app.port, '/orders/7', recent.headers)).status).toBe(200);
    warifu.server.clock.now += 120_000;
    const told = async ({ headers }: { headers: Record<string, string> }) => {
      const { status, body, headers: answered } = await get(app.port, '/orders/7', headers);
      return [status, body.code, body.stepUp, answered['www-authenticate']];
    };
    const challenge = 'Bearer error="insufficient_user_authentication"';
    expect(await told(recent)).toEqual([401, 'AUM0065', 'password', `${challenge}, max_age="0"`]);
    expect(await told(strong)).toEqual([401, 'AUM0065', 'mfa', `${challenge}, acr_values="mfa"`]);
  });

  it('is judged by what its handler sees', async () => {
    const condition = `pathVariable('id') == '田 7' and requestPath like '/orders/*' and queryParameter('of') == 'acme'`;
    const { headers } = await sam({ ...getOrder, condition: `${condition} and sourceIp == '127.0.0.1'` });
    const at = async (target: string, more = {}) => (await get(app.port, target, { ...headers, ...more })).status;
    const path = '/orders/%E7%94%B0%207';
    expect(await at(`${path}?of=acme&to=x`)).toBe(200);
    // A handler may take either value, or both.
    for (const query of ['of=acme&of=else', 'of=else&of=acme', 'of=acme&%6ff=else', 'of=acme&of=acme']) {
      expect([query, await at(`${path}?${query}`)]).toEqual([query, 403]);
    }
    expect(await at(path)).toBe(403);
    expect(await at('/orders/8?of=acme')).toBe(403);
    const spoofed = {
      'x-forwarded-for': '203.0.113.1',
      'x-original-url': '/orders/8',
      'x-http-method-override': 'PUT',
    };
    expect(await at(`${path}?of=acme`, spoofed)).toBe(200);
  });

  it('has one meaning for each path', async () => {
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    const handled = { '/described/7': 200, '/orders/7': 200, '/described/7?x=/../..%2f': 200 };
    for (const [target, status] of Object.entries(handled)) {
      expect([target, (await get(app.port, target, bearer)).status]).toEqual([target, status]);
    }
    // Some do not reach the route, and are not found; nothing is let by.
    for (const first of ['/described', '/orders']) {
      for (const rest of [
        '/a%2Fb',
        '/..%2f7',
        '/%2e%2e/7',
        '/%2E',
        '/./7/..',
        '//7',
        '/a%5cb',
        '/7\\',
        '/%00',
        '/%ff',
      ]) {
        const { status } = await get(app.port, first + rest, bearer);
        expect([first + rest, [400, 401, 404].includes(status)]).toEqual([first + rest, true]);
      }
    }
    for (const target of ['/DESCRIBED/7', '/described/7/', `http://127.0.0.1:${app.port}//described/7`]) {
      const { status } = await get(app.port, target, bearer);
      expect([target, [400, 403, 404].includes(status)]).toEqual([target, true]);
    }
  });

  it('asks the catalogue which operation it is', async () => {
    const [may, mayNot] = [await sam({ api: 'Order:describe' }), await sam(getOrder)];
    const allowed = await get(app.port, '/described/7', may.headers);
    expect([allowed.status, allowed.body.operation]).toEqual([200, 'Order:describe']);
    const denied = await get(app.port, '/described/7', mayNot.headers);
    expect([denied.status, denied.body.permission]).toEqual([403, 'Order:describe']);
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    expect((await get(app.port, '/described/export', bearer)).body).toEqual({ exported: true });
    // Express, and Fastify when it is told so, take some of these for the export.
    for (const spelling of ['export', 'EXPORT', 'Export', '%65xport', 'export/', 'EXPORT/', '%45XPORT', 'export?x']) {
      const { body } = await get(app.port, `/described/${spelling}`, may.headers);
      expect([spelling, body.exported]).toEqual([spelling, undefined]);
    }
    // The catalogue lets by whoever is signed in, where it has no operation; the guard does not.
    const undescribed = await get(app.port, '/undescribed', bearer);
    expect([undescribed.status, undescribed.body.code]).toEqual([403, 'AUM0062']);
    const exporter = await sam({ api: 'Order:export' });
    expect((await get(app.port, '/described/%65xport', exporter.headers)).status).toBe(400);
  });

  it('is closed by the next request after a sign-out, a change of permissions and a deletion', async () => {
    const users = [await sam(getOrder), await sam(getOrder), await sam(getOrder)] as const;
    const status = async () =>
      await Promise.all(users.map(async ({ headers }) => (await get(app.port, '/orders/7', headers)).status));
    expect(await status()).toEqual([200, 200, 200]);
    const [first, second, third] = users;
    await first.client.signOut();
    await root.client.call('deleteUserPermission', { operator_id: root.operatorId, user_name: second.user_name });
    await root.client.call('deleteUser', { operator_id: root.operatorId, user_name: third.user_name });
    expect(await status()).toEqual([401, 403, 401]);
  });

  it('is closed while Warifu does not decide, and tells why to nobody but the log', async () => {
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    const down = { code: 'COM0503', status: 503, retryAfter: 5 };
    const broken: [Fault, string][] = [
      ['break', 'NETWORK'],
      [{ status: 500, body: '{"code":"COM0003","message":"inside"}' }, 'COM0003'],
      [{ status: 200, body: '<html>' }, 'UNEXPECTED'],
      [{ status: 200, body: '{"decision":"allow"}' }, 'UNEXPECTED'],
      [{ status: 200, body: 'null' }, 'UNEXPECTED'],
      [{ status: 401, body: '{"code":"AUM0060","message":"inside"}' }, 'AUM0060'],
    ];
    for (const [fault, code] of broken) {
      said.splice(0);
      proxy.faults.push(fault, fault);
      const refused = await get(app.port, '/orders/7', bearer);
      expect([code, refused.status, refused.headers['retry-after'], refused.body]).toEqual([
        code,
        503,
        '5',
        expect.objectContaining(down),
      ]);
      expect(refused.text).not.toContain('inside');
      expect(said).toEqual([[expect.any(String), expect.objectContaining({ code })]]);
      proxy.faults.splice(0);
    }
    expect((await get(app.port, '/orders/7', bearer)).status).toBe(200);
  });

  it('is closed with a gate key that opens nothing, and within its time limit', async () => {
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    const other = await begin({ gateKey: 'warifu_gate_wrong' });
    const hasty = await begin({ timeout: 100 });
    said.splice(0);
    const refused = await get(other.port, '/orders/7', bearer);
    expect([refused.status, refused.body.code]).toEqual([503, 'COM0503']);
    proxy.faults.push('silence');
    expect((await get(hasty.port, '/orders/7', bearer)).status).toBe(503);
    expect(said).toEqual([
      [expect.stringContaining('gate key'), expect.objectContaining({ code: 'AUM0060' })],
      [expect.any(String), expect.objectContaining({ code: 'TIMEOUT' })],
    ]);
    expect(JSON.stringify(said)).not.toContain('warifu_gate_wrong');
    await Promise.all([other.stop(), hasty.stop()]);
  });

  it('refuses what is too long to be asked about', async () => {
    const bearer = { authorization: `Bearer ${root.credential.token}` };
    for (const target of [`/orders/${'7'.repeat(600)}`, `/orders/7?x=${'7'.repeat(600)}`]) {
      const { status } = await get(app.port, target, bearer);
      expect([target.slice(0, 12), [400, 414].includes(status)]).toEqual([target.slice(0, 12), true]);
    }
  });
});

it.each([
  ['host', { host: 'http://orders.example.com' }],
  ['host', { host: 'orders.example.com/' }],
  ['host', { host: '' }],
  ['timeout', { timeout: 0 }],
  ['timeout', { timeout: Number.NaN }],
])('a %s that no request could satisfy is told at once', (name, options) => {
  const gate = { url: 'https://id.example.com', gateKey: 'warifu_gate_x', ...options };
  expect(() => createGate(gate)).toThrow(new RegExp(`^${name}: `));
});

it.each(['getOrder', '', ':', 'Order:', 'Order:get order'])('%j is no name of an operation', (name) => {
  expect(() => guardsOf(() => undefined).operation(name)).toThrow(/^operation: /);
});
