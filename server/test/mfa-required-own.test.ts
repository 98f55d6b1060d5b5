import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;

/** SECURITY: a requirement that its subject could end would be none. */
describe.each(engines)('a rule that concerns whoever changes it, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let in10Days: number;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
    in10Days = server.clock.now + 10 * day;
    await call(server, 'POST', `${operator()}/roles/staff`, { as, body: { permission: '{"statements":[]}' } });
    expect((await require(ofStaff(), as, in10Days)).status).toBe(200);
  });
  afterAll(() => server.stop());

  const operator = () => `/v1/operators/${root.operatorId}`;
  const ofStaff = () => `${operator()}/roles/staff/mfa_requirement`;
  const ofUser = (name: string) => `${userPath(root, name)}/mfa_requirement`;
  const require = (path: string, by: Credentials, from: number | null) =>
    call(server, 'PUT', path, { as: by, body: { required: from !== null, ...(from !== null && { from }) } });
  const rules = async () => JSON.parse((await call(server, 'GET', `${operator()}/mfa_requirements`, { as })).text);

  const guard = async (escalationGuard: boolean) => {
    const body = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard };
    expect((await call(server, 'PUT', `${operator()}/settings`, { as, body })).status).toBe(204);
  };

  /** A SAM user that may do everything, of whom MFA is required by its role and by its own rule. */
  async function bound(name: string) {
    const sam = await newSam(server, root, as, name, allow(['*']));
    await call(server, 'POST', `${userPath(root, name)}/roles`, { as, body: { roleId: 'staff' } });
    expect((await require(ofUser(name), as, in10Days)).status).toBe(200);
    return { sam, own: await signInSam(server, sam) };
  }

  async function loosens(by: Credentials, name: string) {
    const role = `${userPath(root, name)}/roles/staff`;
    const tries = {
      'ends its own': await require(ofUser(name), by, null),
      'postpones its own': await require(ofUser(name), by, in10Days + 1),
      'ends that of its role': await require(ofStaff(), by, null),
      'postpones that of its role': await require(ofStaff(), by, in10Days + 1),
      'takes the role off': await call(server, 'DELETE', role, { as: by }),
    };
    return Object.fromEntries(Object.entries(tries).map(([act, { body }]) => [act, body.code]));
  }
  const refusedWith = (code: string) => ({
    'ends its own': code,
    'postpones its own': code,
    'ends that of its role': code,
    'postpones that of its role': code,
    'takes the role off': code,
  });

  it('is not loosened by it, whatever it is permitted, with the guard against escalation or without', async () => {
    const { own } = await bound('taro');
    const before = await rules();
    expect(await loosens(own, 'taro')).toEqual(refusedWith('AUM0026'));
    await guard(false);
    expect(await loosens(own, 'taro')).toEqual(refusedWith('AUM0026'));
    await guard(true);
    expect(await rules()).toEqual(before);
  });

  it('is not loosened with MFA either, which can be disabled afterwards', async () => {
    const { sam, own } = await bound('hana');
    const seed = await enrolSam(server, root, own, 'hana');
    const strong = await signInSam(server, sam, otpAt(seed, server.clock.now));
    expect(await loosens(strong, 'hana')).toEqual(refusedWith('AUM0026'));
    // What binds already is not loosened by saying so once more.
    expect((await require(ofUser('hana'), strong, 0)).status).toBe(200);
    const now = { as: strong, body: { required: true } };
    expect((await call(server, 'PUT', ofUser('hana'), now)).status).toBe(200);
  });

  it('is made stricter by it, and loosened by others', async () => {
    const { own } = await bound('ken');
    await newSam(server, root, as, 'admin', allow(['*']));
    const admin = await signInSam(server, {
      operatorId: root.operatorId,
      userName: 'admin',
      password: 'sam admin pass phrase',
    });
    expect((await require(ofUser('ken'), own, in10Days - day)).body).toEqual({ callerMustEnrolFrom: in10Days - day });
    expect((await require(ofUser('ken'), admin, in10Days)).status).toBe(200);
    expect((await call(server, 'DELETE', `${userPath(root, 'ken')}/roles/staff`, { as: admin })).status).toBe(200);
    expect((await require(ofUser('ken'), admin, null)).status).toBe(200);
    // A rule that is not about oneself is like any other.
    expect((await require(ofStaff(), admin, in10Days + day)).status).toBe(200);
    expect((await require(ofStaff(), as, in10Days)).status).toBe(200);
  });

  it('is not loosened by its program, nor in the clothes of somebody else', async () => {
    await bound('eve');
    const { body: key } = await call(server, 'POST', `${userPath(root, 'eve')}/auth_keys`, { as });
    const program = credentialsOf((await call(server, 'POST', '/v1/auth', { body: key })).body);
    const role = `${userPath(root, 'eve')}/roles/staff`;
    expect((await call(server, 'DELETE', role, { as: program })).body.code).toBe('AUM0026');

    await newSam(server, root, as, 'other', allow(['*']));
    const soracom = [`srn:soracom:${root.operatorId}::User:eve`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${userPath(root, 'other')}/trust_policy`, { as, body: { trustPolicy } });
    const eve = await signInSam(server, {
      operatorId: root.operatorId,
      userName: 'eve',
      password: 'sam eve pass phrase',
    });
    const body = { operatorId: root.operatorId, userName: 'other' };
    const switched = credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: eve, body })).body);
    // What is borrowed is too weak for the guard against escalation, and without that guard it is still its own rule.
    expect((await call(server, 'DELETE', role, { as: switched })).body.code).toBe('AUM0024');
    await guard(false);
    expect((await call(server, 'DELETE', role, { as: switched })).body.code).toBe('AUM0026');
    await guard(true);
    const held = JSON.parse((await call(server, 'GET', `${userPath(root, 'eve')}/roles`, { as })).text);
    expect(held).toMatchObject([{ roleId: 'staff' }]);
  });

  it('is named by the refusal, in both languages, and by the one of a switch', async () => {
    const { own } = await bound('rie');
    const asked = (language: string, by: Credentials) =>
      call(server, 'GET', `${operator()}/users`, { as: by, headers: { 'x-soracom-lang': language } });
    await require(ofUser('rie'), as, 0);
    expect((await asked('en', own)).body).toMatchObject({
      code: 'MFA0008',
      rule: 'user',
      name: 'rie',
      message: 'MFA is required of rie. Enable it first; nothing else is possible until then.',
    });
    await require(ofUser('rie'), as, null);
    await require(ofStaff(), as, 0);
    expect((await asked('ja', own)).body).toMatchObject({
      code: 'MFA0008',
      rule: 'role',
      name: 'staff',
      message: 'ロール staff のユーザーには多要素認証が必須です。先に有効にしてください。',
    });
    const body = { operatorId: root.operatorId, userName: 'other' };
    expect((await call(server, 'POST', '/v1/auth/switch_user', { as: own, body })).body).toMatchObject({
      code: 'MFA0008',
      rule: 'role',
      name: 'staff',
    });
    await require(ofStaff(), as, in10Days);
    const switches = { mfaRequiredForRoot: true, mfaRequiredForSamUsers: true, escalationGuard: true };
    expect((await call(server, 'PUT', `${operator()}/settings`, { as, body: switches })).status).toBe(204);
    expect((await asked('en', own)).body).toMatchObject({ rule: 'sam_users' });
    expect((await asked('en', own)).body).not.toHaveProperty('name');
    expect((await asked('ja', as)).body).toMatchObject({
      rule: 'root',
      message: 'ルートユーザーには多要素認証が必須です。先に有効にしてください。',
    });
  });
});
