import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../src/failure.ts';
import { newBrowser } from './support/browser.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, enrol, newRoot, otpAt, type Root, wrongOtp } from './support/people.ts';
import { sourceOf } from './support/race.ts';
import { resetToken, verifyReset } from './support/recovery.ts';
import { credentialsOf } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const hour = 3_600_000;

/** I9: only evaluated failures count, and they always do. */
describe.each(engines)('A17: what counts as a failure, on %s', (engine) => {
  let server: TestServer;
  let busy: 'no' | 'at the check' | 'at the second hash' = 'no';
  beforeAll(async () => {
    const hasher = fastHasher();
    const unlessBusy = async <T>(when: typeof busy, work: () => Promise<T>): Promise<T> => {
      if (busy === when) throw new Failure('COM0503', {}, 1);
      return await work();
    };
    server = await startTestServer(
      engine,
      {},
      {
        hasher: {
          ...hasher,
          verify: (stored, password) => unlessBusy('at the check', () => hasher.verify(stored, password)),
          hash: (password) => unlessBusy('at the second hash', () => hasher.hash(password)),
          hashWithSalt: (secret, salt) => unlessBusy('at the second hash', () => hasher.hashWithSalt(secret, salt)),
          isCurrent: () => busy !== 'at the second hash',
        },
      },
    );
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    busy = 'no';
    await checkInvariants(server, [503]);
  });

  const login = async ({ email, password }: Root, more: object = {}, ip = '198.51.100.7') => {
    const answer = await call(server, 'POST', '/v1/auth', { body: { email, password, ...more }, ip });
    if (answer.status === 200) credentialsOf(answer.body);
    return answer;
  };
  const countOf = (root: Root) =>
    server.ctx.db
      .selectFrom('login_accounts')
      .select(['failures', 'wait_until'])
      .where('account_key', '=', `${root.operatorId}/root`)
      .executeTakeFirst();
  const factorOf = (root: Root) =>
    server.ctx.db
      .selectFrom('authenticator_apps')
      .select(['wrong_in_a_row', 'wrong_in_window'])
      .where('operator_id', '=', root.operatorId)
      .executeTakeFirst();

  it('a right password whose rehash finds no room signs in, and is no failure', async () => {
    const root = await newRoot(server);
    busy = 'at the second hash';
    for (let i = 0; i < 7; i++) expect([i, (await login(root)).status]).toEqual([i, 200]);
    expect(await countOf(root)).toMatchObject({ failures: 0 });
  });

  it('a right password whose second hash finds no room changes nothing, and is no failure', async () => {
    const root = await newRoot(server);
    const as = await enrol(server, root);
    const { email, password } = root;
    const proof = { token: await resetToken(server, root), email, password, backupCode: as.backupCodes[0] ?? '' };
    const body = { currentPassword: password, newPassword: 'quite another phrase 割' };
    const doors = {
      'MFA reset': () => verifyReset(server, proof),
      'password change': () => call(server, 'POST', `/v1/operators/${root.operatorId}/password`, { as, body }),
    };
    busy = 'at the second hash';
    for (const [name, door] of Object.entries(doors)) {
      for (let i = 0; i < 6; i++) expect([name, i, (await door()).status]).toEqual([name, i, 503]);
      expect([name, (await countOf(root))?.failures]).toEqual([name, 0]);
    }
    busy = 'no';
    expect((await doors['MFA reset']()).status, 'the link lives').toBe(200);
  });

  it('a wrong password whose second hash finds no room is a failure of account and link, on record', async () => {
    const root = await newRoot(server);
    const as = await enrol(server, root);
    const { email, password } = root;
    const proof = { token: await resetToken(server, root), email, password, backupCode: as.backupCodes[0] ?? '' };
    busy = 'at the second hash';
    for (let i = 0; i < 5; i++) {
      const answer = await verifyReset(server, { ...proof, password: 'wrong' }, { ip: sourceOf(i) });
      expect([i, answer.status]).toEqual([i, 503]);
    }
    expect(await countOf(root)).toMatchObject({ failures: 5 });
    busy = 'no';
    expect((await verifyReset(server, proof)).status, 'the link is dead').toBe(400);
    const records = (await auditOf(server, root.operatorId, 'Operator:verifyMFARevokingToken')).slice(0, 5);
    for (const record of records) expect([record.outcome, record.status_code]).toEqual(['failure', 503]);
  });

  it('a password that was not looked at leaves no trace: no count, no pause, no spent window', async () => {
    const root = await newRoot(server);
    for (let i = 0; i < 19; i++) await login(root, { password: 'wrong' }, sourceOf(i));
    busy = 'at the check';
    for (let i = 0; i < 7; i++) expect((await login(root)).status).toBe(503);
    expect(await countOf(root)).toEqual({ failures: 19, wait_until: 0 });
    busy = 'no';
    expect((await login(root, {}, '192.0.2.1')).status, 'a strange source is not paused').toBe(200);
    expect((await login(root)).status).toBe(200);
  });

  it('a wrong code stays counted at every door that refuses it, with one record', async () => {
    const root = await newRoot(server);
    const as = await enrol(server, root);
    const wrong = { mfaOTPCode: wrongOtp(as.seed, server.clock.now) };
    const browser = newBrowser(server);
    await browser.call('POST', '/v1/console/sign_in', { body: { email: root.email, password: root.password } });
    const doors = {
      'Auth:auth': () => login(root, wrong),
      'Auth:stepUp': () =>
        call(server, 'POST', '/v1/auth/step_up', { as, body: { password: root.password, ...wrong } }),
      'Auth:verifySignIn': () => browser.call('POST', '/v1/console/sign_in/verify', { body: wrong }),
    };
    let count = 0;
    for (const [operation, door] of Object.entries(doors)) {
      const before = (await auditOf(server, root.operatorId, operation)).length;
      const answer = await door();
      count++;
      expect([operation, answer.body.code]).toEqual([operation, 'MFA0002']);
      expect([operation, await factorOf(root)]).toEqual([operation, { wrong_in_a_row: count, wrong_in_window: count }]);
      const records = (await auditOf(server, root.operatorId, operation)).slice(before);
      expect(records.map((record) => [record.outcome, record.reason, record.status_code])).toEqual([
        ['failure', 'wrong code', answer.status],
      ]);
    }
  });

  it('codes that pacing did not look at do not use up a pending sign-in', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    for (let i = 0; i < 10; i++) await login(root, { mfaOTPCode: wrongOtp(seed, server.clock.now) });
    // The window of wrong codes ends while the pending sign-in lives.
    server.clock.now += hour - 60_000;
    const browser = newBrowser(server);
    await browser.call('POST', '/v1/console/sign_in', { body: { email: root.email, password: root.password } });
    const verify = () =>
      browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode: otpAt(seed, server.clock.now) } });
    for (let i = 0; i < 6; i++) expect((await verify()).body.code).toBe('MFA0002');
    server.clock.now += 120_000;
    expect((await verify()).status).toBe(200);
  });

  it('each other wrong AuthKey uses up the source that sent it, a right one gives its use back', async () => {
    const root = await newRoot(server);
    const ip = '192.0.2.77';
    const as = credentialsOf((await login(root)).body);
    const made = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    const byKey = (key: string) => call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey: key }, ip });
    for (let i = 0; i < 59; i++) await byKey(`${authKey}${i}`);
    for (let i = 0; i < 3; i++) credentialsOf((await byKey(authKey)).body);
    expect((await byKey(`${authKey}x`)).body.code).toBe('AUM0002');
    expect((await byKey(`${authKey}y`)).body.code).toBe('COM0429');
  });
});
