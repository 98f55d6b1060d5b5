import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newBrowser, signInConsole } from './support/browser.ts';
import { type Answer, type Call, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, successes, tally } from './support/race.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;

describe.each(engines)('session fixation on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const sessions = (options: Call) => call(server, 'GET', '/v1/auth/sessions', options);
  const alive = async (as: Credentials) => (await sessions({ as })).status === 200;
  const login = ({ email, password }: Root, more: object = {}) =>
    call(server, 'POST', '/v1/auth', { body: { email, password, ...more } });
  const renew = async ({ operatorId }: Root, as: Credentials, body: object = {}) => {
    const answer = await call(server, 'POST', `/v1/operators/${operatorId}/token`, { as, body });
    if (typeof answer.body.token === 'string') canaries.add(answer.body.token);
    return answer;
  };
  const tokenOf = (as: Credentials, answer: Answer) => ({ ...as, token: String(answer.body.token) });

  it('R51: key and token belong together, and each spelling of them is the whole of it', async () => {
    const root = await newRoot(server);
    const [one, two] = [await signIn(server, root), await signIn(server, root)];
    const pair = (apiKey: string, token: string, prefix = 'x-soracom-') => ({
      headers: { [`${prefix === 'x-' ? 'x-api-key' : 'x-soracom-api-key'}`]: apiKey, [`${prefix}token`]: token },
    });
    const good = [pair(one.apiKey, one.token), pair(one.apiKey, one.token, 'x-')];
    for (const options of [...good, { headers: { authorization: `Bearer ${one.token}` } }]) {
      expect((await sessions(options)).status).toBe(200);
    }
    const [head = '', body = '', signature = ''] = one.token.split('.');
    const bad = {
      'the key of another session': pair(two.apiKey, one.token),
      'the token of another session': pair(one.apiKey, two.token),
      'no token': { headers: { 'x-soracom-api-key': one.apiKey } },
      'no key': { headers: { 'x-soracom-token': one.token } },
      'an empty key': pair('', one.token),
      'half of each spelling': { headers: { 'x-soracom-api-key': one.apiKey, 'x-token': one.token } },
      'the key for the token': pair(one.apiKey, one.apiKey),
      'the key as a bearer': { headers: { authorization: `Bearer ${one.apiKey}` } },
      'another scheme': { headers: { authorization: `Basic ${one.token}` } },
      'two tokens in one header': pair(one.apiKey, `${one.token}, ${two.token}`),
      'an altered signature': pair(one.apiKey, `${head}.${body}.${signature.split('').reverse().join('')}`),
      'no signature': pair(one.apiKey, `${head}.${body}.`),
      'the token in the query': {},
      'what nobody gave': pair('api-00000000-0000-4000-8000-000000000000', 'A'.repeat(43)),
    };
    for (const [name, options] of Object.entries(bad)) {
      const answer = await sessions(options);
      expect([name, answer.status, answer.body.code]).toEqual([name, 401, 'AUM0001']);
    }
    const inQuery = await call(server, 'GET', `/v1/auth/sessions?token=${one.token}&apiKey=${one.apiKey}`);
    expect(inQuery.status).toBe(401);
  });

  it('R51: the claims of a token decide nothing', async () => {
    const [root, other] = [await newRoot(server), await newRoot(server)];
    const as = await signIn(server, root);
    const [head = '', body = '', signature = ''] = as.token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    expect(claims.operator).toEqual({ operatorId: root.operatorId });
    expect(Buffer.from(claims.jti, 'base64url')).toHaveLength(32);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = encode({ ...claims, operator: { operatorId: other.operatorId } });
    const none = encode({ alg: 'none', typ: 'JWT' });
    for (const token of [`${head}.${forged}.${signature}`, `${none}.${forged}.`, `${none}.${body}.`]) {
      expect((await sessions({ as: { ...as, token } })).status).toBe(401);
    }
    expect((await call(server, 'GET', `/v1/operators/${other.operatorId}`, { as })).status).toBe(404);
    expect(await alive(as)).toBe(true);
  });

  it('R51: a value that the client chose never becomes a session', async () => {
    const root = await newRoot(server);
    const chosen = 'chosen-by-the-attacker-chosen-by-the-attacker';
    const browser = newBrowser(server);
    browser.cookies.set('__Host-warifu-8787', chosen);
    const { email, password } = root;
    await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
    expect(browser.cookies.get('__Host-warifu-8787')).not.toBe(chosen);
    expect(browser.cookies.get('__Host-warifu-8787')).toMatch(/^[\w-]{43}$/);
    browser.cookies.set('__Host-warifu-8787', chosen);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
    const headers = { 'x-soracom-api-key': 'api-chosen', 'x-soracom-token': chosen };
    const answer = await call(server, 'POST', '/v1/auth', { body: { email, password }, headers });
    canaries.add(String(answer.body.token));
    expect([answer.status, answer.body.token === chosen, answer.body.apiKey === 'api-chosen']).toEqual([
      200,
      false,
      false,
    ]);
    expect((await sessions({ headers })).status).toBe(401);
  });

  it("R51: a console's secret is no API token, an API token no cookie", async () => {
    const root = await newRoot(server);
    const browser = await signInConsole(server, root);
    const secret = browser.cookies.get('__Host-warifu-8787') ?? '';
    expect((await sessions({ headers: { authorization: `Bearer ${secret}` } })).status).toBe(401);
    expect((await sessions({ as: { apiKey: '', token: secret } })).status).toBe(401);
    const as = await signIn(server, root);
    browser.cookies.set('__Host-warifu-8787', as.token);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
  });

  it('R51: a sign-in, a step-up and a second factor each bring a new secret', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    const as = await signIn(server, root, otpAt(seed, server.clock.now));
    server.clock.now += 30_000;
    const body = { password: root.password, mfaOTPCode: otpAt(seed, server.clock.now) };
    const answer = await call(server, 'POST', '/v1/auth/step_up', { as, body });
    const next = tokenOf(as, answer);
    canaries.add(next.token);
    expect([answer.status, next.token === as.token, await alive(as), await alive(next)]).toEqual([
      200,
      false,
      false,
      true,
    ]);
    server.clock.now += 30_000;
    const browser = await signInConsole(server, root, otpAt(seed, server.clock.now));
    const before = browser.cookies.get('__Host-warifu-8787');
    server.clock.now += 30_000;
    const byCookie = await browser.call('POST', '/v1/auth/step_up', {
      body: { ...body, mfaOTPCode: otpAt(seed, server.clock.now) },
    });
    expect([byCookie.status, byCookie.body.token]).toEqual([200, undefined]);
    expect(browser.cookies.get('__Host-warifu-8787')).not.toBe(before);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(200);
  });

  it('R53: a life outside 180 to 172,800 whole seconds is refused, at both doors', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const bad = [179, 0, -1, 172_801, 180.5, '180', '3600', true, [], 1e99, {}];
    for (const tokenTimeoutSeconds of bad) {
      for (const answer of [
        await login(root, { tokenTimeoutSeconds }),
        await renew(root, as, { tokenTimeoutSeconds }),
      ]) {
        expect([tokenTimeoutSeconds, answer.status, answer.body.code]).toEqual([tokenTimeoutSeconds, 400, 'COM0001']);
        expect(answer.body.message).toContain('tokenTimeoutSeconds');
      }
    }
    for (const seconds of [180, 172_800]) {
      const answer = await login(root, { tokenTimeoutSeconds: seconds });
      const short = { apiKey: String(answer.body.apiKey), token: String(answer.body.token) };
      canaries.add(short.apiKey).add(short.token);
      const signedInAt = server.clock.now;
      server.clock.now = signedInAt + seconds * 1000 - 1;
      expect(await alive(short)).toBe(true);
      server.clock.now += 1;
      expect(await alive(short)).toBe(false);
    }
  });

  it('R53: without a wish, a token lives for 24 hours', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    server.clock.now += 24 * hour - 1;
    expect(await alive(as)).toBe(true);
    server.clock.now += 1;
    expect(await alive(as)).toBe(false);
  });

  it('R53: renewing never reaches past 48 hours after the password, and the old token is dead', async () => {
    const root = await newRoot(server);
    let as = await signIn(server, root);
    const start = server.clock.now;
    for (const hours of [12, 24, 36, 47]) {
      server.clock.now = start + hours * hour;
      const answer = await renew(root, as, { tokenTimeoutSeconds: 172_800 });
      expect([hours, answer.status]).toEqual([hours, 200]);
      const next = tokenOf(as, answer);
      expect([await alive(as), await alive(next)]).toEqual([false, true]);
      as = next;
    }
    server.clock.now = start + 48 * hour - 1;
    expect(await alive(as)).toBe(true);
    server.clock.now = start + 48 * hour;
    expect([await alive(as), (await renew(root, as)).status]).toEqual([false, 401]);
  });

  it('R53: confirming a factor is no password: it does not move the 48 hours', async () => {
    const root = await newRoot(server);
    const start = server.clock.now;
    server.clock.now += 14 * minute;
    const as = await signIn(server, root);
    server.clock.now = start;
    const enrolled = await enrol(server, root);
    const proved = server.clock.now - 30_000;
    const rows = await server.ctx.db
      .selectFrom('sessions')
      .select('proved_at')
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect([await alive(as), await alive(enrolled), rows]).toEqual([false, true, [{ proved_at: proved }]]);
  });

  it('I1: of 64 renewals with one token at one instant exactly one succeeds', { timeout: 300_000 }, async () => {
    const root = await newRoot(server);
    let as = await signIn(server, root);
    for (let round = 0; round < (engine === 'postgres' ? 20 : 3); round++) {
      const answers = await par(64, () => renew(root, as));
      expect([round, tally(answers)]).toEqual([round, { '200': 1, '401 AUM0001': 63 }]);
      as = tokenOf(as, successes(answers)[0] as Answer);
      expect(await alive(as)).toBe(true);
    }
  });

  it('R53: a console session ends after an hour without use, and after 24 hours with it', async () => {
    const root = await newRoot(server);
    const browser = await signInConsole(server, root);
    const status = async () => (await browser.call('GET', '/v1/console/session')).status;
    const start = server.clock.now;
    for (let half = 1; half < 48; half++) {
      server.clock.now = start + half * 30 * minute;
      expect([half, await status()]).toEqual([half, 200]);
    }
    server.clock.now = start + 24 * hour;
    expect(await status()).toBe(401);
    const idle = await signInConsole(server, root);
    server.clock.now += hour - 1;
    expect((await idle.call('GET', '/v1/console/session')).status).toBe(200);
    server.clock.now += hour;
    expect((await idle.call('GET', '/v1/console/session')).status).toBe(401);
  });

  it('R52: logging out ends this session for ever, and no other', async () => {
    const root = await newRoot(server);
    const [one, two] = [await signIn(server, root), await signIn(server, root)];
    expect((await call(server, 'POST', '/v1/auth/logout', { as: one })).status).toBe(204);
    for (const answer of [await sessions({ as: one }), await renew(root, one)]) expect(answer.status).toBe(401);
    expect((await call(server, 'POST', '/v1/auth/logout', { as: one })).status).toBe(401);
    expect(await alive(two)).toBe(true);
  });

  it('R52: all sessions can be ended at once, or all others, or one; nobody ends those of another operator', async () => {
    const root = await newRoot(server);
    const stranger = await signIn(server, await newRoot(server));
    const [one, two, three] = [await signIn(server, root), await signIn(server, root), await signIn(server, root)];
    const list = (await sessions({ as: one })).body as unknown as { sessionId: string; current: boolean }[];
    expect([list.length, list.filter((session) => session.current).length]).toEqual([3, 1]);
    const current = list.find((session) => session.current)?.sessionId ?? '';
    const foreign = await call(server, 'DELETE', `/v1/auth/sessions/${current}`, { as: stranger });
    expect([foreign.status, await alive(one)]).toEqual([404, true]);
    const other = list.find((session) => !session.current)?.sessionId ?? '';
    expect((await call(server, 'DELETE', `/v1/auth/sessions/${other}`, { as: one })).status).toBe(204);
    expect([await alive(two), await alive(three)].filter(Boolean)).toHaveLength(1);
    expect((await call(server, 'DELETE', '/v1/auth/sessions', { as: one })).body).toEqual({ ended: 1 });
    expect([await alive(one), await alive(two), await alive(three)]).toEqual([true, false, false]);
    const four = await signIn(server, root);
    const browser = await signInConsole(server, root);
    const revoked = await call(server, 'DELETE', `/v1/operators/${root.operatorId}/tokens`, { as: one });
    expect([revoked.status, revoked.text]).toEqual([204, '']);
    expect([await alive(one), await alive(four), await alive(stranger)]).toEqual([false, false, true]);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
  });

  it('R51: only hashes of the secrets are stored', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const rows = await server.ctx.db.selectFrom('sessions').selectAll().execute();
    const stored = JSON.stringify(rows);
    for (const secret of [as.token, as.apiKey, as.apiKey.slice(4)]) expect(stored).not.toContain(secret);
    expect(rows.every((row) => /^[\w-]{43}$/.test(row.token_hash))).toBe(true);
  });
});
