import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { newBrowser } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const rights = ['User:listUsers', 'User:enableUserMFA', 'User:verifyUserMFA'];
const nothing = JSON.stringify({ statements: [] });

describe.each(engines)('MFA required of roles and users on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());

  const operator = (root: Root) => `/v1/operators/${root.operatorId}`;
  const ofUser = (root: Root, name: string) => `${userPath(root, name)}/mfa_requirement`;
  const ofRole = (root: Root, id: string) => `${operator(root)}/roles/${id}/mfa_requirement`;
  const require = (path: string, as: Credentials, requiredFrom: number | null) =>
    call(server, 'PUT', path, {
      as,
      body: requiredFrom === null ? { required: false } : { required: true, from: requiredFrom },
    });
  const settings = (some: object) => ({
    mfaRequiredForRoot: false,
    mfaRequiredForSamUsers: false,
    escalationGuard: true,
    ...some,
  });
  /** What a call that only permissions decide is answered with. */
  const list = async (root: Root, as: Credentials) => {
    const { status, body } = await call(server, 'GET', `${operator(root)}/users`, { as });
    return body.code ?? status;
  };

  async function place(...names: string[]) {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const sessions: Record<string, Credentials> = {};
    for (const name of names) {
      sessions[name] = await signInSam(server, await newSam(server, root, as, name, allow(rights)));
    }
    return { root, as, of: (name: string) => sessions[name] as Credentials };
  }

  async function role(root: Root, as: Credentials, id: string, ...users: string[]) {
    const body = { permission: nothing };
    expect((await call(server, 'POST', `${operator(root)}/roles/${id}`, { as, body })).status).toBe(200);
    for (const name of users) {
      const attached = await call(server, 'POST', `${userPath(root, name)}/roles`, { as, body: { roleId: id } });
      expect(attached.status).toBe(200);
    }
  }

  it('a user and whoever has a role can only enrol from the date on, and at the very next call', async () => {
    const { root, as, of } = await place('taro', 'hana', 'ken');
    await role(root, as, 'staff', 'hana');
    const from = server.clock.now + 1000;
    expect((await require(ofUser(root, 'taro'), as, from)).status).toBe(200);
    expect((await require(ofRole(root, 'staff'), as, from)).status).toBe(200);
    for (const name of ['taro', 'hana', 'ken']) expect([name, await list(root, of(name))]).toEqual([name, 200]);
    server.clock.now += 999;
    for (const name of ['taro', 'hana', 'ken']) expect([name, await list(root, of(name))]).toEqual([name, 200]);
    server.clock.now += 1;
    expect(await list(root, of('taro'))).toBe('MFA0008');
    expect(await list(root, of('hana'))).toBe('MFA0008');
    expect(await list(root, of('ken'))).toBe(200);
    // A later date is the ease that `null` is.
    await require(ofUser(root, 'taro'), as, server.clock.now + day);
    expect(await list(root, of('taro'))).toBe(200);
    await require(ofUser(root, 'taro'), as, 0);
    expect(await list(root, of('taro'))).toBe('MFA0008');
    await require(ofUser(root, 'taro'), as, null);
    expect(await list(root, of('taro'))).toBe(200);
    await enrolSam(server, root, of('hana'), 'hana');
    expect(await list(root, of('hana'))).toBe(200);
    await call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as });
  });

  it('the earliest of all rules binds, and none loosens another one', async () => {
    const { root, as, of } = await place('taro');
    const { now } = server.clock;
    await role(root, as, 'late', 'taro');
    await role(root, as, 'soon', 'taro');
    await require(ofRole(root, 'late'), as, now + 3 * day);
    await require(ofRole(root, 'soon'), as, now + 2 * day);
    await require(ofUser(root, 'taro'), as, now + 4 * day);
    const operators = settings({ mfaRequiredForSamUsers: true, mfaRequiredForSamUsersFrom: now + day });
    const put = (body: object) => call(server, 'PUT', `${operator(root)}/settings`, { as, body });
    expect((await put(operators)).status).toBe(204);

    const browser = newBrowser(server);
    const password = 'sam taro pass phrase';
    await browser.call('POST', '/v1/console/sign_in', {
      body: { operatorId: root.operatorId, userName: 'taro', password },
    });
    const bound = async () => (await browser.call('GET', '/v1/console/session')).body.mfaRequirement;
    expect(await bound()).toEqual({ rule: 'sam_users', from: now + day });
    // A client that knows no dates leaves the one that was set.
    expect((await put(settings({ mfaRequiredForSamUsers: true }))).status).toBe(204);
    expect(await bound()).toEqual({ rule: 'sam_users', from: now + day });
    await put(settings({}));
    expect(await bound()).toEqual({ rule: 'role', name: 'soon', from: now + 2 * day });
    await require(ofRole(root, 'soon'), as, null);
    expect(await bound()).toEqual({ rule: 'role', name: 'late', from: now + 3 * day });
    await call(server, 'DELETE', `${userPath(root, 'taro')}/roles/late`, { as });
    expect(await bound()).toEqual({ rule: 'user', name: 'taro', from: now + 4 * day });
    const rules = await call(server, 'GET', `${operator(root)}/mfa_requirements`, { as });
    expect(JSON.parse(rules.text)).toEqual([
      { rule: 'role', name: 'late', from: now + 3 * day },
      { rule: 'user', name: 'taro', from: now + 4 * day },
    ]);
    await require(ofUser(root, 'taro'), as, now);
    expect(await list(root, of('taro'))).toBe('MFA0008');
    expect(await bound()).toEqual({ rule: 'user', name: 'taro', from: now });
  });

  it('programs with AuthKeys are not asked, switched sessions and AuthKeys set nothing', async () => {
    const { root, as } = await place('taro');
    const all = allow(['*']);
    await call(server, 'PUT', `${userPath(root, 'taro')}/permission`, { as, body: { permission: all } });
    const { body: key } = await call(server, 'POST', `${userPath(root, 'taro')}/auth_keys`, { as });
    const program = credentialsOf((await call(server, 'POST', '/v1/auth', { body: key })).body);
    expect((await require(ofUser(root, 'taro'), program, null)).body.code).toBe('AUM0015');
    await require(ofUser(root, 'taro'), as, server.clock.now);
    expect(await list(root, program)).toBe(200);
  });

  it('nobody is locked out, or let off, by somebody weaker: not directly, not by a role', async () => {
    const { root, as } = await place('boss');
    const may = [
      'User:updateUserMFARequirement',
      'Role:updateRoleMFARequirement',
      'Role:attachRole',
      'Role:detachRole',
    ];
    const weak = await signInSam(server, await newSam(server, root, as, 'weak', allow([...may, ...rights])));
    await newSam(server, root, as, 'weaker', allow(['User:listUsers']));
    await call(server, 'PUT', `${userPath(root, 'boss')}/permission`, { as, body: { permission: allow(['*']) } });
    await role(root, as, 'both', 'boss', 'weak');
    await role(root, as, 'trap');
    const { now } = server.clock;
    expect((await require(ofUser(root, 'boss'), weak, now)).body.code).toBe('AUM0024');
    expect((await require(ofRole(root, 'both'), weak, now)).body.code).toBe('AUM0024');
    expect((await require(ofRole(root, 'trap'), weak, now)).status).toBe(200);
    const attach = (name: string) =>
      call(server, 'POST', `${userPath(root, name)}/roles`, { as: weak, body: { roleId: 'trap' } });
    expect((await attach('boss')).body.code).toBe('AUM0024');
    expect((await attach('weaker')).status).toBe(200);
    // The root user has no such path, and the switch for it is its own.
    expect((await require(ofUser(root, 'root'), weak, now)).body.code).toBe('COM0404');
    const body = settings({ mfaRequiredForRoot: true });
    expect((await call(server, 'PUT', `${operator(root)}/settings`, { as: weak, body })).body.code).toBe('AUM0016');

    await require(ofUser(root, 'boss'), as, now);
    await call(server, 'POST', `${userPath(root, 'boss')}/roles`, { as, body: { roleId: 'trap' } });
    expect((await require(ofUser(root, 'boss'), weak, null)).body.code).toBe('AUM0024');
    expect((await require(ofRole(root, 'trap'), weak, null)).body.code).toBe('AUM0024');
    const detached = await call(server, 'DELETE', `${userPath(root, 'boss')}/roles/trap`, { as: weak });
    expect(detached.body.code).toBe('AUM0024');
  });

  it('who may not is refused, who does it to itself is told, and each act is on record', async () => {
    const { root, as, of } = await place('taro');
    const { now } = server.clock;
    expect((await require(ofUser(root, 'taro'), of('taro'), null)).body.code).toBe('AUM0017');
    expect((await call(server, 'GET', `${operator(root)}/mfa_requirements`, { as: of('taro') })).body.code).toBe(
      'AUM0017',
    );
    const permission = allow(['User:updateUserMFARequirement'], "pathVariable('user_name') == samUserName");
    await call(server, 'PUT', `${userPath(root, 'taro')}/permission`, { as, body: { permission } });
    const told = await require(ofUser(root, 'taro'), of('taro'), now);
    expect(told.body).toEqual({ callerMustEnrolFrom: now });
    // From here on it does not let itself off, whatever it is permitted.
    expect((await require(ofUser(root, 'taro'), of('taro'), null)).body.code).toBe('MFA0008');
    const records = await auditOf(server, root.operatorId, 'User:updateUserMFARequirement');
    expect(records.map(({ outcome, detail }) => [outcome, detail])).toContainEqual([
      'success',
      JSON.stringify({ requiredFrom: now }),
    ]);
    await role(root, as, 'staff');
    expect((await require(ofRole(root, 'none'), as, now)).body.code).toBe('COM0404');
    expect((await require(ofRole(root, 'srn:warifu::Role:ReadOnly'), as, now)).body.code).toBe('AUM0034');
    for (const wrong of [-1, 1.5, 'soon', 253_402_300_800_000]) {
      const body = { required: true, from: wrong };
      const refused = await call(server, 'PUT', ofUser(root, 'taro'), { as, body });
      expect([wrong, refused.status, refused.text]).toEqual([wrong, 400, expect.stringContaining('from')]);
    }
    server.clock.now += limits.stepUp;
    expect((await require(ofUser(root, 'taro'), as, null)).body.code).toBe('MFA0004');
  });

  it('the rehearsal says whom a requirement would touch, who enrols alone, and who may help', async () => {
    const { root, as, of } = await place('ready', 'enrols', 'helper');
    await enrolSam(server, root, of('ready'), 'ready');
    for (const name of ['newcomer', 'program']) await call(server, 'POST', userPath(root, name), { as, body: {} });
    await call(server, 'POST', `${userPath(root, 'program')}/auth_keys`, { as });
    const permission = allow(['User:createUserPassword']);
    await call(server, 'PUT', `${userPath(root, 'helper')}/permission`, { as, body: { permission } });
    await role(root, as, 'staff', 'ready', 'newcomer');
    const { now } = server.clock;
    await require(ofUser(root, 'enrols'), as, now + day);
    const ask = async (query: string) => {
      const { status, text } = await call(server, 'GET', `${operator(root)}/mfa_requirements/rehearsal?${query}`, {
        as,
      });
      return { status, ...(JSON.parse(text) as { users: { userName: string; standing: string }[]; helpers: unknown }) };
    };
    const standings = async (query: string) =>
      (await ask(query)).users.map(({ userName, standing }) => [userName, standing]);
    expect(await standings('rule=sam_users')).toEqual([
      ['enrols', 'enrols'],
      ['helper', 'enrols'],
      ['newcomer', 'locked out'],
      ['program', 'programs only'],
      ['ready', 'ready'],
    ]);
    expect(await standings('rule=role&role_id=staff')).toEqual([
      ['newcomer', 'locked out'],
      ['ready', 'ready'],
    ]);
    expect(await standings('rule=root')).toEqual([['', 'enrols']]);
    const [ready] = (await ask('rule=user&user_name=ready')).users;
    // A device of one user, and only others to help when it is gone.
    expect(ready).toMatchObject({ mfaActive: true, wayBack: 'help' });
    const one = await ask('rule=user&user_name=enrols');
    expect(one.users).toMatchObject([{ mfaActive: false, bound: { rule: 'user', name: 'enrols', from: now + day } }]);
    expect(one.helpers).toEqual([
      { userName: '', allowed: 'always', mfaActive: false },
      { userName: 'helper', allowed: 'always', mfaActive: false },
    ]);
    expect((await ask('rule=role')).status).toBe(400);
    expect((await ask('rule=user&user_name=nobody')).status).toBe(404);

    // What it said is so when the requirement binds.
    const body = settings({ mfaRequiredForSamUsers: true });
    await call(server, 'PUT', `${operator(root)}/settings`, { as, body });
    expect(await list(root, of('enrols'))).toBe('MFA0008');
    expect(await list(root, of('ready'))).toBe(200);
  });
});
