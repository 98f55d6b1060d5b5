import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, canaries, newRoot, type Root, signIn } from './support/people.ts';
import { par, rounds, sourceOf, successes } from './support/race.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
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
  /** Many at one instant; the end comes as soon as the first of them is through, also when the server was busy. */
  const race = async (count: number, work: (i: number) => Promise<Answer>, end: () => Promise<Answer>) => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const surely = async (): Promise<Answer> => {
      const answer = await end();
      return answer.status === 503 ? await surely() : answer;
    };
    const [ended, answers] = await Promise.all([
      begun.then(surely),
      par(count - 1, async (i) => {
        const answer = await work(i);
        begin();
        return answer;
      }),
    ]);
    expect(ended.status).toBe(204);
    return answers;
  };
  const path = (name: string) => userPath(root, name);
  const worksStill = async (session: Credentials) =>
    (await call(server, 'GET', '/v1/auth/sessions', { as: session })).status === 200;
  /** Each answer said yes or gave a refusal that is known; those that said yes, as sessions. */
  const sessionsOf = (answers: Answer[], codes: string[]) => {
    for (const { status, body } of answers)
      expect([status < 300, body.code]).toEqual(toBeOneOf(codes, status, body.code));
    return successes(answers).flatMap(({ body }) => (body.token === undefined ? [] : [credentialsOf(body)]));
  };
  const toBeOneOf = (codes: string[], status: number, code: unknown) =>
    status < 300 ? [true, undefined] : [false, [...codes, 'COM0503'].includes(String(code)) ? code : codes];
  const recreate = async (name: string) => {
    expect((await call(server, 'POST', path(name), { as, body: { description: 'another person' } })).status).toBe(201);
    return await server.ctx.db
      .selectFrom('users')
      .select('user_id')
      .where('operator_id', '=', root.operatorId)
      .where('user_name', '=', name)
      .executeTakeFirstOrThrow();
  };
  const newKey = async (name: string) => {
    const made = await call(server, 'POST', `${path(name)}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    canaries.add(authKey);
    return { authKeyId, authKey };
  };
  const expectNothingOf = async (userId: string) => {
    for (const table of ['sessions', 'pending_sign_ins', 'auth_keys', 'totp_factors', 'known_sources'] as const) {
      const rows = await server.ctx.db.selectFrom(table).selectAll().where('user_id', '=', userId).execute();
      expect([table, rows]).toEqual([table, []]);
    }
  };

  it('A4: a user who is deleted while it signs in leaves nothing to the next one of its name', {
    timeout: 600_000,
  }, async () => {
    let opened = 0;
    for (const [round, count] of rounds(engine).entries()) {
      const name = `gone${round}`;
      const sam = await newSam(server, root, as, name, allow(['*']));
      const key = await newKey(name);
      // Few passwords: many at once from strange sources are paced.
      const start = (i: number) =>
        call(either(i), 'POST', '/v1/auth', { body: i % 8 === 0 ? sam : key, ip: sourceOf(i + round) });
      const answers = await race(count, start, () => call(second, 'DELETE', path(name), { as }));
      const next = await recreate(name);
      const sessions = sessionsOf(answers, ['AUM0002']);
      opened += sessions.length;
      for (const session of sessions) expect([round, await worksStill(session)]).toEqual([round, false]);
      for (const body of [sam, key]) {
        const ip = sourceOf(1000 + round);
        expect((await call(server, 'POST', '/v1/auth', { body, ip })).body.code).toBe('AUM0002');
      }
      await expectNothingOf(next.user_id);
      await call(server, 'DELETE', path(name), { as });
    }
    expect(opened, 'sign-ins that were in time').toBeGreaterThan(0);
  });

  it('A4: an AuthKey that is deleted while it signs in leaves no session', { timeout: 300_000 }, async () => {
    await newSam(server, root, as, 'robot', allow(['*']));
    for (const [round, count] of rounds(engine).slice(0, 10).entries()) {
      const key = await newKey('robot');
      const start = (i: number) => call(either(i), 'POST', '/v1/auth', { body: key, ip: sourceOf(i + round) });
      const end = () => call(second, 'DELETE', `${path('robot')}/auth_keys/${key.authKeyId}`, { as });
      const answers = await race(count, start, end);
      for (const session of sessionsOf(answers, ['AUM0002'])) {
        expect([round, await worksStill(session)]).toEqual([round, false]);
      }
    }
  });

  const trusting = (name: string) =>
    JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: [`srn:soracom:${root.operatorId}::User:${name}`] } }],
    });
  const trust = (target: string, principal: string) =>
    call(server, 'PUT', `${path(target)}/trust_policy`, { as, body: { trustPolicy: trusting(principal) } });
  const switchTo = (from: Credentials, userName: string, on = server) =>
    call(on, 'POST', '/v1/auth/switch_user', { as: from, body: { operatorId: root.operatorId, userName } });

  /** What a switch rests on, and how it is taken away. */
  const ends: Record<string, (origin: string, target: string, session: Credentials) => Promise<Answer>> = {
    'the trust policy is deleted': (_, target) => call(second, 'DELETE', `${path(target)}/trust_policy`, { as }),
    'the caller logs out': (_, __, session) => call(second, 'POST', '/v1/auth/logout', { as: session }),
    'the caller is deleted': (origin) => call(second, 'DELETE', path(origin), { as }),
    'the target is deleted': (_, target) => call(second, 'DELETE', path(target), { as }),
  };

  it.each(Object.keys(ends))('A5: no switched session works after %s', { timeout: 600_000 }, async (how) => {
    const id = Object.keys(ends).indexOf(how);
    let opened = 0;
    const all = rounds(engine);
    for (const [round, count] of (id === 0 ? all : all.slice(0, 10)).entries()) {
      const [origin, target] = [`o${id}-${round}`, `t${id}-${round}`];
      const sam = await newSam(server, root, as, origin);
      await newSam(server, root, as, target, allow(['*']));
      expect((await trust(target, origin)).status).toBe(204);
      const session = await signInSam(server, sam);
      const end = ends[how] ?? ends['the caller logs out'];
      const start = (i: number) => switchTo(session, target, either(i));
      const answers = await race(count, start, async () => (await end?.(origin, target, session)) as Answer);
      const sessions = sessionsOf(answers, ['AUM0025', 'AUM0001']);
      opened += sessions.length;
      for (const switched of sessions) expect([round, await worksStill(switched)]).toEqual([round, false]);
      for (const name of [origin, target]) await call(server, 'DELETE', path(name), { as });
    }
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
