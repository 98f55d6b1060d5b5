import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from './support/client.ts';
import { type Door, describeApi, doors } from './support/forward.ts';
import { newRoot, signIn } from './support/people.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

// Over sockets: what a request looks like on the wire is the attack.

type Header = readonly [string, string];
type Original = { readonly method?: string; readonly scheme?: string; readonly host?: string; readonly uri: string };

const shop = { 'GET /items/{id}': 'Shop:showItem', 'GET /admin': 'Shop:admin', 'DELETE /items/{id}': 'Shop:delete' };

describe.each(engines)('forged and doubtful questions of proxies, on %s', (engine) => {
  let server: TestServer;
  let port: number;
  let hana: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' });
    port = Number(new URL(await server.app.listen({ host: '127.0.0.1', port: 0 })).port);
    await describeApi(server, 'shop', shop);
    const open = { 'GET /admin': 'Open:admin', 'GET /items/{id}': 'Open:showItem' };
    await describeApi(server, 'open', open, { unknown: 'signed in' });
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const permission = allow(['Shop:showItem', 'Open:showItem'], "ipAddress('198.51.100.0/24')");
    hana = await signInSam(server, await newSam(server, root, as, 'hana', permission));
  });
  afterAll(() => server.stop());

  /** The status of an answer to what is written here, byte by byte. */
  async function send(method: string, target: string, headers: readonly Header[], body = ''): Promise<number> {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(port, '127.0.0.1');
    socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'latin1');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    if (answer.split('HTTP/1.1 ').length > 2) throw new Error('more than one answer');
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
  }

  type More = { readonly add?: readonly Header[]; readonly without?: string };

  async function ask(door: Door, original: Original, { add = [], without }: More = {}): Promise<number> {
    const { method = 'GET', scheme = 'https', host = 'shop.example.com', uri } = original;
    const told: Record<Door, readonly Header[]> = {
      'auth-request': [
        ['Host', '127.0.0.1'],
        ['X-Original-Method', method],
        ['X-Original-URL', `${scheme}://${host}${uri}`],
      ],
      'forward-auth': [
        ['Host', host],
        ['X-Forwarded-Method', method],
        ['X-Forwarded-Proto', scheme],
        ['X-Forwarded-Host', host],
        ['X-Forwarded-Uri', uri],
      ],
      'ext-authz': [
        ['Host', host],
        ['X-Forwarded-Proto', scheme],
      ],
    };
    const all: readonly Header[] = [
      ['X-Forwarded-For', '198.51.100.7'],
      ['Authorization', `Bearer ${hana.token}`],
      ['Connection', 'close'],
      ...told[door],
    ];
    const headers = [...all.filter(([name]) => name.toLowerCase() !== without?.toLowerCase()), ...add];
    const target = door === 'ext-authz' ? `/api/authz/ext-authz${uri}` : `/api/authz/${door}`;
    return await send(door === 'ext-authz' ? method : 'GET', target, headers);
  }

  /** A refusal of the question itself, whatever the permissions. */
  const doubtful = (door: Door) => (door === 'auth-request' ? 403 : 400);

  it.each(doors)('has one method, host, path and source, at %s', async (door) => {
    expect(await ask(door, { uri: '/items/7?a=b' })).toBe(200);
    const twice: readonly Header[] = [
      ['X-Original-Method', 'DELETE'],
      ['x-original-url', 'https://shop.example.com/admin'],
      ['X-Forwarded-Method', 'DELETE'],
      ['X-FORWARDED-HOST', 'open.example.com'],
      ['X-Forwarded-Uri', '/admin'],
      ['X_Forwarded_Uri', '/admin'],
      ['X-Original_Url', 'https://shop.example.com/admin'],
      ['X-Original-URI', '/admin'],
      ['X-Original-Host', 'open.example.com'],
      ['X-Forwarded-Path', '/admin'],
      ['X-Rewrite-URL', '/admin'],
      ['X-Host', 'open.example.com'],
      ['X-HTTP-Host-Override', 'open.example.com'],
      ['X-HTTP-Method', 'DELETE'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['x-method-override', 'delete'],
      ['Forwarded', 'for=10.0.0.1;host=open.example.com'],
      ['Forwarded', 'for=10.0.0.1;host="open.example.com"'],
      ['Forwarded', 'host="open.example.com'],
      ['Authorization', 'Bearer another'],
      ['X-Soracom-Token', 'one'],
      ['X-Soracom-API-Key', 'one'],
      ['X.Forwarded.Uri', '/admin'],
      ["X'Rewrite~Url", '/admin'],
      ['Connection', 'X-Forwarded-For'],
      ['Connection', 'X-Warifu-Operator'],
      ['Connection', 'Remote-User'],
      ['Connection', 'keep-alive, remote-groups'],
      ['Connection', 'close, authorization'],
      ['Connection', 'Cookie'],
      ['Connection', 'Content-Type'],
      ['Connection', 'Upgrade, HTTP2-Settings'],
    ];
    const paired = new Set(['X-Soracom-Token', 'X-Soracom-API-Key']);
    for (const header of twice) {
      const add = paired.has(header[0]) ? [header, header] : [header];
      expect([header, await ask(door, { uri: '/items/7' }, { add })]).toEqual([header, doubtful(door)]);
    }
    const same: readonly Header[] = [
      ['X-Rewrite-URL', '/items/7'],
      ['X-Original-URI', '/items/7'],
      ['X-HTTP-Method-Override', 'get'],
      ['X-Host', 'Shop.example.com:443'],
      ['Forwarded', 'for=10.0.0.1;host=shop.example.com;proto=https'],
      ['Connection', 'Keep-Alive, TE, Upgrade'],
      ['Upgrade', 'WebSocket'],
    ];
    for (const header of same) {
      expect([header, await ask(door, { uri: '/items/7' }, { add: [header] })]).toEqual([header, 200]);
    }
    expect(await ask(door, { uri: '/items/7?_method=DELETE' })).toBe(doubtful(door));
  });

  it.each(doors)('lets no request by that begins another protocol than WebSocket, at %s', async (door) => {
    const statusOf = (...names: string[]) => {
      const add: Header[] = [['Connection', 'Upgrade'], ...names.map((name): Header => ['Upgrade', name])];
      return ask(door, { uri: '/items/7' }, { add });
    };
    for (const name of ['websocket', 'WebSocket']) expect([name, await statusOf(name)]).toEqual([name, 200]);
    for (const name of ['h2c', 'H2C', 'h2c, websocket', 'websocket,h2c', 'websocket/13', 'TLS/1.3', '']) {
      expect([name, await statusOf(name)]).toEqual([name, doubtful(door)]);
    }
    expect(await statusOf('websocket', 'h2c')).toBe(doubtful(door));
    expect(await statusOf('h2c', 'websocket')).toBe(doubtful(door));
  });

  it.each(doors)('is told everything, in one form, at %s', async (door) => {
    const own: Record<Door, string[]> = {
      'auth-request': ['X-Original-Method', 'X-Original-URL', 'X-Forwarded-For'],
      'forward-auth': [
        'X-Forwarded-Method',
        'X-Forwarded-Proto',
        'X-Forwarded-Host',
        'X-Forwarded-Uri',
        'X-Forwarded-For',
      ],
      'ext-authz': ['X-Forwarded-Proto', 'X-Forwarded-For'],
    };
    for (const without of own[door]) {
      expect([without, await ask(door, { uri: '/items/7' }, { without })]).toEqual([without, doubtful(door)]);
    }
    for (const host of [
      'shop.example.com, open.example.com',
      'shop.example.com.',
      'user@shop.example.com',
      '127.1',
      'shop.example.com://x',
    ]) {
      expect([host, await ask(door, { host, uri: '/items/7' })]).toEqual([host, doubtful(door)]);
    }
    for (const scheme of ['https, http', 'ftp', 'HTTPS', 'javascript']) {
      expect([scheme, await ask(door, { scheme, uri: '/items/7' })]).toEqual([scheme, doubtful(door)]);
    }
    if (door === 'ext-authz') return;
    for (const method of ['get', 'Get', 'GET, DELETE', 'GET DELETE', 'G\u00c9T']) {
      expect([method, await ask(door, { method, uri: '/items/7' })]).toEqual([method, doubtful(door)]);
    }
  });

  it.each(doors)('lets no spelling of a path by that its program may read as another one, at %s', async (door) => {
    for (const uri of ['/items/7', '/items/%E7%94%B0', '/items/7%20', '/items/a:b', '/items/100%25']) {
      expect([uri, await ask(door, { uri })]).toEqual([uri, 200]);
    }
    // Where being signed in is enough for what is not described, these must not pass as such.
    const spellings = [
      '/admin',
      '/%61dmin',
      '/admin/',
      '/ADMIN',
      '/Admin/',
      '//admin',
      '/.//admin',
      '/./admin',
      '/x/../admin',
      '/x/%2e%2e/admin',
      '/x/%252e%252e/admin',
      '/x/.%2e/admin',
      '/x/..;/admin',
      '/x/..%2fadmin',
      '/x/..%5cadmin',
      '/x\\..\\admin',
      '/%2561dmin',
      '/admin;x=1',
      '/admin%3bx',
      '/admin%00',
      '/admin%0a',
      '/admin%09',
      '/admin%2f',
      '/%c0%ae%c0%ae/admin',
      '/admin%ff',
      '/admin#x',
      '/admin?x#y',
      '/%u0061dmin',
      `/${'x'.repeat(2048)}`,
    ];
    for (const host of ['shop.example.com', 'open.example.com']) {
      for (const uri of spellings) {
        const status = await ask(door, { host, uri });
        expect([host, uri, [400, 403, 404].includes(status)]).toEqual([host, uri, true]);
      }
    }
    expect(await ask(door, { host: 'open.example.com', uri: '/not/described' })).toBe(200);
    if (door === 'ext-authz') return;
    for (const uri of ['https://open.example.com/admin', '*', 'items/7', '', '/admin\u00e9']) {
      expect([uri, await ask(door, { uri })]).toEqual([uri, doubtful(door)]);
    }
  });

  it('judges the address that the proxy saw, not the one that the client wrote', async () => {
    const uri = '/items/7';
    const from = (address: string) =>
      ask('forward-auth', { uri }, { without: 'X-Forwarded-For', add: [['X-Forwarded-For', address]] });
    expect(await from('203.0.113.5')).toBe(403);
    expect(await from('198.51.100.7, 203.0.113.5')).toBe(403);
    expect(await from('203.0.113.5, 198.51.100.7')).toBe(200);
    expect(await from('198.51.100.7:443')).toBe(200);
    expect(await from('unknown')).toBe(403);
    // What the proxy did not say, the client does not say instead.
    const forwarded: Header = ['Forwarded', 'for=198.51.100.7'];
    const named: [string, string][] = [
      ['X_Forwarded_For', 'x'],
      ['X_Forwarded_For', '198.51.100.7'],
      ['X-Forwarded_For', '198.51.100.7'],
      ["X'Forwarded~For", '198.51.100.7'],
      ['X-Forwarded-For', ''],
      ['X-Forwarded-For', ' , '],
    ];
    for (const add of [[forwarded], ...named.flatMap((one) => [[one], [one, forwarded]])]) {
      for (const door of doors) {
        const status = await ask(door, { uri }, { without: 'X-Forwarded-For', add });
        expect([door, add, status]).toEqual([door, add, doubtful(door)]);
      }
    }
    // Nor beside what it said: a program behind may read that one.
    for (const add of [[['X_Forwarded_For', '198.51.100.7']], [['X.Forwarded.For', '10.0.0.1'], forwarded]] as const) {
      expect([add, await ask('forward-auth', { uri }, { add })]).toEqual([add, 400]);
    }
    const lines: Header[] = [['x-forwarded-for', '203.0.113.5']];
    expect(await ask('forward-auth', { uri }, { add: lines })).toBe(403);
    expect(await ask('forward-auth', { uri }, { add: [['X-FORWARDED-FOR', '198.51.100.7'], forwarded] })).toBe(200);
  });

  it('is not asked by an absolute address, nor at another spelling of its own path', async () => {
    const headers: Header[] = [
      ['Host', 'open.example.com'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-For', '198.51.100.7'],
      ['Authorization', `Bearer ${hana.token}`],
      ['Connection', 'close'],
    ];
    for (const target of [
      'http://open.example.com/api/authz/ext-authz/x',
      '/api/authz/ext%2dauthz/x',
      '/api/authz/ext-authz',
      '/api/authz/%65xt-authz/x',
    ]) {
      const status = await send('GET', target, headers);
      expect([target, [400, 404, 421].includes(status)]).toEqual([target, true]);
    }
    // A second question that hides in the body of the first is never answered.
    const inside = `GET /api/authz/ext-authz/x HTTP/1.1\r\n${headers.map((one) => one.join(': ')).join('\r\n')}\r\n\r\n`;
    const length: Header = ['Content-Length', String(inside.length)];
    const kept = headers.filter(([name]) => name !== 'Connection');
    expect(await send('POST', '/api/authz/ext-authz/x', [...kept, length], inside)).toBe(200);
  });
});
