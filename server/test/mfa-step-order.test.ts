import { accessOf } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, newBrowser, signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, begin, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { par, sourceOf, tally } from './support/race.ts';
import { resetPasswordByMail } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;

describe.each(engines)('the order of the steps on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.clock.now += 2 * hour;
    await checkInvariants(server);
  });

  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;
  const verify = (browser: Browser, mfaOTPCode: string) =>
    browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode } });
  /** A sign-in that got past the password. */
  const pending = async ({ email, password }: Root) => {
    const browser = newBrowser(server);
    const answer = await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
    expect(answer.body).toEqual({ next: 'MFA', factors: ['authenticator_app'] });
    return browser;
  };
  const fresh = async () => {
    const root = await newRoot(server);
    return { root, ...(await enrol(server, root)) };
  };

  it('R14: a pending sign-in is good for the code alone', async () => {
    const { root, seed } = await fresh();
    const browser = await pending(root);
    const handle = browser.cookies.get('__Host-warifu-8787-sign-in') ?? '';
    const routes = server.app.warifu.bindings.filter(({ guard }) => guard !== 'anyone');
    expect(routes.length).toBeGreaterThan(10);
    for (const { endpoint } of routes) {
      // A form is no body that the browser's way sends.
      if (endpoint.form) continue;
      const path = endpoint.path.replace('{operator_id}', root.operatorId).replace(/\{\w+\}/g, 'x');
      const body = endpoint.method === 'GET' ? undefined : {};
      const tries = [
        await browser.call(endpoint.method, path, { body }),
        await browser.call(endpoint.method, path, { body, headers: { cookie: `__Host-warifu-8787=${handle}` } }),
        await call(server, endpoint.method, path, { body, headers: { authorization: `Bearer ${handle}` } }),
        await call(server, endpoint.method, path, { body, as: { apiKey: handle, token: handle } }),
      ];
      const code = accessOf(endpoint) === 'gate key' ? 'AUM0060' : 'AUM0001';
      for (const { status, body } of tries) expect([path, status, body.code]).toEqual([path, 401, code]);
    }
    expect((await verify(browser, otpAt(seed, server.clock.now))).body).toEqual({ next: 'DONE' });
  });

  it('R14: it bears five codes, then it is over; another one may begin', async () => {
    const { root, seed } = await fresh();
    const browser = await pending(root);
    for (let i = 0; i < 5; i++) {
      expect((await verify(browser, wrongOtp(seed, server.clock.now))).body.code).toBe('MFA0002');
    }
    const cookie = browser.cookies.get('__Host-warifu-8787-sign-in') ?? '';
    const sixth = await verify(browser, otpAt(seed, server.clock.now));
    expect([sixth.status, sixth.body.code, browser.cookies.size]).toEqual([401, 'AUM0018', 0]);
    browser.cookies.set('__Host-warifu-8787-sign-in', cookie);
    expect((await verify(browser, otpAt(seed, server.clock.now))).body.code).toBe('AUM0018');
    expect((await verify(await pending(root), otpAt(seed, server.clock.now))).status).toBe(200);
  });

  it('R14: no more than five of 32 codes at one instant are looked at', async () => {
    const { root, seed } = await fresh();
    const browser = await pending(root);
    const cookie = `__Host-warifu-8787-sign-in=${browser.cookies.get('__Host-warifu-8787-sign-in')}`;
    const body = { mfaOTPCode: wrongOtp(seed, server.clock.now) };
    const answers = await par(32, () =>
      newBrowser(server).call('POST', '/v1/console/sign_in/verify', { body, headers: { cookie } }),
    );
    expect(tally(answers)).toEqual({ '401 MFA0002': 5, '401 AUM0018': 27 });
  });

  it('R14: it lives for five minutes', async () => {
    const { root, seed } = await fresh();
    const [one, two] = [await pending(root), await pending(root)];
    server.clock.now += 5 * minute - 1;
    expect((await verify(one, otpAt(seed, server.clock.now))).status).toBe(200);
    server.clock.now += 1;
    expect((await verify(two, otpAt(seed, server.clock.now + 30_000))).body.code).toBe('AUM0018');
  });

  it('R14: it works once, for its own account, and dies with the password', async () => {
    const { root, seed, apiKey, token } = await fresh();
    const browser = await pending(root);
    const handle = browser.cookies.get('__Host-warifu-8787-sign-in') ?? '';
    expect((await verify(browser, otpAt(seed, server.clock.now))).status).toBe(200);
    browser.cookies.set('__Host-warifu-8787-sign-in', handle);
    server.clock.now += 30_000;
    expect((await verify(browser, otpAt(seed, server.clock.now))).body.code).toBe('AUM0018');
    const other = await fresh();
    // The code of one account with the pending sign-in of another.
    expect((await verify(await pending(other.root), otpAt(seed, server.clock.now))).body.code).toBe('MFA0002');
    const [changed, reset] = [await pending(root), await pending(root)];
    const body = { currentPassword: root.password, newPassword: 'quite another secret 割' };
    await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, { as: { apiKey, token }, body });
    expect((await verify(changed, otpAt(seed, server.clock.now))).body.code).toBe('AUM0018');
    await resetPasswordByMail(server, root, 'yet another secret 割 1');
    expect((await verify(reset, otpAt(seed, server.clock.now))).body.code).toBe('AUM0018');
  });

  it('R14: it dies when MFA changes: nothing that was begun survives', async () => {
    const { root, seed, apiKey, token } = await fresh();
    const browser = await pending(root);
    const off = { as: { apiKey, token }, body: { password: root.password } };
    const receipt = (await call(server, 'DELETE', mfa(root), off)).headers['warifu-receipt'];
    expect(receipt).toBe('sessions=0, pending-sign-ins=1, links=0, backup-codes=5');
    expect((await verify(browser, otpAt(seed, server.clock.now))).body.code).toBe('AUM0018');
  });

  it('R15: the code without the password step opens nothing, in whatever form', async () => {
    const { root, seed } = await fresh();
    const mfaOTPCode = otpAt(seed, server.clock.now);
    expect((await verify(newBrowser(server), mfaOTPCode)).body.code).toBe('AUM0018');
    const { email } = root;
    for (const body of [{ mfaOTPCode }, { email, mfaOTPCode }, { email, password: '', mfaOTPCode }]) {
      const answer = await call(server, 'POST', '/v1/auth', { body });
      expect([answer.status, answer.body.token]).toEqual([401, undefined]);
    }
    expect((await call(server, 'POST', '/v1/console/sign_in/verify', { body: {} })).body.code).toBe('AUM0018');
    await signIn(server, root, mfaOTPCode);
  });

  it('R15: credential sets do not mix', async () => {
    const root = await newRoot(server);
    const { email, password, operatorId } = root;
    const keys = { authKeyId: 'keyId-x', authKey: 'secret-x' };
    const mixes = [
      { email, password, ...keys },
      { email, password, operatorId, userName: 'sam' },
      { email, password, operatorId },
      { email, password, userName: '' },
      { operatorId, password },
      { userName: 'sam', password },
      { password },
      { email },
      {},
    ];
    for (const [i, body] of mixes.entries()) {
      const answer = await call(server, 'POST', '/v1/auth', { body, ip: sourceOf(i) });
      expect([body, answer.status, answer.body.code]).toEqual([body, 401, 'AUM0002']);
    }
    await signIn(server, root);
  });

  it('R38: an enrolment that is not confirmed changes nothing at sign-in, and lapses after 15 minutes', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const seed = await begin(server, root, as);
    await signIn(server, root);
    await signInConsole(server, root);
    const confirm = () =>
      call(server, 'POST', `${mfa(root)}/verify`, { as, body: { mfaOTPCode: otpAt(seed, server.clock.now) } });
    server.clock.now += 15 * minute;
    expect((await call(server, 'GET', mfa(root), { as })).body).toEqual({ status: 'INACTIVE' });
    const late = await confirm();
    expect([late.status, late.body.code]).toEqual([400, 'MFA0006']);
    server.clock.now -= 1;
    expect((await confirm()).status).toBe(200);
  });

  it('R38: beginning again makes a new seed and kills the old one; giving up kills it too', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const [first, second] = [await begin(server, root, as), await begin(server, root, as)];
    expect(first).not.toBe(second);
    const confirm = async (seed: string) =>
      (await call(server, 'POST', `${mfa(root)}/verify`, { as, body: { mfaOTPCode: otpAt(seed, server.clock.now) } }))
        .body;
    expect((await confirm(first)).code).toBe('MFA0007');
    expect((await call(server, 'DELETE', `${mfa(root)}/enrolment`, { as })).status).toBe(204);
    expect((await confirm(second)).code).toBe('MFA0006');
    expect((await call(server, 'DELETE', `${mfa(root)}/enrolment`, { as })).body.code).toBe('MFA0006');
    const third = await begin(server, root, as);
    expect((await confirm(third)).backupCodes).toHaveLength(5);
    expect((await call(server, 'DELETE', `${mfa(root)}/enrolment`, { as })).body.code).toBe('MFA0006');
  });

  it('R38: while MFA is active it cannot be begun again, and the seed stays', async () => {
    const { root, seed, apiKey, token } = await fresh();
    const again = await call(server, 'POST', mfa(root), { as: { apiKey, token } });
    expect([again.status, again.body.code]).toEqual([400, 'MFA0003']);
    expect(again.text).not.toContain('otpauth');
    await signIn(server, root, otpAt(seed, server.clock.now));
  });

  it('R38: a proof of 15 minutes is too old for an enrolment; a step-up renews it, a wrong one does not', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    server.clock.now += 15 * minute - 1;
    expect((await call(server, 'POST', mfa(root), { as })).status).toBe(200);
    server.clock.now += 1;
    const stale = await call(server, 'POST', mfa(root), { as });
    expect([stale.status, stale.body.code]).toEqual([403, 'MFA0004']);
    const wrong = await call(server, 'POST', '/v1/auth/step_up', { as, body: { password: 'a wrong password' } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'AUM0011']);
    expect((await call(server, 'POST', mfa(root), { as })).body.code).toBe('MFA0004');
    const right = await call(server, 'POST', '/v1/auth/step_up', { as, body: { password: root.password } });
    const next = { ...as, token: String(right.body.token) };
    expect([right.status, right.body.provedUntil]).toEqual([200, server.clock.now + 15 * minute]);
    expect((await call(server, 'POST', mfa(root), { as: next })).status).toBe(200);
  });

  it('a step-up of an account with MFA needs the code besides the password', async () => {
    const { root, seed, apiKey, token } = await fresh();
    const as = { apiKey, token };
    const stepUp = (body: object) => call(server, 'POST', '/v1/auth/step_up', { as, body });
    const { password } = root;
    expect((await stepUp({ password })).body.code).toBe('MFA0001');
    expect((await stepUp({ password, mfaOTPCode: '' })).body.code).toBe('MFA0001');
    expect((await stepUp({ password, mfaOTPCode: wrongOtp(seed, server.clock.now) })).body.code).toBe('MFA0002');
    const code = otpAt(seed, server.clock.now);
    expect((await stepUp({ password: 'a wrong password', mfaOTPCode: code })).body.code).toBe('AUM0011');
    expect((await stepUp({ password, mfaOTPCode: code })).status).toBe(200);
  });

  it('R39: disabling needs the session of that very root and its password; all that was open ends', async () => {
    const { root, seed, apiKey, token } = await fresh();
    const as = { apiKey, token };
    const other = await fresh();
    const off = (credentials: typeof as | undefined, body: object) =>
      call(server, 'DELETE', mfa(root), { as: credentials, body });
    expect((await off(undefined, { password: root.password })).status).toBe(401);
    expect((await off(other, { password: other.root.password })).status).toBe(404);
    expect((await off(other, { password: root.password })).status).toBe(404);
    for (const body of [{}, { password: '' }, { password: 5 }]) expect((await off(as, body)).body.code).toBe('COM0001');
    expect((await off(as, { password: other.root.password })).body.code).toBe('AUM0011');
    const browser = await signInConsole(server, root, otpAt(seed, server.clock.now));
    await pending(root);
    const done = await off(as, { password: root.password });
    expect([done.status, done.headers['warifu-receipt']]).toEqual([
      204,
      'sessions=1, pending-sign-ins=1, links=0, backup-codes=5',
    ]);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
    expect((await call(server, 'GET', mfa(root), { as })).body).toEqual({ status: 'INACTIVE' });
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_disabled');
    expect(told).toHaveLength(1);
    const outcomes = (await auditOf(server, root.operatorId, 'Operator:revokeMFA')).map((row) => row.outcome);
    expect(outcomes).toEqual(['failure', 'success']);
  });
});
