import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, newRoot, type Root, signIn } from './support/people.ts';
import { doneSince, par, raceEnd, rounds, sourceOf, tally, untilServed } from './support/race.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startSecondServer, startTestServer, type TestServer } from './support/server.ts';

type Attack = readonly [operation: string, method: string, path: string, body?: unknown];

const role = 'srn:warifu::Role:Administrator';

/** What is under way for a user while it is deleted, and another one of its name is created. */
const attacks: readonly Attack[] = [
  ['User:generateUserAuthKey', 'POST', '/auth_keys'],
  ['User:createUserPassword', 'POST', '/password', { password: 'a pass phrase of the old one' }],
  ['Role:attachRole', 'POST', '/roles', { roleId: role }],
  ['User:enableUserMFA', 'POST', '/mfa'],
  ['User:updateUserPermission', 'PUT', '/permission', { permission: allow(['*']) }],
];

describe.each(engines)('deletion of a user on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = engine === 'postgres' ? await startSecondServer(server) : server;
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(async () => {
    if (second !== server) await second.stop();
    await server.stop();
  });
  // A slow machine answers some of 64 at one instant with 503, which changes nothing.
  afterEach(() => checkInvariants(server, [503]));

  const path = (name: string) => userPath(root, name);
  const both = (i: number) => (i % 2 === 0 ? server : second);

  /** What the user who has a name now owns, by the operation that makes it; a user who was just created has nothing. */
  async function owned(name: string): Promise<Record<string, number>> {
    const { db } = server.ctx;
    const user = await db
      .selectFrom('users')
      .selectAll()
      .where('operator_id', '=', root.operatorId)
      .where('name_key', '=', name)
      .executeTakeFirstOrThrow();
    const count = async (table: 'auth_keys' | 'user_roles' | 'factors' | 'sessions' | 'trusted_principals') =>
      (await db.selectFrom(table).select('user_id').where('user_id', '=', user.user_id).execute()).length;
    return {
      'User:generateUserAuthKey': await count('auth_keys'),
      'User:createUserPassword': user.password_hash === null ? 0 : 1,
      'Role:attachRole': await count('user_roles'),
      'User:enableUserMFA': await count('factors'),
      'User:updateUserPermission': user.permission === '' ? 0 : 1,
      'User:updateUserTrustPolicy': user.trust_policy === null ? 0 : 1,
      sessions: (await count('sessions')) + (await count('trusted_principals')),
    };
  }
  const nothing = {
    'User:generateUserAuthKey': 0,
    'User:createUserPassword': 0,
    'Role:attachRole': 0,
    'User:enableUserMFA': 0,
    'User:updateUserPermission': 0,
    'User:updateUserTrustPolicy': 0,
    sessions: 0,
  };

  it('A4: keys, passwords, roles, MFA and permissions that are made while the user is deleted and made anew are of one of the two', {
    timeout: 600_000,
  }, async () => {
    for (const [round, count] of rounds(engine).entries()) {
      await call(server, 'POST', path('phoenix'), { as, body: {} });
      const { last } = await doneSince(server, root.operatorId, 0);
      const request = (i: number) => {
        const [, method, suffix, body] = attacks[i % attacks.length] as Attack;
        const more = { ...(body !== undefined && { body }), ip: sourceOf(i) };
        return call(both(i), method, path('phoenix') + suffix, { as, ...more });
      };
      const replace = async () => {
        await untilServed(() => call(second, 'DELETE', path('phoenix'), { as }));
        return await untilServed(() => call(second, 'POST', path('phoenix'), { as, body: {} }));
      };
      const { answers, ended } = await raceEnd(count, request, replace);
      expect(ended.status).toBe(201);
      for (const { body } of answers) {
        if (typeof body.authKey === 'string') canaries.add(body.authKey);
        if (typeof body.totpUri === 'string') canaries.add(new URL(body.totpUri).searchParams.get('secret') ?? '');
      }
      // The records stand in the order of the commits: what the new user has was made after it was.
      const { done } = await doneSince(server, root.operatorId, last);
      expect([round, done[done.indexOf('User:deleteUser') + 1]]).toEqual([round, 'User:createUser']);
      const since = done.slice(done.indexOf('User:createUser'));
      const made = (operation: string) => since.filter((name) => name === operation).length;
      const has = await owned('phoenix');
      for (const [operation] of attacks) {
        const most = operation === 'User:generateUserAuthKey' ? 2 : 1;
        expect([round, operation, has[operation]]).toEqual([round, operation, Math.min(made(operation), most)]);
      }
      expect([round, has.sessions]).toEqual([round, 0]);
      const strange = Object.keys(tally(answers)).filter(
        (key) => !/^(20[014]|400 AUM00(22|23|50)|404 COM0404|503 COM0503)$/.test(key),
      );
      expect(strange).toEqual([]);
      await call(server, 'DELETE', path('phoenix'), { as });
    }
  });

  it('C: keys, password, session, role, factor and trust of a deleted user are gone with it', async () => {
    const sam = await newSam(server, root, as, 'ghost', allow(['*']));
    const made = await call(server, 'POST', `${path('ghost')}/auth_keys`, { as });
    canaries.add(String(made.body.authKey));
    await call(server, 'POST', `${path('ghost')}/roles`, { as, body: { roleId: role } });
    await call(server, 'POST', `${path('ghost')}/mfa`, { as });
    const soracom = [`srn:soracom:${root.operatorId}::User:ghost`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${path('ghost')}/trust_policy`, { as, body: { trustPolicy } });
    const session = await signInSam(server, sam);
    expect((await call(server, 'DELETE', path('ghost'), { as })).status).toBe(204);
    expect((await call(server, 'POST', path('ghost'), { as, body: {} })).status).toBe(201);
    expect(await owned('ghost')).toEqual(nothing);
    expect((await call(server, 'GET', path('ghost'), { as: session })).status).toBe(401);
    const { authKeyId, authKey } = made.body;
    const body = { authKeyId, authKey };
    expect((await call(server, 'POST', '/v1/auth', { body })).body.code).toBe('AUM0002');
    expect((await call(server, 'POST', '/v1/auth', { body: sam })).body.code).toBe('AUM0002');
  });

  it('two deletions at once: one is told that it was done, the other that there is no such user', async () => {
    for (let round = 0; round < 5; round++) {
      await call(server, 'POST', path('twice'), { as, body: {} });
      const answers = await par(2, (i) => call(both(i), 'DELETE', path('twice'), { as }));
      expect(tally(answers)).toEqual({ 204: 1, '404 COM0404': 1 });
    }
  });

  it('a user who is deleted while its session is calling gets 401, 403 or 404, and nothing of the calls stays', async () => {
    const sam = await newSam(server, root, as, 'leaver', allow(['*']));
    const session = await signInSam(server, sam);
    const calls = par(16, (i) => call(both(i), 'POST', path(`made${i}`), { as: session, body: {} }));
    await call(second, 'DELETE', path('leaver'), { as });
    const gone = Object.keys(tally(await calls));
    expect(gone.filter((key) => !/^(201|401 AUM0001|403 AUM0017|404 COM0404)$/.test(key))).toEqual([]);
    expect((await call(server, 'POST', path('later'), { as: session, body: {} })).body.code).toBe('AUM0001');
    for (let i = 0; i < 16; i++) await call(server, 'DELETE', path(`made${i}`), { as });
  });

  it('of two creations of one name, in two spellings, one is made', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await par(2, (i) => call(both(i), 'POST', path(i === 0 ? 'Same' : 'same'), { as, body: {} }));
      expect(tally(answers)).toEqual({ 201: 1, '400 AUM0020': 1 });
      for (const name of ['Same', 'same']) await call(server, 'DELETE', path(name), { as });
    }
  });

  it('parallel creations do not get beyond 50 users; the list of them takes a handful of statements', async () => {
    const owner = await newRoot(server);
    const session = await signIn(server, owner);
    const answers = await par(64, (i) => call(both(i), 'POST', userPath(owner, `user${i}`), { as: session, body: {} }));
    expect(tally(answers)).toEqual({ 201: 50, '400 AUM0021': 14 });
    const made = answers.findIndex(({ status }) => status === 201);
    await call(server, 'POST', `${userPath(owner, `user${made}`)}/roles`, { as: session, body: { roleId: role } });
    server.statements.length = 0;
    const list = await call(server, 'GET', `/v1/operators/${owner.operatorId}/users`, { as: session });
    expect(list.body).toHaveLength(50);
    expect(list.text).toContain(role);
    expect(server.statements.length).toBeLessThanOrEqual(7);
  });

  it('A20: updateDateTime moves by changes of the user, not by signing in or by what is done beside it', async () => {
    const sam = await newSam(server, root, as, 'dated', allow(['*']));
    const updated = async () => (await call(server, 'GET', path('dated'), { as })).body.updateDateTime;
    const before = await updated();
    server.clock.now += 5000;
    const session = await signInSam(server, sam);
    await call(server, 'POST', '/v1/auth/step_up', { as: session, body: { password: sam.password } });
    await call(server, 'POST', `${path('dated')}/mfa`, { as: session });
    expect(await updated()).toBe(before);
    await call(server, 'PUT', path('dated'), { as, body: { description: 'other' } });
    expect(await updated()).toBe(Number(before) + 5);
    server.clock.now += 5000;
    expect((await call(server, 'DELETE', `${path('dated')}/password`, { as })).status).toBe(204);
    expect(await updated()).toBe(Number(before) + 10);
  });

  it('A20: a receipt counts only what was alive', async () => {
    const sam = await newSam(server, root, as, 'counted');
    const short = await call(server, 'POST', '/v1/auth', { body: { ...sam, tokenTimeoutSeconds: 180 } });
    credentialsOf(short.body);
    server.clock.now += 181_000;
    await signInSam(server, sam);
    const done = await call(server, 'DELETE', `${path('counted')}/password`, { as });
    expect(done.headers['warifu-receipt']).toContain('sessions=1,');
  });
});
