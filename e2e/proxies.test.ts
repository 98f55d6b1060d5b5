import { Agent, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Credentials, request, type Session } from './support/api.ts';
import { openBrowser, openTab, shown } from './support/browser.ts';
import { done, type Guarded, permission, startApp, startGuarded } from './support/guarded.ts';
import { nextPort } from './support/ports.ts';
import { printedConfig, proxies, type Running, startProxy } from './support/proxies.ts';
import { accountMenu, beginInDialog, button, confirmInDialog, dialog, enterPassword, field } from './support/walk.ts';
import { words } from './support/words.ts';

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string; reused: boolean };

describe('an app behind a proxy as `proxy-config` prints it', () => {
  let guarded: Guarded;
  let app: Awaited<ReturnType<typeof startApp>>;
  let ports: Record<string, number>;
  const running: Running[] = [];

  beforeAll(async () => {
    app = await startApp();
    ports = Object.fromEntries(await Promise.all(proxies.map(async (proxy) => [proxy, await nextPort()])));
    guarded = await startGuarded(Object.values(ports).map((port) => `localhost:${port}`));
    const { env, asked } = guarded;
    for (const proxy of proxies) {
      const port = ports[proxy] as number;
      const site = { open: `http://localhost:${port}`, app: app.port, warifu: asked, env };
      running.push(await startProxy(proxy, await printedConfig(proxy, site), port));
    }
  });
  afterAll(async () => {
    for (const { stop } of running) await stop();
    await guarded.stop();
    await app.stop();
  });

  /** One connection that is kept, as a browser's or a program's. */
  function connectionTo(proxy: string, as?: Session) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return async (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
      await new Promise<Answer>((resolve, reject) => {
        const credentials = as ? { authorization: `Bearer ${as.token}` } : {};
        const port = ports[proxy];
        const signal = AbortSignal.timeout(60_000);
        const options = {
          agent,
          signal,
          host: 'localhost',
          port,
          method,
          path,
          headers: { ...credentials, ...headers },
        };
        const sending = send(options, (response) => {
          const { statusCode: status = 0, headers: got } = response;
          const { reusedSocket: reused } = sending;
          text(response).then((read) => resolve({ status, headers: got, body: read, reused }), reject);
        });
        sending.once('error', reject).end(body);
      });
  }

  describe.each(proxies)('%s', (proxy) => {
    test('passes on what is allowed, as it came, with who asks; nothing else reaches the app', async () => {
      const hana = await guarded.hana(`hana-${proxy}`);
      const ask = connectionTo(proxy, hana);
      const order = 'x'.repeat(200_000);
      const posted = await ask('POST', '/orders?a=1&b=%20', { 'content-type': 'text/plain' }, order);
      expect([posted.status, JSON.parse(posted.body)]).toEqual([
        200,
        expect.objectContaining({ method: 'POST', url: '/orders?a=1&b=%20', body: order }),
      ]);
      const { headers } = JSON.parse(posted.body) as { headers: Record<string, string> };
      expect(headers).toMatchObject({
        host: `localhost:${ports[proxy]}`,
        'remote-user': `${hana.operatorId}/hana-${proxy}`,
        'remote-name': `hana-${proxy}`,
        'x-warifu-operator': hana.operatorId,
        'x-warifu-mfa': 'false',
        'x-forwarded-for': expect.stringMatching(/^(127\.0\.0\.1|::1)$/) as string,
      });
      expect(headers['x-warifu-jwt']?.split('.')).toHaveLength(3);
      expect(posted.headers['set-cookie']).toEqual(['own=1', 'other=2']);

      const before = app.seen.length;
      const nobody = await connectionTo(proxy)('GET', '/orders');
      expect([nobody.status, nobody.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      const weak = await ask('GET', '/secret');
      const challenge = 'Bearer error="insufficient_user_authentication", acr_values="mfa"';
      expect([weak.status, weak.headers['www-authenticate']]).toEqual([401, challenge]);
      for (const [method, path] of [
        ['DELETE', '/orders/7'],
        ['GET', '/unknown'],
        ['GET', '/orders/../orders'],
      ] as const) {
        const refused = await ask(method, path);
        expect([method, path, refused.status]).toEqual([
          method,
          path,
          path.includes('..') && proxy !== 'nginx' ? 400 : 403,
        ]);
      }
      expect(app.seen.length).toBe(before);
    });

    test('opens a WebSocket, and no connection in which nobody asks about requests', async () => {
      const hana = await guarded.hana(`hana-upgrade-${proxy}`);
      const offer = (...names: string[]) => upgraded(ports[proxy] as number, hana, names);
      const arrived = () => app.seen.at(-1)?.headers ?? {};
      for (const name of ['websocket', 'WebSocket']) {
        const status = await offer(name);
        expect([name, status, arrived()]).toEqual([
          name,
          101,
          expect.objectContaining({
            upgrade: expect.stringMatching(/^websocket$/i) as string,
            'remote-name': `hana-upgrade-${proxy}`,
          }),
        ]);
        expect(arrived()).not.toHaveProperty('http2-settings');
      }
      for (const name of [
        'h2c',
        'H2C',
        'h2c, websocket',
        'websocket, h2c',
        'websocket,h2c',
        'TLS/1.3',
        'websocket/13',
      ]) {
        expect([name, await offer(name)]).toEqual([name, 200]);
        expect(arrived()).toMatchObject({ 'remote-name': `hana-upgrade-${proxy}` });
        for (const header of ['upgrade', 'http2-settings'])
          expect([name, arrived()[header]]).toEqual([name, undefined]);
        expect(arrived()['connection'] ?? '').not.toMatch(/upgrade|http2/i);
      }
      // On two lines one of them may count, but only as a WebSocket.
      for (const names of [
        ['websocket', 'h2c'],
        ['h2c', 'websocket'],
      ]) {
        expect([101, 200]).toContain(await offer(...names));
        expect([undefined, 'websocket']).toContain(arrived()['upgrade']);
        expect(arrived()).not.toHaveProperty('http2-settings');
      }
    });

    test('lets nothing by after a revocation on another server, on the same connection', async () => {
      const { root, hana } = guarded;
      const users = `/v1/operators/${root.operatorId}/users`;
      const revocations: Record<string, (who: Session, path: string) => Promise<{ status: number; body: string }>> = {
        logout: (who) => who.call('POST', '/v1/auth/logout'),
        deletion: (_, path) => root.call('DELETE', path),
        'MFA reset': (_, path) => root.call('DELETE', `${path}/mfa`),
        permission: (_, path) =>
          root.call('PUT', `${path}/permission`, { permission: permission(['Orders:waitLong']) }),
      };
      for (const [what, revoke] of Object.entries(revocations)) {
        const name = `${what.replaceAll(' ', '-')}-${proxy}`;
        const who = await (what === 'MFA reset' ? guarded.hanaWithMfa(name) : hana(name));
        const ask = connectionTo(proxy, who);
        expect([what, (await ask('GET', '/orders')).status]).toEqual([what, 200]);
        await done(revoke(who, `${users}/${name}`));
        const refused = await ask('GET', '/orders');
        expect([what, refused.status, refused.reused]).toEqual([what, what === 'permission' ? 403 : 401, true]);
      }
    });
  });

  test('a slow app is left alone', async () => {
    const hana = await guarded.hana('slow');
    const answers = await Promise.all(proxies.map((proxy) => connectionTo(proxy, hana)('GET', '/slow')));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: 'begun ended' });
  });

  test.each(proxies)('%s sends a browser to the sign-in page and back', async (proxy) => {
    const { first, owner, root } = guarded;
    const visit = jarOf(connectionTo(proxy));
    const away = await visit('/orders?x=1');
    const asked = new URL(String(away.headers.location));
    expect([away.status, asked.origin, asked.pathname]).toEqual([302, first.baseUrl, '/gate']);
    const [returnTo, state] = ['rd', 'state'].map((name) => asked.searchParams.get(name));
    expect(returnTo).toBe(`http://localhost:${ports[proxy]}/orders?x=1`);

    const atConsole = await consoleOf(first.baseUrl, owner);
    const way = new URL(String((await atConsole('/v1/console/gate_codes', { returnTo, state }))['location']));
    const back = await visit(way.pathname + way.search);
    expect([back.status, back.headers.location]).toEqual([302, returnTo]);
    const there = await visit('/orders?x=1');
    const { headers } = JSON.parse(there.body) as { headers: Record<string, string> };
    expect([there.status, headers['remote-user']]).toEqual([200, root.operatorId]);
    const out = await visit('/.warifu/sign-out');
    expect([out.status, String(out.headers.location)]).toEqual([302, expect.stringContaining(`${first.baseUrl}/gate`)]);
    expect((await visit('/orders?x=1')).status).toBe(302);
  });

  test('a person signs in behind nginx with a browser, and sees the page that was asked for', async () => {
    const browser = await openBrowser();
    const tab = await openTab(browser, 'en');
    const { page } = tab;
    await page.goto(`http://localhost:${ports['nginx']}/orders?from=here`);
    await page.waitForURL(/\/login/);
    await enterPassword(tab, guarded.first, guarded.owner);
    await page.waitForURL(`http://localhost:${ports['nginx']}/orders?from=here`);
    expect(await page.textContent('body')).toContain(`"remote-user":"${guarded.root.operatorId}"`);
    await browser.close();
  });

  test('a person of whom MFA is required enables it on the way to a page behind nginx, and goes on', async () => {
    const { operatorId, userName, password } = await guarded.user('hana-weak');
    const browser = await openBrowser();
    const tab = await openTab(browser, 'en');
    const { page } = tab;
    await page.goto(`${guarded.first.baseUrl}/login?as=sam&operator=${operatorId}`);
    await field(page, 'User name').fill(userName);
    await field(page, words.en.password).fill(password);
    await button(page, words.en.logIn).click();
    await shown(accountMenu(page, { ...guarded.owner, email: userName }));
    const required = { required: true, from: Date.now() };
    await done(guarded.root.call('PUT', `/v1/operators/${operatorId}/users/${userName}/mfa_requirement`, required));
    await page.goto(`http://localhost:${ports['nginx']}/secret?from=here`);
    await page.waitForURL(/\/security\/mfa/);
    const phone = await beginInDialog(tab);
    await confirmInDialog(tab, await phone.next());
    await button(dialog(page), words.en.done).click();
    await page.getByRole('link', { name: 'Go on to the app' }).click();
    await page.waitForURL(`http://localhost:${ports['nginx']}/secret?from=here`);
    expect(await page.textContent('body')).toContain(`"x-warifu-mfa":"true"`);
    expect(tab.problems).toEqual([]);
    await browser.close();
  });

  test('nothing reaches the app without Warifu, and all is as before when it is back', async () => {
    const hana = await guarded.hana('hana-again');
    const asks = proxies.map((proxy) => [proxy, connectionTo(proxy, hana)] as const);
    const statuses = async () => {
      const all = await Promise.all(asks.map(async ([proxy, ask]) => [proxy, (await ask('GET', '/orders')).status]));
      return Object.fromEntries(all) as Record<string, number>;
    };
    const allowed = { nginx: 200, caddy: 200, haproxy: 200 };
    expect(await statuses()).toEqual(allowed);
    const before = app.seen.length;
    await guarded.withoutIt(async () => {
      expect(await statuses()).toEqual({ nginx: 503, caddy: 502, haproxy: 503 });
      expect(app.seen.length).toBe(before);
    });
    expect(await statuses()).toEqual(allowed);
  });
});

/** The status of an answer to who offers other protocols than HTTP/1.1. */
function upgraded(port: number, { token }: Session, names: readonly string[]): Promise<number> {
  const headers = [
    ['Host', `localhost:${port}`],
    ['Authorization', `Bearer ${token}`],
    ['Connection', 'Upgrade, HTTP2-Settings'],
    ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ...names.map((name) => ['Upgrade', name]),
  ];
  const options = { host: 'localhost', port, path: '/orders', headers: headers.flat(), agent: false as const };
  return new Promise((resolve, reject) => {
    const sending = send({ ...options, signal: AbortSignal.timeout(60_000) });
    sending.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sending.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve(101);
    });
    sending.once('error', reject).end();
  });
}

type Ask = (method: string, path: string, headers?: Record<string, string>) => Promise<Answer>;

/** Visits pages as a browser does that keeps cookies. */
function jarOf(ask: Ask) {
  const cookies = new Map<string, string>();
  return async (path: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask('GET', path, { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie });
    keep(cookies, [answer.headers['set-cookie'] ?? []].flat());
    return answer;
  };
}

/** The console of somebody who signs in there, as its pages call the API. */
async function consoleOf(baseUrl: string, { email, password }: Credentials) {
  const cookies = new Map<string, string>();
  let csrfToken = '';
  const call = async (path: string, body?: object) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { origin: baseUrl, 'sec-fetch-site': 'same-origin', 'x-csrf-token': csrfToken, cookie };
    const answer = await request(baseUrl, body ? 'POST' : 'GET', path, body, headers);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status} ${answer.body}`);
    keep(cookies, answer.headers.getSetCookie());
    return answer.json;
  };
  await call('/v1/console/sign_in', { email, password });
  csrfToken = String((await call('/v1/console/session'))['csrfToken']);
  return call;
}

function keep(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}
