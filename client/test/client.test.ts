import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { otpAt } from '../../server/test/support/people.ts';
import { createClient, WarifuError } from '../src/index.ts';
import { type Proxy, startProxy } from './support/proxy.ts';
import { signedInRoot, signedInSam, startWarifu, type Warifu } from './support/warifu.ts';

/** What a call failed with. */
async function failureOf(call: Promise<unknown>): Promise<WarifuError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WarifuError)) throw new Error(`a WarifuError expected, not ${inspect(error)}`);
  return error;
}

let warifu: Warifu;
beforeAll(async () => {
  warifu = await startWarifu();
});
afterAll(() => warifu.stop());

describe('the client', () => {
  it('signs in, says who it is, and signs out', async () => {
    const root = await signedInRoot(warifu);
    expect(await root.client.me()).toMatchObject({ kind: 'root', operatorId: root.operatorId, amr: ['pwd'] });
    const byToken = warifu.client.as({ token: root.credential.token });
    expect(await byToken.me()).toMatchObject({ operatorId: root.operatorId });
    await root.client.signOut();
    expect(await failureOf(root.client.me())).toMatchObject({ code: 'AUM0001', status: 401 });
    const wrong = await failureOf(warifu.client.signIn({ email: root.email, password: 'wrong' }));
    expect(wrong).toMatchObject({ code: 'AUM0002', status: 401, requestId: expect.stringMatching(/./) });
  });

  it('switches MFA of a root user and of a SAM user on and off', async () => {
    const { clock } = warifu.server;
    const root = await signedInRoot(warifu);
    const seedOf = ({ totpUri }: { totpUri: string }) => new URL(totpUri).searchParams.get('secret') ?? '';
    const { mfa } = root.client;
    const seed = seedOf(await mfa.enable(root));
    expect(await mfa.status(root)).toMatchObject({ status: 'UNCONFIRMED' });
    expect(await failureOf(mfa.confirm(root, '000000'))).toMatchObject({ code: 'MFA0007', status: 400 });
    expect((await mfa.confirm(root, otpAt(seed, clock.now))).backupCodes).toHaveLength(5);
    await mfa.confirmBackupCodesStored(root);
    clock.now += 30_000;
    const code = otpAt(seed, clock.now);
    expect(await failureOf(mfa.renewBackupCodes(root, code))).toMatchObject({ code: 'MFA0037', status: 409 });
    expect((await mfa.renewBackupCodes(root, code, { confirm: 'no-way-back' })).backupCodes).toHaveLength(5);
    await mfa.disable(root, root.password);
    expect(await mfa.status(root)).toMatchObject({ status: 'INACTIVE' });
    const own = [{ effect: 'allow', api: ['User:*MFA*'] }];
    const sam = await signedInSam(root, 'hana', own);
    const hana = { operatorId: root.operatorId, userName: 'hana' };
    const samSeed = seedOf(await sam.client.mfa.enable(hana));
    await sam.client.mfa.confirm(hana, otpAt(samSeed, clock.now));
    clock.now += 30_000;
    const again = { ...hana, password: sam.password };
    expect(await failureOf(sam.client.signIn(again))).toMatchObject({ code: 'MFA0001', status: 401 });
    const session = await sam.client.signIn({ ...again, mfaOTPCode: otpAt(samSeed, clock.now) });
    await sam.client.as(session).mfa.disable(hana);
    expect(await root.client.mfa.status(hana)).toMatchObject({ status: 'INACTIVE' });
  });

  it('asks the gate, and ends the session of a token', async () => {
    const gate = warifu.client.as({ gateKey: await warifu.newGateKey() });
    const root = await signedInRoot(warifu);
    const questions = [{ api: 'Orders:list', httpMethod: 'GET', requestPath: '/orders' }];
    const checked = await gate.check({ credential: { token: root.credential.token }, questions });
    expect(checked).toMatchObject({ active: true, answers: [{ decision: 'allow', settledBy: 'access' }] });
    expect(await gate.introspect(root.credential.token)).toMatchObject({ active: true, operator_id: root.operatorId });
    await warifu.client.revoke(root.credential.token);
    expect(await gate.introspect(root.credential.token)).toEqual({ active: false });
    expect(await failureOf(gate.me())).toMatchObject({ code: 'AUM0061', status: 403 });
  });

  it('hands on what headers say, changes only what was read, and speaks two languages', async () => {
    const root = await signedInRoot(warifu);
    await signedInSam(root, 'a', []);
    const page = { limit: 2 };
    const first = await root.client.answerOf('getApiAuditLogs', page);
    const rest = await root.client.answerOf('getApiAuditLogs', { ...page, last_evaluated_key: first.nextKey ?? '' });
    const kinds = [...first.reply, ...rest.reply].map(({ apiKind }) => apiKind);
    expect(kinds).toHaveLength(4);
    const whole = await root.client.answerOf('getApiAuditLogs', {});
    expect(whole.nextKey).toBeUndefined();
    expect(whole.reply.slice(0, 4).map(({ apiKind }) => apiKind)).toEqual(kinds);
    const user = { operator_id: root.operatorId, user_name: 'a' };
    const { tag } = await root.client.answerOf('getUserPermission', user);
    const change = { ...user, permission: '{"statements":[]}' };
    await root.client.call('updateUserPermission', { ...change, permission: '{"statements": []}' }, { ifMatch: tag });
    expect(await failureOf(root.client.call('updateUserPermission', change, { ifMatch: tag }))).toMatchObject({
      code: 'COM0412',
      status: 412,
    });
    const missing = { ...user, user_name: 'nobody' };
    expect(await failureOf(root.client.call('getUser', missing))).toMatchObject({ message: 'Not found.' });
    const japanese = createClient({ url: warifu.url, language: 'ja', credential: root.credential });
    expect(await failureOf(japanese.call('getUser', missing))).toMatchObject({ message: '見つかりません。' });
    const invalid = await failureOf(root.client.call('updateUserPermission', { ...user, permission: '{' }));
    expect(invalid).toMatchObject({ code: 'AUM0030', facts: { line: 1, column: 2 } });
  });

  it('lets no value become another path', async () => {
    const root = await signedInRoot(warifu);
    for (const user_name of ['..', '.', '']) {
      const call = root.client.call('getUserPermission', { operator_id: root.operatorId, user_name });
      await expect(call).rejects.toThrow(/^user_name: /);
    }
    const inside = root.client.call('getUser', { operator_id: root.operatorId, user_name: '../mfa' });
    expect((await failureOf(inside)).status).not.toBe(200);
  });

  it.each(['', 'id.example.com', 'ftp://id.example.com', 'https://id.example.com/x', 'https://a:b@id.example.com'])(
    'takes no address like %j',
    (url) => {
      expect(() => createClient({ url })).toThrow(TypeError);
    },
  );
});

describe('when something goes wrong on the way', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await startProxy(warifu.port);
  });
  afterAll(() => proxy.stop());
  afterEach(() => void proxy.faults.splice(0));

  const requests = async (work: () => Promise<unknown>) => {
    proxy.seen.splice(0);
    const outcome = await work();
    return { outcome, count: proxy.seen.length };
  };

  it('asks again where that changes nothing, and as often as it may', async () => {
    const { credential } = await signedInRoot(warifu);
    const client = createClient({ url: proxy.url, credential });
    const later = { status: 503, headers: { 'retry-after': '0' } };
    proxy.faults.push('break', later);
    expect(await requests(() => client.me())).toMatchObject({ outcome: { kind: 'root' }, count: 3 });
    proxy.faults.push(later, { status: 502 }, later);
    expect(await requests(() => failureOf(client.me()))).toMatchObject({ outcome: { code: 'UNEXPECTED' }, count: 3 });
    const gate = client.as({ gateKey: await warifu.newGateKey() });
    proxy.faults.push('break');
    const checked = await requests(() => gate.check({ credential: { token: credential.token } }));
    expect(checked).toMatchObject({ outcome: { active: true }, count: 2 });
    // Nobody knows whether the first one was heard.
    proxy.faults.push('break');
    const change = await requests(() => failureOf(client.call('enableMFA', { operator_id: credential.operatorId })));
    expect(change).toMatchObject({ outcome: { code: 'NETWORK', status: 0 }, count: 1 });
    proxy.faults.push({ status: 400, body: '{"code":"COM0001","message":"no"}' });
    expect(await requests(() => failureOf(client.me()))).toMatchObject({ outcome: { code: 'COM0001' }, count: 1 });
  });

  it('waits as long as it is told, but not beyond its limit', async () => {
    const client = createClient({ url: proxy.url, timeout: 60_000, retries: 1 });
    proxy.faults.push({ status: 429, headers: { 'retry-after': '3600' }, body: '{"code":"COM0429"}' });
    const { outcome, count } = await requests(() => failureOf(client.me()));
    expect([outcome, count]).toEqual([expect.objectContaining({ code: 'COM0429', retryAfter: 3600 }), 1]);
    proxy.faults.push('silence');
    const hasty = createClient({ url: proxy.url, timeout: 100 });
    expect(await failureOf(hasty.me())).toMatchObject({ code: 'TIMEOUT', status: 0 });
  });

  it('ends when its caller does', async () => {
    const client = createClient({ url: proxy.url });
    for (const fault of ['silence', { status: 503, headers: { 'retry-after': '5' } }] as const) {
      const end = new AbortController();
      proxy.faults.push(fault);
      proxy.seen.splice(0);
      const call = client.call('getIdentity', {}, { signal: end.signal, timeout: 100_000 });
      await expect.poll(() => proxy.seen.length).toBe(1);
      end.abort(new Error('enough'));
      await expect(call).rejects.toThrow('enough');
    }
  });

  it.each([
    { status: 200, body: '<html>' },
    { status: 500, body: '<html>' },
    { status: 400, body: '{"code":"toString","message":"x"}' },
    { status: 400, body: '[]' },
  ])('calls unexpected what Warifu does not answer: %j', async (fault) => {
    proxy.faults.push(fault);
    expect(await failureOf(createClient({ url: proxy.url }).me())).toMatchObject({ code: 'UNEXPECTED' });
  });

  it('follows nobody to another place', async () => {
    const thief = await startProxy(warifu.port);
    const { credential } = await signedInRoot(warifu);
    proxy.faults.push({ status: 307, headers: { location: `${thief.url}/v1/auth/me` } });
    const client = createClient({ url: proxy.url, credential, retries: 0 });
    expect(await failureOf(client.me())).toMatchObject({ code: 'NETWORK' });
    expect(thief.seen).toEqual([]);
    await thief.stop();
  });

  it('says no secret', async () => {
    const secret = 'warifu_gate_secret';
    for (const credential of [
      { gateKey: `${secret}\n` },
      { token: `${secret} ` },
      { token: 'x', apiKey: `${secret}é` },
    ]) {
      let said = '';
      try {
        createClient({ url: warifu.url, credential });
      } catch (error) {
        said = inspect(error);
      }
      expect(said).toMatch(/^TypeError: (gateKey|token|apiKey): /);
      expect(said).not.toContain(secret);
    }
    const nowhere = createClient({ url: 'http://127.0.0.1:1', credential: { gateKey: secret }, retries: 0 });
    const errors = [await failureOf(nowhere.introspect('token-canary'))];
    proxy.faults.push({ status: 500, body: secret });
    errors.push(
      await failureOf(createClient({ url: proxy.url, credential: { gateKey: secret } }).introspect('token-canary')),
    );
    for (const error of errors) expect(inspect(error)).not.toMatch(/secret|canary/);
    expect(errors.map(({ code }) => code)).toEqual(['NETWORK', 'UNEXPECTED']);
  });
});
