import { nameRule } from '@warifu/contract';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, mailsOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const encode = encodeURIComponent;

describe.each(engines)('names of every script, on %s', (engine) => {
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

  const at = (path: string) => `/v1/operators/${root.operatorId}${path}`;
  const userAt = (name: string) => userPath(root, encode(name));
  const roleAt = (name: string) => at(`/roles/${encode(name)}`);
  const names = async (path: string) => (await call(server, 'GET', at(path), { as })).body as unknown as object[];
  const refusal = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body.code];

  it.each([
    ['田中 太郎', '%E7%94%B0%E4%B8%AD%20%E5%A4%AA%E9%83%8E'],
    ['dave@example.com', 'dave@example.com'],
    ['dave+eu@example.org', 'dave%2Beu%40example.org'],
    ['a+b', 'a+b'],
    ['café', 'cafe%CC%81'],
    ['محمد', encode('محمد')],
    ['𠮷'.repeat(64), encode('𠮷'.repeat(64))],
  ])('a user %s is made, found, changed and removed at %s', async (name, encoded) => {
    const path = userPath(root, encoded);
    expect((await call(server, 'POST', path, { as, body: { description: 'x' } })).status).toBe(201);
    for (const one of [path, userAt(name), userAt(name.normalize('NFD'))]) {
      expect((await call(server, 'GET', one, { as })).body.userName).toBe(name);
    }
    expect(await names('/users')).toContainEqual(expect.objectContaining({ userName: name }));
    expect((await call(server, 'PUT', path, { as, body: { description: 'y' } })).status).toBe(200);
    expect((await call(server, 'DELETE', userAt(name.normalize('NFD')), { as })).status).toBe(204);
    expect((await call(server, 'GET', path, { as })).status).toBe(404);
    const log = await auditOf(server, root.operatorId, 'User:deleteUser');
    expect(log.at(-1)).toMatchObject({ actor: 'root', target: `sam:${name}` });
  });

  it('a role of any name is made, attached, found, detached and removed', async () => {
    const role = '管理者 Ａ+b@c';
    const permission = allow(['User:getUser']);
    const made = await call(server, 'POST', roleAt(role), { as, body: { permission } });
    expect([made.status, made.body.roleId]).toEqual([200, role]);
    expect(await names('/roles')).toContainEqual(expect.objectContaining({ roleId: role, roleName: role }));
    await newSam(server, root, as, encode('佐藤'));
    const attach = (roleId: string) => call(server, 'POST', `${userAt('佐藤')}/roles`, { as, body: { roleId } });
    expect((await attach(role)).status).toBe(200);
    expect(await names(`/roles/${encode(role)}/users`)).toMatchObject([{ userName: '佐藤' }]);
    expect((await call(server, 'PUT', roleAt(role), { as, body: { permission } })).status).toBe(200);
    expect((await call(server, 'DELETE', `${userAt('佐藤')}/roles/${encode(role)}`, { as })).status).toBe(200);
    expect((await call(server, 'DELETE', roleAt(role), { as })).status).toBe(204);
    const bad = await attach('管理/者');
    expect([...refusal(bad), bad.body.field]).toEqual([400, 'COM0001', 'roleId']);
  });

  it.each([
    ['Hanako', ['hanako', 'HANAKO', 'Ｈａｎａｋｏ', '𝐇anako']],
    ['René', ['rene\u0301', 'RENÉ', 'ｒené']],
    ['鈴木 一郎', ['鈴木 一郎'.normalize('NFD')]],
    ['ガス', ['カ\u3099ス', 'ｶﾞｽ']],
    ['straße', ['strasse', 'STRASSE']],
    ['ﬁnn', ['finn']],
  ])('what looks or compares like the user or role %s is taken', async (name, alike) => {
    expect((await call(server, 'POST', userAt(name), { as, body: {} })).status).toBe(201);
    const body = { permission: allow(['User:getUser']) };
    expect((await call(server, 'POST', roleAt(name), { as, body })).status).toBe(200);
    for (const other of [name, ...alike]) {
      expect(refusal(await call(server, 'POST', userAt(other), { as, body: {} }))).toEqual([400, 'AUM0020']);
      expect(refusal(await call(server, 'POST', roleAt(other), { as, body }))).toEqual([400, 'AUM0032']);
    }
    const both = await Promise.all(
      ['Racer', 'ＲＡＣＥＲ', 'racer'].map((other) =>
        call(server, 'POST', userAt(`${other} ${name}`), { as, body: {} }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
  });

  it.each([
    ['a direction override', 'taro\u202eexe'],
    ['a right-to-left mark', 'taro\u200f'],
    ['a zero-width space', 'ta\u200bro'],
    ['a joiner', 'ta\u200dro'],
    ['a Hangul filler', 'taro\u3164'],
    ['a control character', 'ta\u0007ro'],
    ['a line break', 'ta\nro'],
    ['a slash', 'ta/ro'],
    ['a Cyrillic letter among Latin ones', 'tаro'],
    ['65 letters', 'x'.repeat(65)],
    ['1,000 letters', '田'.repeat(1000)],
  ])('a name with %s is a 400 with the rule, at every door', async (_, name) => {
    const policy = (principal: string) => ({
      trustPolicy: JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom: principal } }] }),
    });
    const signIns = { operatorId: root.operatorId, userName: name, password: 'x' };
    const permission = allow(['User:getUser']);
    const doors: [method: string, path: string, body: object | undefined, field: string][] = [
      ['POST', userAt(name), {}, 'user_name'],
      ['GET', userAt(name), undefined, 'user_name'],
      ['PUT', userAt(name), {}, 'user_name'],
      ['DELETE', userAt(name), undefined, 'user_name'],
      ['GET', `${userAt(name)}/mfa`, undefined, 'user_name'],
      ['POST', `${userAt(name)}/auth_keys`, undefined, 'user_name'],
      ['POST', roleAt(name), { permission }, 'role_id'],
      ['GET', roleAt(name), undefined, 'role_id'],
      ['PUT', roleAt(name), { permission }, 'role_id'],
      ['DELETE', roleAt(name), undefined, 'role_id'],
      ['POST', '/v1/auth', signIns, 'userName'],
      ['POST', '/v1/console/sign_in', signIns, 'userName'],
      ['POST', '/v1/auth/switch_user', { operatorId: root.operatorId, userName: name }, 'userName'],
      ['POST', at('/permissions/explain'), { userName: name, api: 'User:getUser' }, 'userName'],
      ['GET', at(`/permissions/who_can?api=User:getUser&user_name=${encode(name)}`), undefined, 'user_name'],
    ];
    for (const [method, path, body, field] of doors) {
      const answer = await call(server, method, path, { as, ...(body && { body }) });
      expect([method, path, ...refusal(answer), answer.body.field]).toEqual([method, path, 400, 'COM0001', field]);
      expect(answer.body.message).toBe(`The request is not valid: ${field}: ${nameRule.en}`);
    }
    const trust = await call(server, 'PUT', `${userAt('佐藤')}/trust_policy`, {
      as,
      body: policy(`srn:soracom:${root.operatorId}::User:${name}`),
    });
    expect([...refusal(trust), trust.body.line]).toEqual([400, 'AUM0031', 1]);
  });

  it('the caller is looked at before the name', async () => {
    expect(refusal(await call(server, 'GET', userAt('a/b')))).toEqual([401, 'AUM0001']);
    const nobody = await signInSam(server, await newSam(server, root, as, 'nobody'));
    expect(refusal(await call(server, 'GET', userAt('a/b'), { as: nobody }))).toEqual([403, 'AUM0017']);
  });

  it.each(['%', '%zz', '%E7%94', '%C0%AF', '%ED%A0%80', '%2e%2e', '%00'])(
    'a path that is encoded wrongly (%s) is no error of the server',
    async (part) => {
      const answer = await call(server, 'GET', userPath(root, part), { as });
      expect([400, 404]).toContain(answer.status);
    },
  );

  describe('at sign-in', () => {
    const name = 'Élise 山田';
    let password: string;
    beforeAll(async () => {
      ({ password } = await newSam(server, root, as, encode(name), allow(['User:getUser'])));
    });

    it.each([name, 'élise 山田', 'E\u0301LISE 山田', 'Ｅ\u0301ｌｉｓｅ\u3000山田', ` ${name} `])(
      '%j finds it, and the answer shows the name as it is kept',
      async (userName) => {
        const { operatorId } = root;
        const answer = await call(server, 'POST', '/v1/auth', { body: { operatorId, userName, password } });
        expect([answer.status, answer.body.userName]).toEqual([200, name]);
        const { token } = credentialsOf(answer.body);
        expect(decodeJwt(token)).toMatchObject({ operator: { operatorId, userName: name } });
        const log = await auditOf(server, operatorId, 'Auth:auth');
        expect(log.at(-1)).toMatchObject({ user_name: name, actor: `sam:${name}`, outcome: 'success' });
      },
    );

    it('the operator ID is read in any case and width as well', async () => {
      const wide = root.operatorId.replace(/[\dOP]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
      for (const operatorId of [wide, root.operatorId.toLowerCase(), ` ${root.operatorId} `]) {
        const answer = await call(server, 'POST', '/v1/auth', { body: { operatorId, userName: name, password } });
        expect([answer.status, answer.body.operatorId]).toEqual([200, root.operatorId]);
      }
    });

    it('failures of all spellings are those of one account', async () => {
      await newSam(server, root, as, 'Pacing');
      const { operatorId } = root;
      const spellings = ['pacing', 'PACING', 'ｐａｃｉｎｇ', 'Pacing ', 'paCing'];
      for (const [i, userName] of spellings.entries()) {
        const ip = `203.0.113.${i}`;
        await call(server, 'POST', '/v1/auth', { ip, body: { operatorId, userName, password: 'wrong' } });
      }
      const rows = await server.ctx.db.selectFrom('login_accounts').select('failures').execute();
      expect(rows.map(({ failures }) => failures)).toContain(spellings.length);
    });

    it('a condition sees the name as it is kept, whatever was typed, and reads its text composed', async () => {
      const put = (permission: string) =>
        call(server, 'PUT', `${userAt(name)}/permission`, { as, body: { permission } });
      const { operatorId } = root;
      const sign = { operatorId, userName: 'ÉLISE 山田', password };
      const own = credentialsOf((await call(server, 'POST', '/v1/auth', { body: sign })).body);
      const read = async (path: string) => (await call(server, 'GET', path, { as: own })).status;
      const decomposed = name.normalize('NFD');
      for (const text of [name, decomposed]) {
        await put(allow(['User:getUser'], `samUserName == '${text}' and pathVariable('user_name') == '${text}'`));
        expect([await read(userAt(name)), await read(userAt(decomposed)), await read(userAt('佐藤'))]).toEqual([
          200, 200, 403,
        ]);
      }
      // SECURITY: another spelling gets around neither an allow nor a deny.
      const deny = { effect: 'deny', api: 'User:getUser', condition: `pathVariable('user_name') == '${decomposed}'` };
      await put(JSON.stringify({ statements: [{ effect: 'allow', api: 'User:*' }, deny] }));
      expect([await read(userAt(name)), await read(userAt(decomposed)), await read(userAt('佐藤'))]).toEqual([
        403, 403, 200,
      ]);
      for (const spelling of ['élise 山田', 'Ｅlise 山田']) expect(await read(userAt(spelling))).toBe(404);
      const asked = { userName: decomposed, api: 'User:getUser', pathVariables: { user_name: decomposed } };
      const explained = await call(server, 'POST', at('/permissions/explain'), { as: own, body: asked });
      expect([explained.status, explained.body.decision]).toEqual([200, 'deny']);
    });

    it('is switched to by a trust policy that names it in any composition', async () => {
      await newSam(server, root, as, encode('目的 先'));
      const soracom = `srn:soracom:${root.operatorId}::User:${name.normalize('NFD')}`;
      const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
      const saved = await call(server, 'PUT', `${userAt('目的 先')}/trust_policy`, { as, body: { trustPolicy } });
      expect(saved.status).toBe(204);
      const own = await signInSam(server, { operatorId: root.operatorId, userName: name, password });
      const body = { operatorId: root.operatorId, userName: '目的\u3000先' };
      const answer = await call(server, 'POST', '/v1/auth/switch_user', { as: own, body });
      expect([answer.status, answer.body.userName]).toEqual([200, '目的 先']);
      const who = await call(server, 'GET', at(`/permissions/who_can?api=User:getUser&user_name=${encode(name)}`), {
        as,
      });
      expect(who.status).toBe(200);
    });

    it('has its name in the label of its authenticator and in mails', async () => {
      const begun = await call(server, 'POST', `${userAt(name)}/mfa`, { as });
      const uri = String(begun.body.totpUri);
      expect(uri).toMatch(/^[\x21-\x7e]+$/);
      expect(decodeURIComponent(new URL(uri).pathname)).toContain(name);
      await enrolSam(server, root, as, encode(name));
      expect((await mailsOf(server, root.operatorId)).map(({ facts }) => facts.userName)).toContain(name);
    });
  });
});
