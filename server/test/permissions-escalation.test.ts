import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { par, rounds, untilServed } from './support/race.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startSecondServer, startTestServer, type TestServer } from './support/server.ts';

const makeKeys = ['User:generateUserAuthKey'];

describe.each(engines)('R57: escalation of permissions on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let as: Credentials;
  let count = 0;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = engine === 'postgres' ? await startSecondServer(server) : server;
  });
  afterAll(async () => {
    if (second !== server) await second.stop();
    await server.stop();
  });
  // A slow machine answers some of 64 at one instant with 503, which changes nothing.
  afterEach(() => checkInvariants(server, [503]));

  /** An operator of its own for each attack. */
  async function fresh(): Promise<void> {
    root = await newRoot(server, `root${++count}@escalation.example`);
    as = await signIn(server, root);
  }
  const at = (name: string, rest = '') => userPath(root, name) + rest;
  const trust = (...principals: string[]) => ({
    trustPolicy: JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom: principals } }] }),
  });
  const srn = (name: string, of = root) => `srn:soracom:${of.operatorId}::User:${name}`;

  async function signInAs(name: string, permission: string): Promise<Credentials> {
    return await signInSam(server, await newSam(server, root, as, name, permission));
  }
  async function expectCode(
    answer: Promise<{ status: number; body: { code?: string } }>,
    status: number,
    code?: string,
  ) {
    const { status: got, body } = await answer;
    expect([got, body.code]).toEqual([status, code]);
  }
  const setDefaults = (permissions: string) =>
    call(server, 'PUT', `/v1/operators/${root.operatorId}/users/default_permissions`, { as, body: { permissions } });

  describe('A1: whom one may switch to', () => {
    it('counts when a key or a password of somebody is made', async () => {
      await fresh();
      await newSam(server, root, as, 'boss', allow(['*']));
      await call(server, 'POST', at('dana'), { as, body: {} });
      await call(server, 'PUT', at('boss', '/trust_policy'), { as, body: trust(srn('dana')) });
      const alice = await signInAs('alice', allow([...makeKeys, 'User:createUserPassword']));
      await expectCode(call(server, 'POST', at('boss', '/auth_keys'), { as: alice }), 403, 'AUM0024');
      await expectCode(call(server, 'POST', at('dana', '/auth_keys'), { as: alice }), 403, 'AUM0024');
      const body = { password: 'a pass phrase for dana' };
      await expectCode(call(server, 'POST', at('dana', '/password'), { as: alice, body }), 403, 'AUM0024');
    });

    it('counts for no more than a switched session may do: it makes no keys, so nobody may give that away', async () => {
      await fresh();
      const alice = await signInAs('alice', allow(['User:updateUserPermission', 'User:listUsers']));
      await newSam(server, root, as, 'keeper', allow([...makeKeys, 'User:getUser']));
      await call(server, 'PUT', at('keeper', '/trust_policy'), { as, body: trust(srn('alice')) });
      await newSam(server, root, as, 'carol');
      const give = (api: string[]) =>
        call(server, 'PUT', at('carol', '/permission'), { as: alice, body: { permission: allow(api) } });
      await expectCode(give(makeKeys), 403, 'AUM0024');
      await expectCode(give(['User:revokeUserAuthTokens']), 403, 'AUM0024');
      // What the switched session may do can be given.
      expect((await give(['User:getUser'])).status).toBe(200);
    });

    it('counts over operators, and behind a condition', async () => {
      await fresh();
      const [home, homeAs] = [root, as];
      await call(server, 'POST', at('dana'), { as, body: {} });
      const alice = await signInAs('alice', allow(makeKeys));
      await fresh();
      await newSam(server, root, as, 'boss', allow(['*']));
      const statement = { effect: 'allow', principal: { soracom: [srn('dana', home)] }, condition: 'mfaAuthenticated' };
      const trustPolicy = JSON.stringify({ statements: [statement] });
      await call(server, 'PUT', at('boss', '/trust_policy'), { as, body: { trustPolicy } });
      [root, as] = [home, homeAs];
      await expectCode(call(server, 'POST', at('dana', '/auth_keys'), { as: alice }), 403, 'AUM0024');
    });

    it('A12: more ways than are looked at are refused, not ignored', async () => {
      await fresh();
      const [home, homeAs] = [root, as];
      await call(server, 'POST', at('dana'), { as, body: {} });
      const alice = await signInAs('alice', allow(makeKeys));
      for (let operators = 0; operators < 2; operators++) {
        await fresh();
        for (let i = 0; i < 30; i++) {
          await call(server, 'POST', at(`user${i}`), { as, body: {} });
          await call(server, 'PUT', at(`user${i}`, '/trust_policy'), { as, body: trust(srn('dana', home)) });
        }
      }
      [root, as] = [home, homeAs];
      await expectCode(call(server, 'POST', at('dana', '/auth_keys'), { as: alice }), 403, 'AUM0040');
      expect((await call(server, 'POST', at('dana', '/auth_keys'), { as })).status).toBe(200);
    });

    it('does not stop whoever may switch there by the same way', async () => {
      await fresh();
      await newSam(server, root, as, 'boss', allow(['Role:listRoles']));
      await call(server, 'POST', at('dana'), { as, body: {} });
      const alice = await signInAs('alice', allow(makeKeys));
      await call(server, 'PUT', at('boss', '/trust_policy'), { as, body: trust(srn('dana'), srn('alice')) });
      expect((await call(server, 'POST', at('dana', '/auth_keys'), { as: alice })).status).toBe(200);
    });

    it('a user of a name that was deleted is not whom a trust policy means', async () => {
      await fresh();
      await newSam(server, root, as, 'boss', allow(['*']));
      await call(server, 'POST', at('dana'), { as, body: {} });
      await call(server, 'PUT', at('boss', '/trust_policy'), { as, body: trust(srn('dana'), srn('later')) });
      const alice = await signInAs('alice', allow([...makeKeys, 'User:createUser', 'User:deleteUser']));
      for (const name of ['dana', 'later']) {
        if (name === 'dana') await expectCode(call(server, 'DELETE', at(name), { as: alice }), 204);
        await expectCode(call(server, 'POST', at(name), { as: alice, body: {} }), 201);
        const key = await call(server, 'POST', at(name, '/auth_keys'), { as: alice });
        expect(key.status).toBe(200);
        const session = credentialsOf((await call(server, 'POST', '/v1/auth', { body: key.body })).body);
        const body = { operatorId: root.operatorId, userName: 'boss' };
        await expectCode(call(server, 'POST', '/v1/auth/switch_user', { as: session, body }), 400, 'AUM0025');
      }
    });
  });

  describe('A2: documents as they read for their owner', () => {
    const favours = [
      "samUserName == 'dana'",
      "'dana' == samUserName",
      "samUserName in ['x', 'dana']",
      "samUserName like 'd*'",
      "not (samUserName != 'dana')",
    ];
    it.each(favours)('default permissions with %s favour a name', async (condition) => {
      await fresh();
      await call(server, 'POST', at('dana'), { as, body: {} });
      const alice = await signInAs('alice', allow([...makeKeys, 'User:createUser', 'User:deleteUser']));
      await setDefaults(allow(['*'], condition));
      await expectCode(call(server, 'POST', at('dana', '/auth_keys'), { as: alice }), 403, 'AUM0024');
      await expectCode(call(server, 'DELETE', at('dana'), { as: alice }), 204);
      await expectCode(call(server, 'POST', at('dana'), { as: alice, body: {} }), 403, 'AUM0024');
      await expectCode(call(server, 'POST', at('zoe'), { as: alice, body: {} }), 201);
    });

    it('ordinary defaults about oneself do not stop a creation', async () => {
      await fresh();
      await setDefaults(allow(['User:getUser'], "pathVariable('user_name') == samUserName"));
      const alice = await signInAs('alice', allow(['User:createUser']));
      await expectCode(call(server, 'POST', at('zoe'), { as: alice, body: {} }), 201);
    });

    it('"only oneself" rights are not given to somebody whom one can become', async () => {
      await fresh();
      const own = allow(['User:revokeUserMFA'], "pathVariable('user_name') == samUserName");
      await call(server, 'POST', at('dana'), { as, body: {} });
      const alice = await signInAs(
        'alice',
        allow([...makeKeys, 'User:updateUserPermission', 'Role:createRole', 'Role:attachRole']),
      );
      await expectCode(
        call(server, 'PUT', at('dana', '/permission'), { as: alice, body: { permission: own } }),
        403,
        'AUM0024',
      );
      const role = `/v1/operators/${root.operatorId}/roles/own`;
      await expectCode(call(server, 'POST', role, { as: alice, body: { permission: own } }), 200);
      await expectCode(
        call(server, 'POST', at('dana', '/roles'), { as: alice, body: { roleId: 'own' } }),
        403,
        'AUM0024',
      );
    });
  });

  it('A3: a role is not widened while it is attached to oneself', async () => {
    await fresh();
    const rights = ['Role:createRole', 'Role:updateRole', 'Role:deleteRole', 'Role:attachRole', 'Role:detachRole'];
    const alice = await signInAs('alice', allow(rights));
    const nothing = JSON.stringify({ statements: [] });
    for (const [round, count] of rounds(engine).entries()) {
      const role = `/v1/operators/${root.operatorId}/roles/r${round}`;
      const made = untilServed(() => call(server, 'POST', role, { as: alice, body: { permission: nothing } }));
      await expectCode(made, 200);
      const answers = await par(count, (i) =>
        i % 2 === 0
          ? call(server, 'PUT', role, { as: alice, body: { permission: allow(['*']) } })
          : call(second, 'POST', at('alice', '/roles'), { as: alice, body: { roleId: `r${round}` } }),
      );
      const [widened, attached] = [0, 1].map((kind) =>
        answers.some(({ status }, i) => i % 2 === kind && status === 200),
      );
      expect([round, widened !== attached]).toEqual([round, true]);
      await untilServed(() => call(server, 'DELETE', at('alice', `/roles/r${round}`), { as }));
      await untilServed(() => call(server, 'DELETE', role, { as }));
    }
  }, 600_000);

  it('A11: a condition that is only grouped otherwise is another one', async () => {
    await fresh();
    const [b, c, d] = [10, 11, 12].map((first) => `ipAddress('${first}.0.0.0/8')`);
    const own = `(mfaAuthenticated or ${b}) == (${c} == ${d})`;
    const regrouped = `(mfaAuthenticated or (${b} == ${c})) == ${d}`;
    const permission = JSON.stringify({
      statements: [
        { effect: 'allow', api: 'User:updateUserPermission' },
        { effect: 'allow', api: '*', condition: own },
      ],
    });
    const alice = await signInAs('alice', permission);
    await call(server, 'POST', at('zoe'), { as, body: {} });
    const give = (condition: string) =>
      call(server, 'PUT', at('zoe', '/permission'), { as: alice, body: { permission: allow(['Role:*'], condition) } });
    await expectCode(give(regrouped), 403, 'AUM0024');
    await expectCode(give(own), 200);
  });

  it('A14: MFA of somebody stronger is not begun, nor confirmed, for it', async () => {
    await fresh();
    await newSam(server, root, as, 'boss', allow(['*']));
    await call(server, 'POST', at('weak'), { as, body: {} });
    const alice = await signInAs('alice', allow(['User:enableUserMFA', 'User:verifyUserMFA']));
    await expectCode(call(server, 'POST', at('boss', '/mfa'), { as: alice }), 403, 'AUM0024');
    expect((await call(server, 'POST', at('weak', '/mfa'), { as: alice })).status).toBe(200);
    expect((await call(server, 'POST', at('alice', '/mfa'), { as: alice })).status).toBe(200);
    await call(server, 'POST', at('boss', '/mfa'), { as });
    const body = { mfaOTPCode: '000000' };
    await expectCode(call(server, 'POST', at('boss', '/mfa/verify'), { as: alice, body }), 403, 'AUM0024');
  });

  describe('A13: borrowed sessions', () => {
    it('a switched one makes no key and no password', async () => {
      await fresh();
      await newSam(server, root, as, 'boss', allow(['*']));
      const alice = await signInAs('alice', allow(['Role:listRoles']));
      await call(server, 'PUT', at('boss', '/trust_policy'), { as, body: trust(srn('alice')) });
      const target = { operatorId: root.operatorId, userName: 'boss' };
      const switched = credentialsOf(
        (await call(server, 'POST', '/v1/auth/switch_user', { as: alice, body: target })).body,
      );
      await expectCode(call(server, 'POST', at('boss', '/auth_keys'), { as: switched }), 403, 'AUM0015');
      await expectCode(call(server, 'POST', at('alice', '/auth_keys'), { as: switched }), 403, 'AUM0015');
      await call(server, 'POST', at('zoe'), { as, body: {} });
      const body = { password: 'a pass phrase of zoe' };
      await expectCode(call(server, 'POST', at('zoe', '/password'), { as: switched, body }), 403, 'AUM0015');
    });

    it('one of an AuthKey makes no further key for its own user, and ends nobody else', async () => {
      await fresh();
      await call(server, 'POST', at('zoe'), { as, body: {} });
      const alice = await signInAs('alice', allow(['*']));
      const key = (await call(server, 'POST', at('alice', '/auth_keys'), { as: alice })).body;
      const session = credentialsOf((await call(server, 'POST', '/v1/auth', { body: key })).body);
      await expectCode(call(server, 'POST', at('alice', '/auth_keys'), { as: session }), 403, 'AUM0015');
      await expectCode(call(server, 'DELETE', at('alice', '/tokens'), { as: session }), 403, 'AUM0015');
      // Infrastructure tools make the keys of others.
      expect((await call(server, 'POST', at('zoe', '/auth_keys'), { as: session })).status).toBe(200);
      const own = `/v1/operators/${root.operatorId}`;
      const rootKey = (await call(server, 'POST', `${own}/auth_keys`, { as })).body;
      const rootSession = credentialsOf((await call(server, 'POST', '/v1/auth', { body: rootKey })).body);
      await expectCode(call(server, 'POST', `${own}/auth_keys`, { as: rootSession }), 403, 'AUM0015');
      await expectCode(call(server, 'DELETE', `${own}/tokens`, { as: rootSession }), 403, 'AUM0015');
    });
  });

  it("A19: a SAM user that must enrol does not read the root user's MFA", async () => {
    await fresh();
    const alice = await signInAs('alice', '');
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: true, escalationGuard: true };
    const own = `/v1/operators/${root.operatorId}`;
    await expectCode(call(server, 'PUT', `${own}/settings`, { as, body: settings }), 204);
    await expectCode(call(server, 'GET', `${own}/mfa`, { as: alice }), 403, 'AUM0017');
    await expectCode(call(server, 'GET', at('alice', '/mfa'), { as: alice }), 200);
    await newSam(server, root, as, 'bob');
    await expectCode(call(server, 'GET', at('bob', '/mfa'), { as: alice }), 403, 'AUM0017');
  });

  it('A12: roles are bounded for a user and for an operator', async () => {
    await fresh();
    await call(server, 'POST', at('zoe'), { as, body: {} });
    const role = (i: number) => `/v1/operators/${root.operatorId}/roles/r${i}`;
    const body = { permission: JSON.stringify({ statements: [] }) };
    for (let i = 0; i < 100; i++) await call(server, 'POST', role(i), { as, body });
    await expectCode(call(server, 'POST', role(100), { as, body }), 400, 'AUM0041');
    for (let i = 0; i < 20; i++) await call(server, 'POST', at('zoe', '/roles'), { as, body: { roleId: `r${i}` } });
    await expectCode(call(server, 'POST', at('zoe', '/roles'), { as, body: { roleId: 'r20' } }), 400, 'AUM0042');
    await expectCode(call(server, 'POST', at('zoe', '/roles'), { as, body: { roleId: 'r19' } }), 400, 'AUM0050');
  });

  it('A12: a document that is dear to compare is refused to a SAM user, not to the root user', async () => {
    await fresh();
    const alice = await signInAs('alice', allow(['User:updateUserPermission']));
    await call(server, 'POST', at('zoe'), { as, body: {} });
    const conditions = Array.from({ length: 14 }, (_, i) => {
      const networks = Array.from({ length: 99 }, (_, n) => `'10.${i}.${n}.0/24'`);
      return `ipAddress(${networks.join(', ')})`;
    });
    const api = Array.from({ length: 30 }, (_, i) => `${'*'.repeat(i + 1)}`);
    const permission = JSON.stringify({
      statements: conditions.map((condition) => ({ effect: 'allow', api, condition })),
    });
    const refused = await call(server, 'PUT', at('zoe', '/permission'), { as: alice, body: { permission } });
    expect(refused.status).toBe(403);
    expect(['AUM0024', 'AUM0040']).toContain(refused.body.code);
    await expectCode(call(server, 'PUT', at('zoe', '/permission'), { as, body: { permission } }), 200);
  });
});
