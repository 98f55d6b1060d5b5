import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Failure } from '../src/failure.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { par, sourceOf, tally } from './support/race.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe.each(engines)('attempt cap on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.restoreAllMocks();
    // The next scenario must not meet the windows of this one.
    server.clock.now += day;
    await checkInvariants(server, [503]);
  });

  const guess = (email: string, ip: string, password = 'a wrong password') =>
    call(server, 'POST', '/v1/auth', { body: { email, password }, ip });
  const failuresOf = async (root: Root) =>
    (
      await server.ctx.db
        .selectFrom('login_accounts')
        .select('failures')
        .where('account_key', '=', `${root.operatorId}/root`)
        .executeTakeFirst()
    )?.failures ?? 0;
  const evaluations = () => vi.spyOn(server.ctx.hasher, 'verify');

  it('R09: 64 guesses at one instant from one source: 5 are looked at, all are answered, the counter is exact', async () => {
    const root = await newRoot(server);
    const evaluated = evaluations();
    const answers = await par(64, () => guess(root.email, '203.0.113.1'));
    // 60 failures of one source are the limit of the source itself.
    expect(tally(answers)).toEqual({ '401 AUM0002': 60, '429 COM0429': 4 });
    expect(evaluated).toHaveBeenCalledTimes(5);
    expect(await failuresOf(root)).toBe(5);
    server.clock.now += minute;
    await server.jobs.drain();
    const records = await auditOf(server, root.operatorId, 'Auth:auth');
    expect(records.filter(({ outcome }) => outcome === 'failure')).toHaveLength(5);
    // A storm is on record as a whole: the first attempt that was refused, and how many followed.
    const refused = records.filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ reason, status_code, detail }) => [reason, status_code, detail])).toEqual([
      ['paused', 401, '{}'],
      ['paused', 401, '{"attempts":54}'],
    ]);
  });

  it('R09: 64 guesses at one instant from 64 sources: 20 are looked at', async () => {
    const root = await newRoot(server);
    const evaluated = evaluations();
    expect(tally(await par(64, (i) => guess(root.email, sourceOf(i))))).toEqual({ '401 AUM0002': 64 });
    expect(evaluated).toHaveBeenCalledTimes(20);
    expect(await failuresOf(root)).toBe(20);
  });

  it('R11: an account that does not exist is paced alike', async () => {
    const evaluated = evaluations();
    expect(tally(await par(64, (i) => guess('ghost@example.com', sourceOf(i))))).toEqual({ '401 AUM0002': 64 });
    expect(evaluated).toHaveBeenCalledTimes(20);
    evaluated.mockClear();
    const spellings = ['OP9', 'op9', ' OP9 '].flatMap((operatorId) =>
      ['Sam', 'SAM ', 'sam'].map((n) => [operatorId, n]),
    );
    for (const [operatorId, userName] of spellings) {
      const body = { operatorId, userName, password: 'a wrong password' };
      expect((await call(server, 'POST', '/v1/auth', { body, ip: '203.0.113.2' })).status).toBe(401);
    }
    expect(evaluated).toHaveBeenCalledTimes(5);
  });

  it('waits 30 seconds after 20 failures, twice as long after each further one, one hour at most', async () => {
    const root = await newRoot(server);
    await signIn(server, root, undefined, '203.0.113.3');
    for (let i = 0; i < 20; i++) await guess(root.email, sourceOf(i));
    const evaluated = evaluations();
    let source = 100;
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]) {
      evaluated.mockClear();
      server.clock.now += seconds * 1000 - 1;
      // Refused unevaluated, the right password too: a strange source must not get an oracle.
      expect((await guess(root.email, sourceOf(source++), root.password)).status).toBe(401);
      expect([seconds, evaluated.mock.calls.length]).toEqual([seconds, 0]);
      server.clock.now += 1;
      await guess(root.email, sourceOf(source++));
      expect([seconds, evaluated.mock.calls.length]).toEqual([seconds, 1]);
    }
    expect(await failuresOf(root)).toBe(30);
    server.clock.now += hour;
    expect((await guess(root.email, sourceOf(source), root.password)).status).toBe(200);
    expect(await failuresOf(root)).toBe(0);
  });

  it('R12: a source that signed in lately gets in while 200 others attack; after 30 days it is strange again', async () => {
    const root = await newRoot(server);
    await signIn(server, root, undefined, '203.0.113.4');
    await par(200, (i) => guess(root.email, sourceOf(i)));
    expect((await guess(root.email, '203.0.113.5', root.password)).status).toBe(401);
    expect((await guess(root.email, '203.0.113.4', root.password)).status).toBe(200);
    server.clock.now += 30 * day;
    await par(30, (i) => guess(root.email, sourceOf(i)));
    expect((await guess(root.email, '203.0.113.4', root.password)).status).toBe(401);
  });

  it('forgets the failures of a pair after 15 minutes, not before', async () => {
    const root = await newRoot(server);
    for (let i = 0; i < 5; i++) await guess(root.email, '203.0.113.6');
    server.clock.now += 15 * minute - 1;
    expect((await guess(root.email, '203.0.113.6', root.password)).status).toBe(401);
    server.clock.now += 1;
    expect((await guess(root.email, '203.0.113.6', root.password)).status).toBe(200);
  });

  it('counts a /64 as one source, and believes no header about the source', async () => {
    const root = await newRoot(server);
    for (let i = 0; i < 5; i++) await guess(root.email, `2001:db8:0:1::${i + 1}`);
    expect((await guess(root.email, '2001:db8:0:1:ffff::9', root.password)).status).toBe(401);
    expect((await guess(root.email, '2001:db8:0:2::9', root.password)).status).toBe(200);
    const evaluated = evaluations();
    for (let i = 0; i < 8; i++) {
      const headers = { 'x-forwarded-for': sourceOf(i), forwarded: `for=${sourceOf(i)}`, 'x-real-ip': sourceOf(i) };
      const body = { email: root.email, password: 'a wrong password' };
      await call(server, 'POST', '/v1/auth', { body, headers, ip: '203.0.113.7' });
    }
    expect(evaluated).toHaveBeenCalledTimes(5);
  });

  it('answers 429 to a source after 60 failures in 10 minutes, over any number of accounts', async () => {
    const root = await newRoot(server);
    for (let i = 0; i < 60; i++) await guess(`nobody${i}@example.com`, '203.0.113.8');
    const flooded = await guess(root.email, '203.0.113.8', root.password);
    expect([flooded.status, flooded.body.code, Number(flooded.headers['retry-after']) > 0]).toEqual([
      429,
      'COM0429',
      true,
    ]);
    server.clock.now += 10 * minute;
    // Successes do not use the budget up.
    for (let i = 0; i < 70; i++) expect((await guess(root.email, '203.0.113.8', root.password)).status).toBe(200);
  });

  it('R10: every spelling of an address and every door counts on one counter', async () => {
    const root = await newRoot(server);
    const { operatorId, password } = root;
    const as = await signIn(server, root, undefined, '203.0.113.9');
    const wrong = 'a wrong password';
    const name = root.email.split('@')[0] ?? '';
    const spellings = [name.toUpperCase(), ` ${name}`, name].flatMap((n) => [
      `${n}@EXAMPLE.com`,
      `${n}@ｅｘample。com `,
    ]);
    const doors = [
      ...spellings.map((email) => ['POST', '/v1/auth', { email, password: wrong }] as const),
      ['POST', '/v1/console/sign_in', { email: root.email, password: wrong }],
      ['POST', '/v1/auth/step_up', { password: wrong }],
      ['POST', `/v1/operators/${operatorId}/password`, { currentPassword: wrong, newPassword: 'another password 7' }],
      ['DELETE', `/v1/operators/${operatorId}/mfa`, { password: wrong }],
      ['POST', '/v1/operators/mfa_revoke_token/issue', { email: root.email, password: wrong }],
      [
        'POST',
        '/v1/operators/mfa_revoke_token/verify',
        { token: 't', email: root.email, password: wrong, backupCode: 'ABCD234U' },
      ],
    ] as const;
    for (const [i, [method, path, body]] of doors.entries()) {
      await call(server, method, path, { as, body, ip: sourceOf(i) });
      expect([path, await failuresOf(root)]).toEqual([path, i + 1]);
    }
    // Five failures by five doors use up one source for all of them. A session of its own: the fifth wrong password in
    // one session ends it.
    const fresh = await signIn(server, root, undefined, '203.0.113.9');
    for (const [method, path, body] of doors.slice(-5)) {
      await call(server, method, path, { as: fresh, body, ip: '203.0.113.10' });
    }
    const evaluated = evaluations();
    const own = { as: fresh, body: { password }, ip: '203.0.113.10' };
    expect((await guess(root.email, '203.0.113.10', password)).status).toBe(401);
    expect((await call(server, 'POST', '/v1/auth/step_up', own)).body.code).toBe('AUM0011');
    expect((await call(server, 'DELETE', `/v1/operators/${operatorId}/mfa`, own)).body.code).toBe('AUM0011');
    expect(evaluated).toHaveBeenCalledTimes(0);
    expect((await call(server, 'POST', '/v1/auth/step_up', { ...own, ip: '203.0.113.9' })).status).toBe(200);
  });

  it('R13: 100 failures in a row suspend the password alone; a reset by mail brings it back, at once', async () => {
    const root = await newRoot(server);
    await signIn(server, root, undefined, '203.0.113.11');
    for (let i = 0; i < 99; i++) {
      await guess(root.email, sourceOf(i));
      server.clock.now += 10 * minute;
      if (i >= 19) server.clock.now += 50 * minute;
    }
    expect(await failuresOf(root)).toBe(99);
    const told = async () =>
      (await mailsOf(server, root.operatorId)).filter((m) => m.template === 'password_suspended');
    expect(await told()).toEqual([]);
    await guess(root.email, '203.0.113.12');
    expect(await told()).toHaveLength(1);
    server.clock.now += hour;
    for (const ip of ['203.0.113.11', '203.0.113.13']) {
      expect((await guess(root.email, ip, root.password)).body.code).toBe('AUM0002');
    }
    expect(await failuresOf(root)).toBe(100);
    expect(await told()).toHaveLength(1);
    for (let i = 0; i < 6; i++) await guess(root.email, '203.0.113.11');
    await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
    const mailed = await mailedToken(server, root.operatorId, 'password_reset_link');
    const password = 'quite another secret 割';
    const body = { token: mailed, password };
    expect((await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body })).status).toBe(200);
    expect((await guess(root.email, '203.0.113.11', password)).status).toBe(200);
    expect((await guess(root.email, '203.0.113.13', password)).status).toBe(200);
  });

  it('R13: a right password starts its own count anew, not that of the codes', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    const row = async () =>
      (
        await server.ctx.db
          .selectFrom('authenticator_apps')
          .select('wrong_in_a_row')
          .where('operator_id', '=', root.operatorId)
          .executeTakeFirstOrThrow()
      ).wrong_in_a_row;
    const { email, password } = root;
    for (let i = 0; i < 3; i++) {
      await guess(email, '203.0.113.14');
      const body = { email, password, mfaOTPCode: wrongOtp(seed, server.clock.now) };
      expect((await call(server, 'POST', '/v1/auth', { body })).body.code).toBe('MFA0002');
      expect([await failuresOf(root), await row()]).toEqual([0, i + 1]);
    }
    expect((await guess(email, '203.0.113.14', password)).body.code).toBe('MFA0001');
    expect(await row()).toBe(3);
    await signIn(server, root, otpAt(seed, server.clock.now));
    expect(await row()).toBe(0);
  });

  it('I9: what was never looked at is not counted', async () => {
    const root = await newRoot(server);
    const verify = evaluations().mockRejectedValue(new Failure('COM0503', {}, 1));
    for (let i = 0; i < 6; i++) {
      const answer = await guess(root.email, '203.0.113.15');
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    }
    verify.mockRestore();
    expect(await failuresOf(root)).toBe(0);
    expect((await guess(root.email, '203.0.113.15', root.password)).status).toBe(200);
  });
});
