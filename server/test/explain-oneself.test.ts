import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
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
