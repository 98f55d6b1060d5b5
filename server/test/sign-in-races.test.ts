import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newBrowser } from './support/browser.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, canaries, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, raceEnd, rounds, sourceOf, successes, untilServed } from './support/race.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

/** Signing in and switching, while what it rests on is taken away. Two servers share the PostgreSQL database. */
describe.each(engines)('a sign-in that races its end, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = await joinTestServer(server);
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });
  // A slow machine answers some of 64 at one instant with 503, which opens nothing.
  afterEach(() => checkInvariants(server, [503]));

  const either = (i: number) => (i % 2 === 0 ? server : second);
  const race = async (count: number, work: (i: number) => Promise<Answer>, end: () => Promise<Answer>) => {
    const { ended, answers } = await raceEnd(count, work, end);
    expect(ended.status).toBeLessThan(300);
    return answers;
  };
  const path = (name: string) => userPath(root, name);
  /** Each answer said yes or gave a refusal that is known; those that said yes, as sessions. */
  const sessionsOf = (answers: Answer[], codes: string[]): Credentials[] => {
    for (const { status, body } of answers)
      expect([status < 300, body.code]).toEqual(toBeOneOf(codes, status, body.code));
    const opened = successes(answers).filter(({ body }) => body.token !== undefined);
    for (const { body } of opened.slice(0, 1)) credentialsOf(body);
    return opened.map(({ body }) => ({ apiKey: String(body.apiKey), token: String(body.token) }));
  };
  const toBeOneOf = (codes: string[], status: number, code: unknown) =>
    status < 300 ? [true, undefined] : [false, [...codes, 'COM0503'].includes(String(code)) ? code : codes];
  const idOf = async (name: string) => {
    const users = server.ctx.db.selectFrom('users').select('user_id').where('operator_id', '=', root.operatorId);
    return (await users.where('user_name', '=', name).executeTakeFirstOrThrow()).user_id;
  };
  /** Sessions that can still be used. One without a row cannot, so only what has left rows is tried. */
  const working = async (userId: string, sessions: Credentials[]) => {
    const rows = server.ctx.db.selectFrom('sessions').select('session_id').where('user_id', '=', userId);
    if ((await rows.execute()).length === 0) return [];
    const answers = await par(sessions.length, (i) => call(either(i), 'GET', '/v1/auth/sessions', { as: sessions[i] }));
    return successes(answers);
  };
  const isDead = async (session: Credentials | undefined) =>
    !session || (await call(server, 'GET', '/v1/auth/sessions', { as: session })).status === 401;
  /** The user goes, and one of its name comes at once, while requests are under way. */
  const replace = async (name: string) => {
    const gone = await call(second, 'DELETE', path(name), { as });
    if (gone.status !== 204) return gone;
    return await untilServed(() => call(second, 'POST', path(name), { as, body: { description: 'another person' } }));
  };
  const newKey = async (name: string) => {
    const made = await call(server, 'POST', `${path(name)}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    canaries.add(authKey);
    return { authKeyId, authKey };
  };
  const expectNothingOf = async (userId: string) => {
    for (const table of ['sessions', 'pending_sign_ins', 'auth_keys', 'factors', 'known_sources'] as const) {
      const rows = await server.ctx.db.selectFrom(table).selectAll().where('user_id', '=', userId).execute();
      expect([table, rows]).toEqual([table, []]);
    }
  };

  it('A4: a user who is deleted while it signs in leaves nothing to the next one of its name, who comes at once', {
    timeout: 600_000,
  }, async () => {
    let opened = 0;
    const name = 'phoenix';
    let sam = await newSam(server, root, as, name);
    for (const [round, count] of rounds(engine).entries()) {
      const key = await newKey(name);
      const old = await idOf(name);
      // Few passwords: many at once from strange sources are paced.
      const start = (i: number) =>
        call(either(i), 'POST', '/v1/auth', { body: i % 8 === 0 ? sam : key, ip: sourceOf(i + round) });
      const answers = await race(count, start, () => replace(name));
      const sessions = sessionsOf(answers, ['AUM0002']);
      opened += sessions.length;
      const next = await idOf(name);
      expect([round, next !== old, await working(old, sessions)]).toEqual([round, true, []]);
      expect([round, await isDead(sessions[0])]).toEqual([round, true]);
      for (const body of [sam, key]) {
        const ip = sourceOf(1000 + round);
        expect((await call(server, 'POST', '/v1/auth', { body, ip })).body.code).toBe('AUM0002');
      }
      await expectNothingOf(old);
      await expectNothingOf(next);
      sam = { ...sam, password: `sam phrase of round ${round}` };
      canaries.add(sam.password);
      const { password } = sam;
      expect((await call(server, 'POST', `${path(name)}/password`, { as, body: { password } })).status).toBe(201);
    }
    expect(opened, 'sign-ins that were in time').toBeGreaterThan(0);
  });

  it('A4: an AuthKey that is deleted while it signs in leaves no session', { timeout: 600_000 }, async () => {
    await newSam(server, root, as, 'robot');
    const robot = await idOf('robot');
    for (const [round, count] of rounds(engine).entries()) {
      const key = await newKey('robot');
      const start = (i: number) => call(either(i), 'POST', '/v1/auth', { body: key, ip: sourceOf(i + round) });
      const end = () => call(second, 'DELETE', `${path('robot')}/auth_keys/${key.authKeyId}`, { as });
      const sessions = sessionsOf(await race(count, start, end), ['AUM0002']);
      expect([round, await working(robot, sessions), await isDead(sessions[0])]).toEqual([round, [], true]);
    }
  });

  it('A4: a user who is deleted between the two steps of the console is not signed in as the next of its name', {
    timeout: 600_000,
  }, async () => {
    let inTime = 0;
    for (const [round, count] of rounds(engine).entries()) {
      const name = `twostep${round}`;
      const sam = await newSam(server, root, as, name);
      // The clock goes on with each code; enrolling takes a recent proof.
      const seed = await enrolSam(server, root, await signIn(server, root), name);
      const old = await idOf(name);
      const browsers = await par(4, async (i) => {
        const browser = newBrowser(either(i), sourceOf(2000 + i));
        expect((await browser.call('POST', '/v1/console/sign_in', { body: sam })).body.next).toBe('MFA');
        return browser;
      });
      const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
      const answers = await race(
        count,
        async (i) => (await browsers[i % 4]?.call('POST', '/v1/console/sign_in/verify', { body })) as Answer,
        () => replace(name),
      );
      sessionsOf(answers, ['AUM0018', 'MFA0002']);
      inTime += successes(answers).length;
      for (const browser of browsers) {
        expect([round, (await browser.call('GET', '/v1/console/session')).status]).toEqual([round, 401]);
      }
      await expectNothingOf(old);
      await expectNothingOf(await idOf(name));
      await call(server, 'DELETE', path(name), { as });
    }
    expect(inTime, 'codes that were in time').toBeGreaterThan(0);
  });

  const trusting = (name: string) =>
    JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: [`srn:soracom:${root.operatorId}::User:${name}`] } }],
    });
  const trust = (target: string, principal: string) =>
    call(server, 'PUT', `${path(target)}/trust_policy`, { as, body: { trustPolicy: trusting(principal) } });
  const switchTo = (from: Credentials, userName: string, on = server) =>
    call(on, 'POST', '/v1/auth/switch_user', { as: from, body: { operatorId: root.operatorId, userName } });

  /** What a switch rests on, and how it is taken away; what is gone is made anew for the next round. */
  type End = { readonly end: (session: Credentials) => Promise<Answer>; readonly anew: readonly string[] };
  const ends: Record<string, End> = {
    'the trust policy is deleted': {
      end: () => call(second, 'DELETE', `${path('target')}/trust_policy`, { as }),
      anew: [],
    },
    'the caller logs out': { end: (session) => call(second, 'POST', '/v1/auth/logout', { as: session }), anew: [] },
    'the caller is deleted': { end: () => call(second, 'DELETE', path('origin'), { as }), anew: ['origin'] },
    'the target is deleted': { end: () => call(second, 'DELETE', path('target'), { as }), anew: ['target'] },
  };

  it.each(Object.entries(ends))('A5: no switched session works after %s', { timeout: 600_000 }, async (how, ended) => {
    const { end, anew } = ended;
    const origin = { operatorId: root.operatorId, userName: 'origin', password: 'sam origin pass phrase' };
    for (const name of ['origin', 'target']) await newSam(server, root, as, name, allow(['*']));
    let session: Credentials | undefined;
    let opened = 0;
    for (const [round, count] of rounds(engine).entries()) {
      for (const name of round === 0 ? [] : anew) await newSam(server, root, as, name, allow(['*']));
      expect((await trust('target', 'origin')).status).toBe(204);
      if (how !== 'the trust policy is deleted') session = undefined;
      const from = (session ??= await signInSam(server, origin));
      const target = await idOf('target');
      const answers = await race(
        count,
        (i) => switchTo(from, 'target', either(i)),
        () => end(from),
      );
      const sessions = sessionsOf(answers, ['AUM0025', 'AUM0001']);
      opened += sessions.length;
      expect([round, await working(target, sessions), await isDead(sessions[0])]).toEqual([round, [], true]);
    }
    for (const name of ['origin', 'target']) await call(server, 'DELETE', path(name), { as });
    expect(opened, 'switches that were in time').toBeGreaterThan(0);
  });

  it('A5: both names are in the chains of both operators', async () => {
    const other = await newRoot(server);
    const stranger = await signIn(server, other);
    await newSam(server, root, as, 'service', allow(['*']));
    const soracom = [`srn:soracom:${other.operatorId}::Operator:${other.operatorId}`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    const put = await call(server, 'PUT', `${path('service')}/trust_policy`, { as, body: { trustPolicy } });
    expect(put.status).toBe(204);
    const switched = await switchTo(stranger, 'service');
    expect(switched.status).toBe(200);
    credentialsOf(switched.body);
    const target = `srn:soracom:${root.operatorId}::User:service`;
    const [entered] = await auditOf(server, root.operatorId, 'Auth:switchUser').then((rows) => rows.slice(-1));
    expect(entered).toMatchObject({ user_name: 'service', actor: soracom[0], target, outcome: 'success' });
    const [left] = await auditOf(server, other.operatorId, 'Auth:switchUser');
    expect(left).toMatchObject({ user_name: '', actor: 'root', target, outcome: 'success', status_code: 200 });
  });
});
