import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('explaining oneself on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let self: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await signIn(server, root);
    await newSam(server, root, as, 'other', allow(['*']));
    const condition =
      "ipAddress('198.51.100.0/24') and authAgeSeconds < 60 and pathVariable('user_name') == samUserName";
    self = await signInSam(server, await newSam(server, root, as, 'self', allow(['User:getUser'], condition)));
  });
  afterAll(() => server.stop());

  const explain = (who: Credentials, body: object) =>
    call(server, 'POST', `/v1/operators/${root.operatorId}/permissions/explain`, { as: who, body });
  const aboutSelf = { userName: 'self', api: 'User:getUser', pathVariables: { user_name: 'self' } };

  it('needs no permission, and is decided as a call of that very session is', async () => {
    const explained = await explain(self, aboutSelf);
    expect([explained.status, explained.body.decision]).toEqual([200, 'allow']);
    expect((await call(server, 'GET', userPath(root, 'self'), { as: self })).status).toBe(200);
    server.clock.now += 61_000;
    expect((await explain(self, aboutSelf)).body.decision).toBe('deny');
    expect((await call(server, 'GET', userPath(root, 'self'), { as: self })).status).toBe(403);
  });

  it('says what else was asked for: another address, another age, a draft', async () => {
    const asked = { ...aboutSelf, authAgeSeconds: 0 };
    expect((await explain(self, asked)).body.decision).toBe('allow');
    expect((await explain(self, { ...asked, sourceIp: '192.0.2.1' })).body.decision).toBe('deny');
    const draft = allow(['User:deleteUser']);
    expect((await explain(self, { ...aboutSelf, api: 'User:deleteUser', draft })).body.decision).toBe('allow');
    const session = { authMethod: 'password+totp', draft: allow(['User:getUser'], 'mfaAuthenticated') };
    expect((await explain(self, { ...aboutSelf, ...session })).body.decision).toBe('allow');
  });

  it.each([{ userName: 'other' }, { userName: ['self'] }, { userName: 'Self' }, { userName: '' }, {}])(
    'but not about anybody else: %j',
    async (who) => {
      const answer = await explain(self, { api: 'User:getUser', ...who });
      expect([answer.status, answer.body.code, answer.body.permission]).toEqual([
        403,
        'AUM0017',
        'User:explainPermission',
      ]);
    },
  );

  it('A9: says what no permission decides: who may call at all, the kind of the session, MFA that must come first', async () => {
    const about = async (who: Credentials, api: string) => {
      const { access, decision, settledBy } = (await explain(who, { userName: 'self', api })).body;
      return [access, decision, settledBy];
    };
    for (const who of [self, as]) {
      expect(await about(who, 'Auth:listSessions')).toEqual(['signed in', 'allow', 'access']);
      expect(await about(who, 'Auth:auth')).toEqual(['anyone', 'allow', 'access']);
      expect(await about(who, 'Operator:revokeMFA')).toEqual(['root', 'deny', 'access']);
    }
    const made = await call(server, 'POST', `${userPath(root, 'self')}/auth_keys`, { as });
    const key = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    expect(await about(key, 'Auth:endOtherSessions')).toEqual(['signed in', 'deny', 'session']);
    expect((await call(server, 'DELETE', '/v1/auth/sessions', { as: key })).body.code).toBe('AUM0015');
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: true, escalationGuard: true };
    await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, { as, body: settings });
    expect(await about(as, 'Auth:listSessions')).toEqual(['signed in', 'deny', 'enrolment']);
    const own = { userName: 'self', api: 'User:enableUserMFA', pathVariables: { user_name: 'self' } };
    expect((await explain(as, own)).body).toMatchObject({ decision: 'allow', settledBy: 'enrolment' });
    // With a code means that there is a factor.
    const proved = { userName: 'self', api: 'Auth:listSessions', authMethod: 'password+totp' };
    expect((await explain(as, proved)).body).toMatchObject({ decision: 'allow', settledBy: 'access' });
    const who = await call(
      server,
      'GET',
      `/v1/operators/${root.operatorId}/permissions/who_can?api=User:enableUserMFA`,
      {
        as,
      },
    );
    expect(who.body).toContainEqual(
      expect.objectContaining({ userName: 'self', allowed: 'sometimes', mustEnrol: true, statements: [] }),
    );
  });

  it('a document that is refused says where as facts', async () => {
    const text = '{\n  "statements": [{"effect": "allow", "api": "User:getUser", "condition": "samUserNam == 1"}]}';
    const permission = await call(server, 'PUT', `${userPath(root, 'self')}/permission`, {
      as,
      body: { permission: text },
    });
    expect(permission.body).toMatchObject({ code: 'AUM0030', line: 2, column: text.indexOf('samUserNam') - 1 });
    const trustPolicy = '{"statements":\n  []}';
    const trust = await call(server, 'PUT', `${userPath(root, 'self')}/trust_policy`, { as, body: { trustPolicy } });
    expect(trust.body).toMatchObject({ code: 'AUM0031', line: 2, column: 3 });
  });
});
