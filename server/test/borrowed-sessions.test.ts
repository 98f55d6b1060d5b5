import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sessions } from '../src/db/schema.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, canaries, enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;

/** Sessions in the hands of somebody who is not their owner. */
describe.each(engines)('a session that is not its owner’s, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const sessions = (session: Credentials) => call(server, 'GET', '/v1/auth/sessions', { as: session });
  const alive = async (session: Credentials) => (await sessions(session)).status === 200;
  const idsOf = async (session: Credentials) =>
    ((await sessions(session)).body as unknown as { sessionId: string; current: boolean }[]).map(
      (row) => row.sessionId,
    );
  const newKey = async (name: string) => {
    const made = await call(server, 'POST', `${userPath(root, name)}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    canaries.add(authKey);
    return async () => credentialsOf((await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } })).body);
  };
  const byKey = async (name: string) => await (await newKey(name))();
  const switchTo = async (userName: string) => {
    const body = { operatorId: root.operatorId, userName };
    return credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as, body })).body);
  };
  const bySwitch = async (name: string) => {
    const soracom = [`srn:soracom:${root.operatorId}::Operator:${root.operatorId}`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${userPath(root, name)}/trust_policy`, { as, body: { trustPolicy } });
    return await switchTo(name);
  };
  const ways = { 'an AuthKey': byKey, 'a switch': bySwitch };
  const byPassword = (userName: string) =>
    signInSam(server, { operatorId: root.operatorId, userName, password: `sam ${userName} pass phrase` });
  /** As many more sessions like the user's latest one, of before. */
  const copyLatest = async (userName: string, copies: number) => {
    const { db } = server.ctx;
    const users = db.selectFrom('users').select('user_id').where('operator_id', '=', root.operatorId);
    const { user_id } = await users.where('user_name', '=', userName).executeTakeFirstOrThrow();
    const own = db.selectFrom('sessions').where('operator_id', '=', root.operatorId).where('user_id', '=', user_id);
    const rows = await own.selectAll().orderBy('created_at', 'desc').execute();
    const latest = rows.find(
      (row) => userName === 'crowd' || row.auth_key_id !== null || row.origin_session_id !== null,
    );
    const copy = (i: number) => ({
      ...(latest as Sessions),
      session_id: `${user_id}-${i}`,
      token_hash: `${user_id}${i}`,
      created_at: i,
    });
    for (let i = 0; i < copies; i += 500) {
      await db
        .insertInto('sessions')
        .values(Array.from({ length: Math.min(500, copies - i) }, (_, n) => copy(i + n)))
        .execute();
    }
    return async () =>
      (await own.select(['session_id', 'created_at']).execute()).filter(({ created_at }) => created_at < copies);
  };

  it.each(['an AuthKey', 'a switch', 'a password'])(
    'sessions opened by %s are 2,000 at most: the oldest end, and no other ones of the user',
    async (way) => {
      const name = way === 'a password' ? 'crowd' : way === 'a switch' ? 'crowded' : 'swarm';
      const owner = await signInSam(server, await newSam(server, root, as, name, allow(['*'])));
      const again: Record<string, () => Promise<unknown>> = {
        'an AuthKey': await newKey(name),
        'a switch': () => switchTo(name),
        'a password': () => byPassword(name),
      };
      const open = again[way] as () => Promise<unknown>;
      await (way === 'a switch' ? bySwitch(name) : open());
      const left = await copyLatest(name, 2010);
      await open();
      const copies = await left();
      // The oldest 2,010 − 2,000 and two real ones of this way; that of the owner is of the way in one case only.
      const real = way === 'a password' ? 3 : 2;
      expect(copies.length).toBe(2000 - real);
      expect(Math.min(...copies.map(({ created_at }) => created_at))).toBe(10 + real);
      expect(await alive(owner)).toBe(true);
      const operation = way === 'a switch' ? 'Auth:switchUser' : 'Auth:auth';
      const records = await auditOf(server, root.operatorId, operation);
      expect(records.at(-1)?.detail).toContain(`"sessions":${10 + real}`);
    },
  );

  it.each(Object.entries(ways))('A13: opened by %s, it sees and ends only itself', async (way, open) => {
    const name = way === 'a switch' ? 'entered' : 'robot';
    const owner = await signInSam(server, await newSam(server, root, as, name, allow(['*'])));
    const borrowed = await open(name);
    const [own = '', ...others] = await idsOf(borrowed);
    expect(others).toEqual([]);
    const foreign = (await idsOf(owner)).find((id) => id !== own) ?? '';
    for (const path of [`/v1/auth/sessions/${foreign}`, '/v1/auth/sessions']) {
      const answer = await call(server, 'DELETE', path, { as: borrowed });
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'AUM0015']);
    }
    // Nor by the operation that ends the sessions of a user in the path, when that is itself.
    const revoke = await call(server, 'DELETE', `${userPath(root, name)}/tokens`, { as: borrowed });
    expect([revoke.status, revoke.body.code]).toEqual([403, 'AUM0015']);
    const stepUp = await call(server, 'POST', '/v1/auth/step_up', { as: borrowed, body: { password: 'x' } });
    expect(stepUp.body.code).toBe('AUM0015');
    expect([await alive(owner), await alive(borrowed)]).toEqual([true, true]);
    expect((await call(server, 'DELETE', `/v1/auth/sessions/${own}`, { as: borrowed })).status).toBe(204);
    expect([await alive(owner), await alive(borrowed)]).toEqual([true, false]);
    // The owner sees, and can end, what somebody opened in its name.
    const again = await open(name);
    expect((await idsOf(owner)).length).toBe(2);
    expect((await call(server, 'DELETE', '/v1/auth/sessions', { as: owner })).body).toEqual({ ended: 1 });
    expect(await alive(again)).toBe(false);
  });

  const stepUp = (session: Credentials, password: string) =>
    call(server, 'POST', '/v1/auth/step_up', { as: session, body: { password } });

  it('A20: five wrong passwords in a row end the session; the owner is told, the other sessions go on', async () => {
    const victim = await newRoot(server);
    const [other, stolen] = [await signIn(server, victim), await signIn(server, victim)];
    for (let i = 0; i < 4; i++) expect((await stepUp(stolen, `guess ${i}`)).body.code).toBe('AUM0011');
    const right = await stepUp(stolen, victim.password);
    const next = { ...stolen, token: String(right.body.token) };
    canaries.add(next.token);
    const answers: Answer[] = [];
    for (let i = 0; i < 5; i++) {
      expect([i, await alive(next)]).toEqual([i, true]);
      answers.push(await stepUp(next, `another guess ${i}`));
    }
    expect(answers.map((answer) => answer.body.code)).toEqual(Array(5).fill('AUM0011'));
    expect([await alive(next), await alive(other)]).toEqual([false, true]);
    const mails = (await mailsOf(server, victim.operatorId)).filter(({ facts }) => facts.event === 'session_ended');
    expect(mails.map(({ to, facts }) => [to, facts.receipt])).toEqual([
      [victim.email, { sessions: 1, pendingSignIns: 0, links: 0, backupCodes: 0 }],
    ]);
    const records = (await auditOf(server, victim.operatorId, 'Auth:stepUp')).slice(-1);
    expect(records[0]).toMatchObject({
      actor: 'root',
      outcome: 'failure',
      reason: 'wrong credentials, session ended',
      status_code: 400,
    });
  });

  it('A17, A20: passwords that pacing did not look at do not count towards the end of a session', async () => {
    const victim = await newRoot(server);
    const session = await signIn(server, victim);
    // The five evaluated failures of this source are used up elsewhere.
    const body = { email: victim.email, password: 'wrong' };
    for (let i = 0; i < 5; i++) await call(server, 'POST', '/v1/auth', { body });
    for (let i = 0; i < 6; i++) await stepUp(session, 'never looked at');
    expect(await alive(session)).toBe(true);
    server.clock.now += 16 * minute;
    expect((await stepUp(session, victim.password)).status).toBe(200);
  });

  const told = async (operatorId: string) =>
    (await mailsOf(server, operatorId)).filter(({ facts }) => facts.event === 'sign_in_code_failed').length;

  it('A20: a right password without a code is told once; a program that then sends its code is not told of', async () => {
    const victim = await newRoot(server);
    const { seed } = await enrol(server, victim);
    const { email, password } = victim;
    const login = (ip: string, mfaOTPCode?: string) =>
      call(server, 'POST', '/v1/auth', { body: { email, password, ...(mfaOTPCode && { mfaOTPCode }) }, ip });
    expect((await login('203.0.113.1')).body.code).toBe('MFA0001');
    server.clock.now += minute;
    const opened = await login('203.0.113.1', otpAt(seed, server.clock.now));
    canaries.add(String(opened.body.token)).add(String(opened.body.apiKey));
    expect(opened.status).toBe(200);
    server.clock.now += 10 * minute;
    expect(await told(victim.operatorId)).toBe(0);
    // Trying again and again does not put it off.
    for (let i = 0; i < 3; i++) {
      expect((await login('203.0.113.66')).body.code).toBe('MFA0001');
      server.clock.now += 2 * minute;
      if (i < 2) expect(await told(victim.operatorId)).toBe(0);
    }
    expect(await told(victim.operatorId)).toBe(1);
    const mail = (await mailsOf(server, victim.operatorId)).find(({ facts }) => facts.event === 'sign_in_code_failed');
    expect(mail?.facts.sourceIp).toBe('203.0.113.66');
    await login('203.0.113.66');
    server.clock.now += 6 * minute;
    expect(await told(victim.operatorId), 'once an hour').toBe(1);
  });

  it('A20: a receipt counts the sessions and pending sign-ins that were still alive', async () => {
    const owner = await newRoot(server);
    const body = { email: owner.email, password: owner.password };
    const short = await call(server, 'POST', '/v1/auth', { body: { ...body, tokenTimeoutSeconds: 180 } });
    credentialsOf(short.body);
    const sam: Sam = await newSam(server, owner, await signIn(server, owner), 'sam');
    const old = credentialsOf(
      (await call(server, 'POST', '/v1/auth', { body: { ...sam, tokenTimeoutSeconds: 180 } })).body,
    );
    server.clock.now += 4 * minute;
    expect(await alive(old)).toBe(false);
    const [live, own] = [await signIn(server, owner), await signIn(server, owner)];
    const ended = await call(server, 'DELETE', '/v1/auth/sessions', { as: own });
    // The one of newSam is alive as well; the short one is over.
    expect([ended.body, await alive(live)]).toEqual([{ ended: 2 }, false]);
  });
});
