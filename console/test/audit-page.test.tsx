// @vitest-environment happy-dom
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../../server/test/support/client.ts';
import { auditOf } from '../../server/test/support/people.ts';
import { allow, newSam, signInSam, userPath } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
let taro: { operatorId: string; userName: string; password: string };
const rows = () => all('row').map(textOf);
const searchOf = () => router.state.location.search as Record<string, unknown>;

beforeAll(async () => {
  console = await startConsole();
  const { server, root, program, api } = console;
  await newSam(server, root, program, 'hanako');
  taro = await newSam(
    server,
    root,
    program,
    'taro',
    allow(['User:getUser', 'User:listUsers'], "ipAddress('198.51.100.0/24') and pathVariable('user_name') != 'hanako'"),
  );
  const as = await signInSam(server, taro);
  await call(server, 'GET', userPath(root, 'hanako'), { as, ip: '198.51.100.9' });
  await call(server, 'GET', `/v1/operators/${root.operatorId}/roles/Desk`, { as });
  await api('POST', '/v1/operators/{operator_id}/roles/Desk', { description: '', permission: allow(['Role:*']) });
  await api('POST', '/v1/operators/{operator_id}/users/taro/roles', { roleId: 'Desk' });
  await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' } });
});
afterAll(() => console.stop());

describe.each([
  [
    'ja',
    [
      'hanako の情報を参照しようとしましたが、拒否されました。理由: 権限 User:getUser がありません。',
      'ルートユーザーが taro へのロール Desk の割り当てを追加しました。',
      'ルートユーザーがロール Desk を作成しました。',
      'ルートユーザーが SAM ユーザー hanako を作成しました。',
    ],
  ],
  [
    'en',
    [
      'taro tried to read the facts of hanako, which was refused. Reason: the permission User:getUser is missing.',
      'Root user attached the role Desk to taro.',
      'Root user created the role Desk.',
      'Root user created the SAM user hanako.',
    ],
  ],
] as const)('the list of entries (%s)', (language, sentences) => {
  test('is one sentence after the other', async () => {
    await console.signIn();
    await console.open('/logs/audit', language);
    const words = rows()
      .join('\n')
      .replace(/[\u2062\u2063]/g, '');
    for (const sentence of sentences) expect(words).toContain(sentence);
    expect(words).not.toMatch(/\{\w+\}|audit\.|undefined/);
  });
});

describe('an entry', () => {
  beforeEach(() => console.signIn());

  test('that is a refusal leads to the question it answered, and the simulator decides it the same way', async () => {
    await console.open('/logs/audit?actor=sam:taro&outcome=refused&kind=User:getUser', 'en');
    expect(rows()).toHaveLength(1);
    await click(await find('link', /^.*ago.*/, await find('row')));
    const drawer = await find('dialog');
    expect(textOf(drawer)).toContain('hanako');
    expect(textOf(drawer)).toContain('the permission User:getUser is missing');
    expect(textOf(drawer)).toContain('198.51.100.9');
    await click(await find('link', t('audit.why'), drawer));
    await until(() => router.state.location.pathname === '/security/simulate', 'the simulator');
    expect(searchOf()).toMatchObject({
      user: 'taro',
      api: 'User:getUser',
      path: { user_name: 'hanako' },
      ip: '198.51.100.9',
      at: console.server.clock.now,
      method: 'password',
      proved: 0,
    });
    await until(() => textOf(document.querySelector('main')).includes(t('simulate.denied')), 'the decision');
    // What of the condition was not true is there to be read.
    expect(textOf(document.querySelector('main'))).toContain("pathVariable('user_name') != 'hanako'");
  });

  test('that is no refusal has nothing to be asked', async () => {
    await console.open('/logs/audit?kind=Role:createRole', 'en');
    await click(await find('link', undefined, await find('row')));
    const drawer = await find('dialog');
    expect(all('link', t('audit.why'), drawer)).toEqual([]);
    await click(await find('link', t('audit.sameKind'), drawer));
    await until(() => searchOf()['kind'] === 'Role:createRole' && searchOf()['event'] === undefined, 'the list');
  });

  test('has an address of its own, in the list or not', async () => {
    await console.open('/logs/audit?kind=Role:createRole&event=1', 'en');
    const drawer = await find('dialog');
    await until(() => textOf(drawer).includes('Test:create'), 'the entry');
    expect(textOf(drawer)).toContain(`${console.server.ctx.config.command} audit verify`);
    await console.open('/logs/audit?event=99999', 'en');
    await until(() => textOf(document.querySelector('[role=dialog]')).includes(t('audit.missing')), 'no entry');
  });
});

describe('the filters', () => {
  beforeEach(() => console.signIn());

  test('find by person, target, operation and result, and stand in the address', async () => {
    await console.open('/logs/audit', 'en');
    await type(await find('field', t('audit.actor')), 'taro');
    await type(await find('field', t('audit.target')), ' hanako ');
    await type(await find('field', t('audit.outcome')), 'refused');
    await submit(await find('field', t('audit.actor')));
    await until(() => rows().length === 1, 'one entry');
    expect(searchOf()).toEqual({ actor: 'sam:taro', target: 'sam:hanako', outcome: 'refused' });
    // They read as they were typed when the page is opened by that address.
    expect((await find('field', t('audit.actor'))) as HTMLInputElement).toHaveProperty('value', 'taro');
    await click(await find('button', t('audit.clear')));
    await until(() => rows().length > 5, 'all entries');
    expect(searchOf()).toEqual({});
  });

  test('know the root user by its name in either language, and things by their kind', async () => {
    await console.open('/logs/audit', 'ja');
    await type(await find('field', t('audit.actor')), 'ルートユーザー');
    await type(await find('field', t('audit.target')), 'role:Desk');
    await submit(await find('field', t('audit.actor')));
    await until(() => searchOf()['actor'] === 'root', 'the address');
    expect(searchOf()['target']).toBe('role:Desk');
    await until(() => rows().length === 2, 'both entries of the role');
    expect((await find('field', t('audit.actor'))) as HTMLInputElement).toHaveProperty('value', 'ルートユーザー');
  });

  test('that nothing fits say so', async () => {
    await console.open('/logs/audit?actor=sam:nobody', 'ja');
    await until(() => textOf(document.querySelector('main')).includes(t('audit.none')), 'no entry');
    expect(all('row')).toEqual([]);
    expect(all('button', t('audit.csv'))).toEqual([]);
  });

  test('ask for two times where the period is one of its own', async () => {
    await console.open('/logs/audit', 'en');
    expect(all('field', t('audit.from'))).toEqual([]);
    await type(await find('field', t('audit.range')), 'custom');
    await type(await find('field', t('audit.from')), '2026-11-22T00:00');
    await submit(await find('field', t('audit.from')));
    await until(() => searchOf()['from'] !== undefined, 'the address');
    expect(searchOf()).toEqual({ range: 'custom', from: new Date('2026-11-22T00:00').getTime() });
  });
});

describe('times', () => {
  test('are those of this device or UTC, by one switch that keeps the filters', async () => {
    await console.signIn();
    await console.open('/logs/audit?outcome=refused', 'en');
    const [local, utc] = [t('sessions.zones.local'), t('sessions.zones.utc')];
    expect((await find('button', local)).getAttribute('aria-pressed')).toBe('true');
    await click(await find('button', utc));
    await until(() => searchOf()['zone'] === 'utc', 'the address');
    expect(searchOf()['outcome']).toBe('refused');
    expect(textOf(await find('row'))).toContain('UTC');
  });
});

describe('pages that a SAM user may not read', () => {
  const pages = [
    '/',
    '/security/users',
    '/security/users/hanako',
    '/security/users/hanako/permissions',
    '/security/users/hanako/authentication',
    '/security/users/hanako/trust-policy',
    '/security/roles',
    '/security/roles/Desk',
    '/security/roles/Desk/attached',
    '/security/new-role',
    '/security/default-permissions',
    '/security/simulate',
    '/security/who-can?api=User:getUser',
    '/security/keys',
    '/security/emails',
    '/logs/audit',
    '/settings',
  ];

  test('say so without leaving a refusal in the log: the person did nothing but look', async () => {
    const { server, root, program, api } = console;
    const nobody = await newSam(server, root, program, 'nobody');
    await console.signIn(nobody);
    for (const path of pages) {
      await console.open(path);
      expect([path, textOf(document.querySelector('main'))]).not.toEqual([path, '']);
    }
    const refused = (await auditOf(server, root.operatorId)).filter((row) => row.actor === 'sam:nobody');
    expect(refused.map((row) => `${row.api_kind} ${row.outcome}`)).toEqual(['Auth:signIn success']);
    // And a call that the person does make is written down as ever.
    await call(server, 'GET', userPath(root, 'hanako'), { as: await signInSam(server, nobody) });
    const last = (await auditOf(server, root.operatorId)).at(-1);
    expect([last?.actor, last?.outcome]).toEqual(['sam:nobody', 'refused']);
    await api('DELETE', '/v1/operators/{operator_id}/users/nobody');
  });

  test('open as soon as the permission is there', async () => {
    const { server, root, program, api } = console;
    const fresh = await newSam(server, root, program, 'fresh');
    await console.signIn(fresh);
    await console.open('/security/users', 'en');
    await until(() => textOf(document.querySelector('main')).includes('User:listUsers'), 'what is missing');
    expect(all('row')).toEqual([]);
    await api('PUT', '/v1/operators/{operator_id}/users/fresh/permission', { permission: allow(['User:*']) });
    await console.open('/security/users', 'en');
    await until(() => all('row').length > 2, 'the users');
  });
});
