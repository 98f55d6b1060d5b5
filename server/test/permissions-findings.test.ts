import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('what is said of a document that is saved, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let roles = 0;

  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await signIn(server, root);
    await call(server, 'POST', userPath(root, 'sam'), { as, body: {} });
  });
  afterAll(() => server.stop());

  const path = (rest: string) => `/v1/operators/${root.operatorId}/${rest}`;
  const send = (method: string, to: string, body: object) => call(server, method, to, { as, body });
  /** Every way to save a permission. */
  const ways: Record<string, (permission: string) => Promise<Answer>> = {
    'own permission': (permission) => send('PUT', `${userPath(root, 'sam')}/permission`, { permission }),
    'default permissions': (permissions) => send('PUT', path('users/default_permissions'), { permissions }),
    'new role': (permission) => send('POST', path(`roles/new${++roles}`), { permission }),
    'changed role': async (permission) => {
      await send('POST', path('roles/changed'), { permission: '{"statements":[]}' });
      return await send('PUT', path('roles/changed'), { permission });
    },
  };
  const trust = (trustPolicy: string) => send('PUT', `${userPath(root, 'sam')}/trust_policy`, { trustPolicy });
  const deny = (api: string, condition?: string) =>
    JSON.stringify({ statements: [{ effect: 'deny', api, ...(condition && { condition }) }] });

  describe.each(Object.keys(ways))('%s', (name) => {
    const save = (text: string) => (ways[name] as (text: string) => Promise<Answer>)(text);

    it.each([deny('user:deleteuser'), deny('User:deleteUser '), deny('*', "api == 'user:deleteUser'")])(
      'A16: a name that differs in case or blanks only is refused, with what was meant: %s',
      async (text) => {
        const { status, body } = await save(text);
        expect([status, body.code]).toEqual([400, 'AUM0030']);
        expect(body.message).toContain('Did you mean User:deleteUser?');
      },
    );

    it('A16: other findings come back with the answer, each with its place', async () => {
      const text = '{"statements":[\n{"effect":"deny","api":"Usr:x"},\n{"effect":"allow","api":["*"]}]}';
      const { status, headers } = await save(text);
      expect(status).toBeLessThan(300);
      expect(headers['warifu-findings']).toBe(
        'LINT_DENY_NO_MATCH;line=2;column=24;severity=security, LINT_ALLOW_ALL;line=3;column=26;severity=security',
      );
    });

    it('A16: nothing is said of a document in order, and of many findings no more than a header holds', async () => {
      const clean = await save(JSON.stringify({ statements: [{ effect: 'allow', api: ['User:listUsers'] }] }));
      expect([clean.status < 300, clean.headers['warifu-findings']]).toEqual([true, undefined]);
      const many = Array.from({ length: 90 }, (_, i) => `Other:operation${i}`);
      const { headers } = await save(JSON.stringify({ statements: [{ effect: 'allow', api: many }] }));
      expect(String(headers['warifu-findings']).split(', ')).toHaveLength(20);
    });
  });

  it('A16: of a trust policy too', async () => {
    const principal = { soracom: [`srn:soracom:${root.operatorId}::User:x`, `srn:soracom:${root.operatorId}::User:x`] };
    const statements = [{ effect: 'allow', principal, condition: "currentDayOfWeek == 'Monday'" }];
    const text = JSON.stringify({ statements });
    const { status, headers } = await trust(text);
    expect(status).toBe(204);
    const day = text.indexOf("'Monday'") + 1;
    const twice = text.lastIndexOf('"srn:') + 1;
    expect(headers['warifu-findings']).toBe(
      `LINT_VALUE;line=1;column=${day};severity=security, LINT_TRUST_TWICE;line=1;column=${twice};severity=suggestion`,
    );
    const own = { effect: 'allow', principal: { soracom: principal.soracom.slice(1) } };
    const about = { ...own, condition: "pathVariable('user_name') == 'sam'" };
    expect((await trust(JSON.stringify({ statements: [about] }))).headers['warifu-findings']).toBeUndefined();
  });

  it('A15: a trust policy with a member twice is refused with its place', async () => {
    const statement = `{"effect":"allow","principal":{"soracom":"srn:soracom:${root.operatorId}::User:x"}`;
    const twice = `{"statements":[${statement},\n"effect":"allow"}]}`;
    const { status, body } = await trust(twice);
    expect([status, body.code, body.line, body.column]).toEqual([400, 'AUM0031', 2, 1]);
  });
});
