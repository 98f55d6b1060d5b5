import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, newBrowser, setCookies, signInConsole } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { par, rounds, tally } from './support/race.ts';
import { allow, newSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const sessionCookie = '__Host-warifu-8787';
const originCookie = `${sessionCookie}-origin`;

describe.each(engines)('switching users in the console, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
    await newSam(server, root, as, 'taro', allow(['*']));
    await trust('taro', `Operator:${root.operatorId}`);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));
  beforeEach(async () => {
    browser = await signInConsole(server, root);
  });

  const trust = async (name: string, who: string) => {
    const soracom = [`srn:soracom:${root.operatorId}::${who}`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${userPath(root, name)}/trust_policy`, { as, body: { trustPolicy } });
  };
  const session = async (of: Browser) => {
    const answer = await of.call('GET', '/v1/console/session');
    of.csrfToken = String(answer.body.csrfToken);
    return answer;
  };
  const switchTo = async (userName: string, of = browser) => {
    const answer = await of.call('POST', '/v1/console/switch_user', { body: { userName } });
    if (answer.status === 204) await session(of);
    return answer;
  };
  const back = (of = browser) => of.call('POST', '/v1/console/switch_back', { body: {} });

  it('goes to the SAM user and back without a password, with new secrets each time', async () => {
    const own = browser.cookies.get(sessionCookie);
    const answer = await switchTo('taro');
    expect([answer.status, answer.text]).toEqual([204, '']);
    for (const line of setCookies(answer)) expect(line).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
    expect((await session(browser)).body).toMatchObject({
      userName: 'taro',
      isRoot: false,
      authMethod: 'switchUser',
      switchedFrom: { operatorId: root.operatorId },
    });
    expect((await back()).status).toBe(204);
    const again = await session(browser);
    expect([again.body.isRoot, again.body.switchedFrom]).toEqual([true, undefined]);
    expect(browser.cookies.has(originCookie)).toBe(false);
    expect(browser.cookies.get(sessionCookie)).not.toBe(own);
    // The secret from before the switch is dead.
    const old = newBrowser(server);
    old.cookies.set(sessionCookie, own ?? '');
    expect((await session(old)).status).toBe(401);
    const records = await auditOf(server, root.operatorId);
    expect(
      records.slice(-2).map(({ api_kind, actor, user_name, target }) => [api_kind, actor, user_name, target]),
    ).toEqual([
      [
        'Auth:switchConsoleUser',
        `srn:soracom:${root.operatorId}::Operator:${root.operatorId}`,
        'taro',
        `srn:soracom:${root.operatorId}::User:taro`,
      ],
      ['Auth:switchBack', 'sam:taro', 'taro', `srn:soracom:${root.operatorId}::Operator:${root.operatorId}`],
    ]);
  });

  it('has the limits of every switched session: no second switch, no credentials, an hour at most', async () => {
    await newSam(server, root, as, `second${server.clock.now}`);
    await switchTo('taro');
    expect((await switchTo('taro')).body.code).toBe('AUM0025');
    const own = await browser.call('POST', `${userPath(root, 'taro')}/auth_keys`, { body: {} });
    expect(own.status).toBe(403);
    const stepUp = await browser.call('POST', '/v1/auth/step_up', { body: { password: root.password } });
    expect(stepUp.body.code).toBe('AUM0015');
    expect((await browser.call('GET', '/v1/auth/sign_ins')).body.code).toBe('AUM0015');
    server.clock.now += 60 * minute;
    expect((await session(browser)).status).toBe(401);
    expect((await back()).status).toBe(401);
  });

  it.each(['nobody', 'root', ''])('to "%s" is refused alike, and changes nothing', async (name) => {
    const answer = await switchTo(name);
    expect([answer.status, answer.body.code, setCookies(answer)]).toEqual([400, 'AUM0025', []]);
    expect((await session(browser)).body.isRoot).toBe(true);
  });

  it('is not there for programs', async () => {
    for (const path of ['switch_user', 'switch_back']) {
      const answer = await call(server, 'POST', `/v1/console/${path}`, {
        as,
        body: path === 'switch_user' ? { userName: 'taro' } : {},
      });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  describe('attacks', () => {
    it('a switched session that was stolen never becomes its origin', async () => {
      await switchTo('taro');
      const thief = newBrowser(server);
      thief.cookies.set(sessionCookie, browser.cookies.get(sessionCookie) ?? '');
      await session(thief);
      expect((await back(thief)).status).toBe(401);
      for (const guess of ['x', 'A'.repeat(43), thief.cookies.get(sessionCookie) ?? '']) {
        thief.cookies.set(originCookie, guess);
        expect((await back(thief)).status).toBe(401);
      }
      // Nor the session of somebody else whose secret the thief does have.
      const other = await signInConsole(server, await newRoot(server));
      thief.cookies.set(originCookie, other.cookies.get(sessionCookie) ?? '');
      expect((await back(thief)).status).toBe(401);
      expect((await back()).status).toBe(204);
    });

    it('a page of another site cannot switch, nor switch back', async () => {
      const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const body = { userName: 'taro' };
      expect((await browser.call('POST', '/v1/console/switch_user', { body, headers: foreign })).status).toBe(403);
      const bare = await browser.call('POST', '/v1/console/switch_user', { body, headers: { 'x-csrf-token': '' } });
      expect(bare.status).toBe(403);
      await switchTo('taro');
      expect((await browser.call('POST', '/v1/console/switch_back', { body: {}, headers: foreign })).status).toBe(403);
    });

    it('with the origin ended, idle or expired there is nothing to go back to, and the switched one is over', async () => {
      const end = {
        ended: async () => void (await call(server, 'DELETE', `/v1/operators/${root.operatorId}/tokens`, { as })),
        idle: async () => void (server.clock.now += 60 * minute),
      };
      for (const [name, work] of Object.entries(end)) {
        as = await signIn(server, root);
        const own = await signInConsole(server, root);
        await switchTo('taro', own);
        await work();
        expect([name, (await back(own)).status, (await session(own)).status]).toEqual([name, 401, 401]);
      }
      as = await signIn(server, root);
    });

    it('logging out of the switched session ends the one that it came from, too', async () => {
      const own = browser.cookies.get(sessionCookie) ?? '';
      await switchTo('taro');
      await browser.call('POST', '/v1/auth/logout', { body: {} });
      expect([browser.cookies.has(sessionCookie), browser.cookies.has(originCookie)]).toEqual([false, false]);
      const old = newBrowser(server);
      old.cookies.set(sessionCookie, own);
      expect((await session(old)).status).toBe(401);
    });

    it('a stolen switched session that logs out ends itself only', async () => {
      const own = browser.cookies.get(sessionCookie) ?? '';
      await switchTo('taro');
      const thief = newBrowser(server);
      thief.cookies.set(sessionCookie, browser.cookies.get(sessionCookie) ?? '');
      await session(thief);
      await thief.call('POST', '/v1/auth/logout', { body: {} });
      const old = newBrowser(server);
      old.cookies.set(sessionCookie, own);
      expect((await session(old)).status).toBe(200);
    });

    it('trust that is taken away ends it at once', async () => {
      await switchTo('taro');
      await call(server, 'DELETE', `${userPath(root, 'taro')}/trust_policy`, { as });
      expect((await session(browser)).status).toBe(401);
      await trust('taro', `Operator:${root.operatorId}`);
    });

    it('a session that was not switched has nothing to go back to', async () => {
      browser.cookies.set(originCookie, browser.cookies.get(sessionCookie) ?? '');
      expect((await back()).body.code).toBe('COM0404');
    });

    it('64 that go back at one instant: one does', async () => {
      for (const count of rounds(engine).slice(0, 3)) {
        await switchTo('taro');
        const { cookies, csrfToken } = browser;
        const answers = await par(count, async () => {
          const twin = newBrowser(server);
          for (const [name, value] of cookies) twin.cookies.set(name, value);
          twin.csrfToken = csrfToken;
          return await back(twin);
        });
        expect(tally(answers)['204']).toBe(1);
        browser = await signInConsole(server, root);
      }
    });
  });
});
