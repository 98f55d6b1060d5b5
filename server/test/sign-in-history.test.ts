import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newBrowser, signInConsole } from './support/browser.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { auditOf, canaries, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { par, sourceOf, successes, tally } from './support/race.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

type SignIn = { signInId: string; outcome: string; authMethod?: string; reason: string } & Record<string, unknown>;

describe.each(engines)('sign-in history and devices, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const historyOf = async (as: Credentials, path = '/v1/auth/sign_ins') =>
    (await call(server, 'GET', path, { as })).body as unknown as SignIn[];
  const secret = (text: string) => {
    canaries.add(text);
    return text;
  };
  const newKey = async (path: string, as: Credentials) => {
    const made = await call(server, 'POST', `${path}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    return { authKeyId, authKey: secret(authKey) };
  };
  const byKey = async (key: { authKeyId: string; authKey: string }) =>
    credentialsOf((await call(server, 'POST', '/v1/auth', { body: key })).body);
  const trustRoot = async (root: Root, as: Credentials, name: string) => {
    const soracom = [`srn:soracom:${root.operatorId}::Operator:${root.operatorId}`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${userPath(root, name)}/trust_policy`, { as, body: { trustPolicy } });
  };
  const disown = (as: Credentials, body: Record<string, unknown>, ip?: string) =>
    call(server, 'POST', '/v1/auth/sign_ins/disown', { as, body, ...(ip && { ip }) });
  const alive = async (as: Credentials) => (await call(server, 'GET', '/v1/auth/sessions', { as })).status === 200;
  const templates = async (operatorId: string) => (await mailsOf(server, operatorId)).map(({ template }) => template);
  const count = async (operatorId: string, wanted: string) =>
    (await templates(operatorId)).filter((template) => template === wanted).length;

  it('shows every door: console, API, AuthKey and switch, with failures and what did not go on', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sam = await newSam(server, root, as, 'taro', allow(['*']));
    await call(server, 'POST', '/v1/auth', { body: { ...sam, password: 'wrong' } });
    const own = await signInSam(server, sam);
    await byKey(await newKey(userPath(root, 'taro'), as));
    await trustRoot(root, as, 'taro');
    await call(server, 'POST', '/v1/auth/switch_user', { as, body: { operatorId: root.operatorId, userName: 'taro' } });
    const rows = await historyOf(own);
    const said = ({ outcome, authMethod, current }: SignIn) => [outcome, authMethod, current];
    expect(rows.map(said)).toEqual([
      ['success', 'switchUser', false],
      ['success', 'authKey', false],
      ['success', 'password', true],
      ['failure', undefined, false],
    ]);
    expect(rows[0]?.switchedBy).toBe(`srn:soracom:${root.operatorId}::Operator:${root.operatorId}`);
    // To whom one switched is not a sign-in of one's own.
    expect((await historyOf(as)).map(said)).toEqual([['success', 'password', true]]);
  });

  it('needs MFA: one row for a sign-in of two steps, one for a wrong code, one for a code that never came', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    const browser = await signInConsole(server, root, otpAt(seed, server.clock.now));
    const begin = () =>
      newBrowser(server).call('POST', '/v1/console/sign_in', { body: { email: root.email, password: root.password } });
    await begin();
    server.clock.now += 6 * minute;
    await server.jobs.drain();
    const wrong = newBrowser(server);
    await wrong.call('POST', '/v1/console/sign_in', { body: { email: root.email, password: root.password } });
    const mfaOTPCode = wrongOtp(seed, server.clock.now);
    await wrong.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode } });
    const rows = (await browser.call('GET', '/v1/auth/sign_ins')).body as unknown as SignIn[];
    expect(rows.slice(0, 3).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['failure', 'wrong code'],
      ['success', 'no code came'],
      ['success', ''],
    ]);
  });

  it('pages through, ends after 90 days, and does not show a user of the same name that was deleted before', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const first = await newSam(server, root, as, 'hanako');
    for (let i = 0; i < 3; i++) await signInSam(server, first);
    expect((await historyOf(as, `${userPath(root, 'hanako')}/sign_ins`)).length).toBe(3);
    const page = await call(server, 'GET', `${userPath(root, 'hanako')}/sign_ins?limit=2`, { as });
    const key = String(page.headers['x-soracom-next-key']);
    const rest = await call(server, 'GET', `${userPath(root, 'hanako')}/sign_ins?limit=2&last_evaluated_key=${key}`, {
      as,
    });
    expect([page, rest].map(({ body }) => (body as unknown as SignIn[]).length)).toEqual([2, 1]);
    await call(server, 'DELETE', userPath(root, 'hanako'), { as });
    server.clock.now += 1000;
    const second = await newSam(server, root, as, 'hanako');
    await signInSam(server, second);
    expect((await historyOf(as, `${userPath(root, 'hanako')}/sign_ins`)).length).toBe(1);
    server.clock.now += 90 * day + 1;
    const later = await signIn(server, root);
    expect(await historyOf(later, `${userPath(root, 'hanako')}/sign_ins`)).toEqual([]);
    expect((await historyOf(later)).length).toBe(1);
  });

  it('is one’s own without a permission, another’s with one, and never another operator’s or for a borrowed session', async () => {
    const [root, other] = [await newRoot(server), await newRoot(server)];
    const [as, stranger] = [await signIn(server, root), await signIn(server, other)];
    const plain = await signInSam(server, await newSam(server, root, as, 'plain'));
    const reader = await signInSam(server, await newSam(server, root, as, 'reader', allow(['User:listUserSignIns'])));
    const path = `${userPath(root, 'plain')}/sign_ins`;
    const codes = async (who: Credentials, where: string) => {
      const answer = await call(server, 'GET', where, { as: who });
      return [answer.status, answer.body.code];
    };
    expect(await codes(plain, '/v1/auth/sign_ins')).toEqual([200, undefined]);
    expect(await codes(plain, path)).toEqual([403, 'AUM0017']);
    expect(await codes(reader, path)).toEqual([200, undefined]);
    expect(await codes(stranger, path)).toEqual([404, 'COM0404']);
    expect(await codes(as, `${userPath(root, 'nobody')}/sign_ins`)).toEqual([404, 'COM0404']);
    const program = await byKey(await newKey(`/v1/operators/${root.operatorId}`, as));
    expect(await codes(program, '/v1/auth/sign_ins')).toEqual([403, 'AUM0015']);
  });

  it('reads a page by the same statements however long the log is', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const statementsOf = async () => {
      server.statements.length = 0;
      await historyOf(as);
      return [...server.statements];
    };
    const before = await statementsOf();
    for (let i = 0; i < 20; i++) await signIn(server, root);
    expect(await statementsOf()).toEqual(before);
  });

  it('"this was not me" sets a new password, ends all else, forgets the devices, and is told', async () => {
    const root = await newRoot(server);
    const browser = await signInConsole(server, root);
    const [own, intruder] = [await signIn(server, root), await signIn(server, root, undefined, '203.0.113.66')];
    const [row] = await historyOf(own);
    const newPassword = secret('an entirely new pass phrase');
    const answer = await disown(own, { signInId: row?.signInId, currentPassword: root.password, newPassword });
    expect([answer.status, answer.headers['warifu-receipt']]).toEqual([
      204,
      'sessions=2, pending-sign-ins=0, links=0, backup-codes=0',
    ]);
    expect([await alive(own), await alive(intruder)]).toEqual([true, false]);
    expect((await browser.call('GET', '/v1/console/session')).status).toBe(401);
    const old = await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password } });
    expect(old.body.code).toBe('AUM0002');
    const again = await browser.call('POST', '/v1/console/sign_in', {
      body: { email: root.email, password: newPassword },
    });
    expect(again.body).toEqual({ next: 'DONE' });
    expect(await count(root.operatorId, 'sign_in_disowned')).toBe(1);
    // The browser had been there before.
    expect(await count(root.operatorId, 'sign_in_new_device')).toBe(1);
    expect((await auditOf(server, root.operatorId, 'Auth:disownSignIn'))[0]).toMatchObject({
      actor: 'root',
      target: `sign-in:${row?.signInId}`,
      outcome: 'success',
    });
  });

  it('"this was not me" at a sign-in with an AuthKey deletes that key, and no other', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sam = await newSam(server, root, as, 'keeper');
    const [lost, kept] = [await newKey(userPath(root, 'keeper'), as), await newKey(userPath(root, 'keeper'), as)];
    const program = await byKey(lost);
    // No permission is needed for what is one's own.
    const own = await signInSam(server, sam);
    const row = (await historyOf(own)).find(({ authKeyId }) => authKeyId === lost.authKeyId);
    const newPassword = secret('the next pass phrase of keeper');
    const body = { signInId: row?.signInId, currentPassword: sam.password, newPassword };
    expect((await disown(own, body)).status).toBe(204);
    expect(await alive(program)).toBe(false);
    expect((await call(server, 'POST', '/v1/auth', { body: lost })).body.code).toBe('AUM0002');
    expect(await alive(await byKey(kept))).toBe(true);
    await signInSam(server, { ...sam, password: newPassword });
  });

  describe('a stolen session', () => {
    let root: Root;
    let stolen: Credentials;
    let signInId: string;
    let seed: string;
    beforeAll(async () => {
      root = await newRoot(server);
      ({ seed } = await enrol(server, root));
      stolen = await signIn(server, root, otpAt(seed, server.clock.now));
      signInId = (await historyOf(stolen))[0]?.signInId ?? '';
      server.clock.now += minute;
    });
    const newPassword = 'what the thief would like';
    const refused = async (answer: Promise<Answer>, code: string) => {
      expect((await answer).body.code).toBe(code);
      expect(await alive(stolen)).toBe(true);
    };

    it('fresh from its sign-in, changes nothing without the password, and guesses end it', async () => {
      const victim = await newRoot(server);
      const [own, session] = [await signIn(server, victim), await signIn(server, victim)];
      const [row] = await historyOf(session);
      const guess = (i: number) =>
        disown(session, { signInId: row?.signInId, currentPassword: `guess ${i}`, newPassword: `${newPassword} ${i}` });
      for (let i = 0; i < 5; i++) expect((await guess(i)).body.code).toBe('AUM0011');
      expect([await alive(session), await alive(own)]).toEqual([false, true]);
      await signIn(server, victim, undefined, '203.0.113.5');
    });

    it('with the password, needs a code that was not used', async () => {
      const body = { signInId, currentPassword: root.password, newPassword };
      await refused(disown(stolen, body), 'MFA0001');
      await refused(disown(stolen, { ...body, mfaOTPCode: wrongOtp(seed, server.clock.now) }), 'MFA0002');
    });

    it('does not put the old password back as the new one, nor a weak one', async () => {
      const body = { signInId, currentPassword: root.password, mfaOTPCode: otpAt(seed, server.clock.now) };
      await refused(disown(stolen, { ...body, newPassword: root.password }), 'AUM0010');
      await refused(disown(stolen, { ...body, newPassword: 'short' }), 'AUM0010');
    });

    it('names no sign-in of another user or operator', async () => {
      const other = await newRoot(server);
      const as = await signIn(server, other);
      const before = await rowsOf(server, other.operatorId);
      const [foreign] = await historyOf(as);
      const body = { currentPassword: root.password, newPassword, mfaOTPCode: otpAt(seed, server.clock.now) };
      for (const odd of ['999999', '0', '-1', '1e3', 'NaN', "1' or '1'='1"]) {
        await refused(disown(stolen, { ...body, signInId: odd }), 'COM0404');
      }
      // The same number may be an own one; then it is that.
      expect(foreign).toBeDefined();
      expect(await rowsOf(server, other.operatorId)).toEqual(before);
    });

    it('of an AuthKey cannot do it at all', async () => {
      const victim = await newRoot(server);
      const as = await signIn(server, victim);
      const program = await byKey(await newKey(`/v1/operators/${victim.operatorId}`, as));
      const body = { signInId: '1', currentPassword: victim.password, newPassword };
      expect((await disown(program, body)).body.code).toBe('AUM0015');
    });
  });

  it('64 at one instant: one new password, one notice', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const [row] = await historyOf(as);
    const passwords = Array.from({ length: 64 }, (_, i) => secret(`new pass phrase number ${i} of ${root.operatorId}`));
    const answers = await par(64, (i) =>
      disown(as, { signInId: row?.signInId, currentPassword: root.password, newPassword: passwords[i] }, sourceOf(i)),
    );
    const won = answers.flatMap((answer, i) => (answer.status === 204 ? [i] : []));
    expect([won.length, tally(answers)]).toMatchObject([1, { '204': 1 }]);
    expect(successes(answers).length).toBe(1);
    await signIn(server, { ...root, password: passwords[won[0] ?? 0] ?? '' }, undefined, '203.0.113.200');
    expect(await count(root.operatorId, 'sign_in_disowned')).toBe(1);
  });
});
