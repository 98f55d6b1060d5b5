import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newBrowser } from './support/browser.ts';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerIn, beginBeside, finishBeside, register, signInAlone } from './support/passkeys.ts';
import { auditOf, canaries, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { newSecurityKey } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('passkeys on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;
  const factorsOf = async (as: Parameters<typeof register>[1]) => {
    const { text } = await call(server, 'GET', '/v1/auth/factors', { as });
    return JSON.parse(text) as Record<string, unknown>[];
  };
  const templates = async (root: Root) => (await mailsOf(server, root.operatorId)).map((mail) => mail.template);

  it('the first one enables MFA, with five backup codes; it is the second factor from then on', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const other = await signIn(server, root);
    const key = newSecurityKey({ aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349' });
    const made = await register(server, as, key);
    expect(made.body.label).toBe('Bitwarden');
    expect(made.body.backupCodes).toHaveLength(5);
    expect(made.headers['warifu-receipt']).toContain('sessions=1');
    expect((await call(server, 'GET', mfa(root), { as: other })).status).toBe(401);
    expect((await call(server, 'GET', mfa(root), { as })).body.status).toBe('ACTIVE');
    const [kept] = await factorsOf(as);
    expect(kept).toMatchObject({ kind: 'passkey', label: 'Bitwarden', credentialId: key.id, synced: true });
    expect(await templates(root)).toContain('mfa_enabled');

    const { browser, first, options } = await beginBeside(server, root);
    expect(first.body).toEqual({ next: 'MFA', factors: ['passkey'] });
    expect((await finishBeside(browser, key.get(options))).status).toBe(200);
    const session = await browser.call('GET', '/v1/console/session');
    expect(session.body).toMatchObject({ authMethod: 'passkey', mfaStatus: 'ACTIVE', factors: ['passkey'] });
    const sessions = JSON.parse((await browser.call('GET', '/v1/auth/sessions')).text) as { authMethod: string }[];
    expect(sessions.map(({ authMethod }) => authMethod)).toEqual(['passkey', 'passkey']);
  });

  it('R34: alone it is a whole sign-in with MFA, with a PIN or a fingerprint only', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const key = newSecurityKey({ synced: false });
    const plain = newSecurityKey({ verifies: false });
    await register(server, as, key);
    await register(server, as, plain);
    const refused = newBrowser(server);
    expect((await signInAlone(refused, plain)).body.code).toBe('MFA0013');
    expect((await refused.call('GET', '/v1/console/session')).status).toBe(401);
    const browser = newBrowser(server);
    expect((await signInAlone(browser, key)).body).toEqual({ next: 'DONE' });
    browser.csrfToken = String((await browser.call('GET', '/v1/console/session')).body.csrfToken);
    const identity = await browser.call('GET', '/v1/auth/me');
    expect(identity.body).toMatchObject({ authMethod: 'passkey', mfaAuthenticated: true, amr: ['hwk', 'user', 'mfa'] });
    // Beside the password, one without a PIN is a second factor.
    const beside = await beginBeside(server, root);
    expect((await finishBeside(beside.browser, plain.get(beside.options))).status).toBe(200);
    const { amr } = (await beside.browser.call('GET', '/v1/auth/me')).body;
    expect(amr).toEqual(['pwd', 'swk', 'user', 'mfa']);
    const history = JSON.parse((await browser.call('GET', '/v1/auth/sign_ins')).text) as { operation: string }[];
    expect(history.map(({ operation }) => operation)).toContain('Auth:signInWithPasskey');
  });

  it('a client that knows no passkeys is told so, and an AuthKey works', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const keyPair = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = keyPair.body as { authKeyId: string; authKey: string };
    canaries.add(authKey);
    await register(server, as, newSecurityKey());
    const { email, password } = root;
    for (const more of [{}, { mfaOTPCode: '' }, { mfaOTPCode: '123456' }]) {
      const answer = await call(server, 'POST', '/v1/auth', { body: { email, password, ...more } });
      expect([answer.status, answer.body.code]).toEqual([401, 'MFA0014']);
    }
    const wrong = await call(server, 'POST', '/v1/auth', { body: { email, password: 'another one' } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'AUM0002']);
    const byKey = await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } });
    expect(byKey.status).toBe(200);
    canaries.add(String(byKey.body.apiKey)).add(String(byKey.body.token));
  });

  it('beside an authenticator app either factor is enough, and each is removed by itself', async () => {
    const root = await newRoot(server);
    const { seed, ...as } = await enrol(server, root);
    const key = newSecurityKey();
    const made = await register(server, as, key);
    expect(made.body.backupCodes).toEqual([]);
    expect(await templates(root)).toContain('factor_added');
    await signIn(server, root, otpAt(seed, server.clock.now));
    const { browser, first, options } = await beginBeside(server, root);
    expect(first.body.factors).toEqual(['authenticator_app', 'passkey']);
    expect((await finishBeside(browser, key.get(options))).status).toBe(200);

    const path = `/v1/auth/factors/${String(made.body.factorId)}`;
    const renamed = await call(server, 'PUT', path, { as, body: { label: ' 仕事の鍵 ' } });
    expect(renamed.status).toBe(204);
    expect((await factorsOf(as)).map(({ kind, label }) => [kind, label])).toEqual([
      ['authenticator_app', ''],
      ['passkey', '仕事の鍵'],
    ]);
    const [app] = await factorsOf(as);
    const removed = await call(server, 'DELETE', `/v1/auth/factors/${String(app?.factorId)}`, { as });
    expect([removed.status, removed.headers['warifu-receipt']]).toEqual([204, expect.stringContaining('sessions=2')]);
    expect(await templates(root)).toContain('factor_removed');
    expect((await call(server, 'GET', mfa(root), { as })).body).toMatchObject({ status: 'ACTIVE', backupCodes: {} });
    const last = await call(server, 'DELETE', path, { as });
    expect([last.status, last.body.code]).toEqual([400, 'MFA0015']);
    const off = await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
    expect([off.status, off.headers['warifu-receipt']]).toEqual([204, expect.stringContaining('backup-codes=5')]);
    expect(await factorsOf(as)).toEqual([]);
    await signIn(server, root);
  });

  it('the authenticator app is changed without a gap: the old one works until the new one is confirmed', async () => {
    const root = await newRoot(server);
    const { seed, ...as } = await enrol(server, root);
    const begun = await call(server, 'POST', '/v1/auth/authenticator_app/begin', { as });
    const next = new URL(String(begun.body.totpUri)).searchParams.get('secret') ?? '';
    canaries.add(next);
    await signIn(server, root, otpAt(seed, server.clock.now));
    const early = { email: root.email, password: root.password, mfaOTPCode: otpAt(next, server.clock.now) };
    expect((await call(server, 'POST', '/v1/auth', { body: early })).body.code).toBe('MFA0002');
    const body = { mfaOTPCode: otpAt(next, server.clock.now) };
    const confirmed = await call(server, 'POST', '/v1/auth/authenticator_app/verify', { as, body });
    expect([confirmed.status, confirmed.headers['warifu-receipt']]).toEqual([
      204,
      expect.stringContaining('sessions=1'),
    ]);
    expect(await templates(root)).toContain('factor_replaced');
    server.clock.now += 30_000;
    const late = { ...early, mfaOTPCode: otpAt(seed, server.clock.now) };
    expect((await call(server, 'POST', '/v1/auth', { body: late })).body.code).toBe('MFA0002');
    await signIn(server, root, otpAt(next, server.clock.now));
    expect(await factorsOf(as)).toHaveLength(1);
  });

  it('an app is added to an account with passkeys only; while MFA is off it is not added this way', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const begin = () => call(server, 'POST', '/v1/auth/authenticator_app/begin', { as });
    expect((await begin()).body.code).toBe('MFA0005');
    await register(server, as, newSecurityKey());
    const seed = new URL(String((await begin()).body.totpUri)).searchParams.get('secret') ?? '';
    canaries.add(seed);
    const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
    expect((await call(server, 'POST', '/v1/auth/authenticator_app/verify', { as, body })).status).toBe(204);
    server.clock.now += 30_000;
    await signIn(server, root, otpAt(seed, server.clock.now));
  });

  it('step-up, new backup codes and "this was not me" take a passkey', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const key = newSecurityKey();
    const plain = newSecurityKey({ verifies: false });
    await register(server, as, key);
    await register(server, as, plain);
    server.clock.now += 16 * 60_000;
    const stale = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    expect([stale.status, stale.body.code]).toEqual([403, 'MFA0004']);
    const stepUp = (body: object) => call(server, 'POST', '/v1/auth/step_up', { as, body });
    expect((await stepUp({ passkey: await answerIn(server, as, plain) })).body.code).toBe('MFA0013');
    expect((await stepUp({ password: root.password })).body.code).toBe('MFA0014');
    const proved = await stepUp({ passkey: await answerIn(server, as, key) });
    expect(proved.status).toBe(200);
    canaries.add(String(proved.body.token));
    const now = { ...as, token: String(proved.body.token) };
    expect((await call(server, 'POST', '/v1/auth/passkeys/begin', { as: now })).status).toBe(200);
    const passkey = await answerIn(server, now, plain);
    const renewed = await call(server, 'POST', `${mfa(root)}/backup_codes`, { as: now, body: { passkey } });
    expect(renewed.status).toBe(200);
    for (const code of renewed.body.backupCodes as string[]) canaries.add(code);
    const history = JSON.parse((await call(server, 'GET', '/v1/auth/sign_ins', { as: now })).text);
    const disowned = await call(server, 'POST', '/v1/auth/sign_ins/disown', {
      as: now,
      body: {
        signInId: (history as { signInId: string }[])[0]?.signInId,
        currentPassword: root.password,
        newPassword: 'quite another phrase 割符',
        passkey: await answerIn(server, now, plain),
      },
    });
    canaries.add('quite another phrase 割符');
    expect(disowned.status).toBe(204);
  });

  it('flow B with passkeys only: the mailed link and a backup code switch MFA off, passkeys included', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const key = newSecurityKey();
    const made = await register(server, as, key);
    const { email, password } = root;
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: { email, password } });
    const token = await mailedToken(server, root.operatorId, 'mfa_reset_link');
    const backupCode = (made.body.backupCodes as string[])[2];
    const body = { token, email, password, backupCode };
    expect((await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', { body })).status).toBe(200);
    expect((await signInAlone(newBrowser(server), key)).body.code).toBe('MFA0013');
    expect(await factorsOf(await signIn(server, root))).toEqual([]);
  });

  it('one more factor does not void a reset that is under way', async () => {
    const root = await newRoot(server);
    const { backupCodes, ...as } = await enrol(server, root);
    const { email, password } = root;
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: { email, password } });
    const token = await mailedToken(server, root.operatorId, 'mfa_reset_link');
    await register(server, as, newSecurityKey());
    const body = { token, email, password, backupCode: backupCodes[0] };
    expect((await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', { body })).status).toBe(200);
  });

  it('a SAM user registers its own, signs in with it, and loses it with its MFA (flow C)', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sam = await newSam(server, root, as, 'taro', allow(['User:revokeUserMFA']));
    const own = await signInSam(server, sam);
    const key = newSecurityKey();
    const made = await register(server, own, key);
    expect(made.body.backupCodes).toEqual([]);
    expect(await templates(root)).toContain('sam_mfa_enabled');
    const browser = newBrowser(server);
    expect((await signInAlone(browser, key)).status).toBe(200);
    expect((await browser.call('GET', '/v1/console/session')).body).toMatchObject({ userName: 'taro' });
    const off = await call(server, 'DELETE', `${userPath(root, 'taro')}/mfa`, { as });
    expect(off.status).toBe(204);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
    expect((await signInAlone(newBrowser(server), key)).body.code).toBe('MFA0013');
    await signInSam(server, sam);
  });

  it('where MFA is required, a passkey is as good as a code, and can be enrolled before anything else', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sam = await newSam(server, root, as, 'hana', allow(['*']));
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: true, escalationGuard: true };
    const set = await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, { as, body: settings });
    expect(set.status).toBe(204);
    const own = await signInSam(server, sam);
    expect((await call(server, 'GET', userPath(root, 'hana'), { as: own })).body.code).toBe('MFA0008');
    await register(server, own, newSecurityKey());
    expect((await call(server, 'GET', userPath(root, 'hana'), { as: own })).status).toBe(200);
  });

  it('each act is on record, and the names of secrets are not', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await register(server, as, newSecurityKey());
    const [made] = await auditOf(server, root.operatorId, 'Auth:registerPasskey');
    expect([made?.outcome, JSON.parse(made?.detail ?? '{}')]).toEqual(['success', { factor: 'passkey' }]);
  });
});
