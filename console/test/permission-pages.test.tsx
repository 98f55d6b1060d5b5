// @vitest-environment happy-dom
import { act } from 'react';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, newSam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
const main = () => textOf(document.querySelector('main'));
const closed = () => until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
const editor = () => until(() => document.querySelector<HTMLElement>('.cm-content'), 'the editor');
const written = () => [...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n');
const permissionOf = async (name: string) =>
  String((await console.api('GET', `/v1/operators/{operator_id}/users/${name}/permission`)).body['permission']);
const builder = () => until(() => document.querySelector<HTMLElement>('main details'), 'the builder');

/** Types over what stands in the editor, as pasting would. */
async function write(text: string): Promise<void> {
  const { EditorView } = await import('@codemirror/view');
  const view = EditorView.findFromDOM(await editor());
  if (!view) throw new Error('no editor');
  await act(async () => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }));
}

beforeAll(async () => {
  console = await startConsole();
  const { server, root, program } = console;
  await newSam(server, root, program, 'taro');
  await newSam(server, root, program, 'hanako');
  await newSam(server, root, program, 'jiro', allow(['User:getUser'], 'mfaAuthenticated'));
  await console.signIn();
});
afterAll(() => console.stop());

describe('without typing JSON', () => {
  test('a statement is made of effect, operations and condition, and stands in the text', async () => {
    await console.open('/security/users/taro/permissions', 'en');
    const box = await builder();
    await editor();
    await type(await find('field', t('builder.effect'), box), 'allow');
    await type(await find('field', t('simulate.api'), box), 'User:getUser, User:listUsers');
    await type(await find('field', t('simulate.condition'), box), 'mfa');
    await submit(await find('field', t('simulate.api'), box));
    await until(() => written().includes('mfaAuthenticated'), 'the text');
    expect(JSON.parse(written())).toEqual({
      statements: [{ effect: 'allow', api: ['User:getUser', 'User:listUsers'], condition: 'mfaAuthenticated' }],
    });
    expect(textOf(box)).toContain(t('builder.statement', { n: 1 }));
    // The field is empty again for the next one, and nothing was saved yet.
    expect(await find('field', t('simulate.api'), box)).toHaveProperty('value', '');
    expect(await permissionOf('taro')).toBe('');
  });

  test('what was made is looked at, and saved', async () => {
    await click(await find('button', t('editor.review')));
    const dialog = await find('dialog');
    expect(textOf(dialog)).toContain('User:getUser');
    const words = textOf(dialog.querySelector('[aria-labelledby=change-words]'));
    expect(words).toContain(t('editor.openedSometimes', { api: 'User:listUsers' }));
    await submit(await find('button', t('editor.save'), dialog));
    await closed();
    expect(main()).toContain(t('permissions.saved'));
    expect(JSON.parse(await permissionOf('taro'))).toHaveProperty('statements.0.condition', 'mfaAuthenticated');
  });

  test("a condition of one's own is asked for only where it is chosen", async () => {
    await console.open('/security/users/taro/permissions', 'en');
    const box = await builder();
    await editor();
    expect(all('field', t('builder.ownCondition'), box)).toEqual([]);
    await type(await find('field', t('simulate.condition'), box), 'own');
    await type(await find('field', t('builder.ownCondition'), box), "ipAddress('192.0.2.0/24')");
    await type(await find('field', t('builder.effect'), box), 'deny');
    await type(await find('field', t('simulate.api'), box), 'Role:*');
    await submit(await find('field', t('simulate.api'), box));
    await until(() => written().includes('192.0.2.0'), 'the second statement');
    expect(JSON.parse(written()).statements[1]).toEqual({
      effect: 'deny',
      api: 'Role:*',
      condition: "ipAddress('192.0.2.0/24')",
    });
  });

  test('a statement is taken away, and the last one leaves an empty permission', async () => {
    const box = await builder();
    await click(await find('button', t('builder.removeLabel', { n: 1 }), box));
    await until(() => !written().includes('mfaAuthenticated'), 'one less');
    await click(await find('button', t('builder.removeLabel', { n: 1 }), box));
    await until(() => !written().includes('Role'), 'none');
    expect(all('button', /^Remove/, box)).toEqual([]);
  });

  test('nothing is added to a text that is broken, and the page says what to do first', async () => {
    await write('{ "statements": [ ');
    const box = await builder();
    await until(() => textOf(box).includes(t('builder.broken')), 'the way out');
    expect(all('button', t('builder.add'), box)).toEqual([]);
  });

  test('an operation has to be named', async () => {
    await write('');
    const box = await builder();
    const api = await find('field', t('simulate.api'), box);
    await submit(api);
    await until(() => api.getAttribute('aria-invalid') === 'true', 'the mark at the field');
    expect(written()).toBe('');
  });
});

describe('the editor', () => {
  test('says on screen why nothing can be saved', async () => {
    await console.open('/security/users/taro/permissions', 'en');
    await editor();
    expect(main()).toContain(t('editor.unchanged'));
    await write('{ "statements": [ { "effect": "maybe", "api": "*" } ] }');
    await until(() => main().includes(t('editor.fixFirst')), 'the reason');
    expect(main()).not.toContain(t('editor.unchanged'));
    const before = console.asked.length;
    await submit(await find('button', t('editor.save')));
    await until(() => document.activeElement?.classList.contains('cm-content'), 'the focus at the error');
    expect(console.asked.slice(before).filter((call) => call.startsWith('PUT'))).toEqual([]);
  });

  test('lays a good text out, and goes to the error of a broken one', async () => {
    await write('{"statements":[{"effect":"allow","api":"User:getUser"}]}');
    await click(await find('button', t('editor.format')));
    await until(() => written().split('\n').length > 5, 'the layout');
    await write('{"statements":[{"effect":"allow","api":}]}');
    (document.activeElement as HTMLElement | null)?.blur();
    await click(await find('button', t('editor.format')));
    await until(() => document.activeElement?.classList.contains('cm-content'), 'the focus at the error');
    expect(written()).toBe('{"statements":[{"effect":"allow","api":}]}');
    expect(main()).toContain(t('editor.fixFirst'));
  });

  test('lists every remark with its place, and mends what it can', async () => {
    await write('{"statements":[{"effect":"allow","api":["User:getUser","User:getUser"]}]}');
    const mend = await find('button', new RegExp(`^${t('editor.fixLabel', { place: '' })}`));
    await click(mend);
    await until(() => written().match(/User:getUser/g)?.length === 1, 'the mended text');
    await write(allow(['*']));
    await until(() => main().includes(t('editor.levels.security')), 'a warning');
  });

  test('a template is loaded in one press, and can be taken back', async () => {
    await write('');
    await click(await find('button', t('editor.template')));
    const item = await until(
      () =>
        [...document.querySelectorAll<HTMLElement>('[role=menuitem]')].find((one) =>
          textOf(one).includes(t('editor.templates.readOnly')),
        ),
      'the templates',
    );
    await click(item);
    await until(() => written().includes('statements'), 'the template');
    expect(JSON.parse(written()).statements[0].effect).toBe('allow');
  });

  test('what is not saved is not left without a word', async () => {
    await write(allow(['User:getUser']));
    await act(async () => void router.navigate({ to: '/security/users' }));
    const dialog = await find('dialog');
    expect(textOf(dialog)).toContain(t('editor.unsavedTitle'));
    await click(await find('button', t('editor.stay'), dialog));
    await closed();
    expect(router.state.location.pathname).toBe('/security/users/taro/permissions');
    expect(written()).toContain('User:getUser');
    await act(async () => void router.navigate({ to: '/security/users' }));
    await click(await find('button', t('editor.discard')));
    await until(() => router.state.location.pathname === '/security/users', 'the other page');
  });

  test('a refusal of the server stands at its place in the text', async () => {
    const { api } = console;
    await console.open('/security/default-permissions', 'en');
    await write('{"statements":[{"effect":"allow","api":"User:getUser","condition":"samUserNam == \'x\'"}]}');
    await until(() => main().includes('samUserName'), 'the suggestion of the page itself');
    expect((await api('GET', '/v1/operators/{operator_id}/users/default_permissions')).body).toEqual({
      defaultPermissions: '',
    });
  });
});

describe('default permissions', () => {
  test('are saved after a look at whom they touch, and deleted after one more', async () => {
    const { api } = console;
    const defaults = async () =>
      String((await api('GET', '/v1/operators/{operator_id}/users/default_permissions')).body['defaultPermissions']);
    await console.open('/security/default-permissions', 'en');
    await write(allow(['User:listUsers']));
    await click(await find('button', t('editor.review')));
    const dialog = await find('dialog');
    expect(textOf(dialog)).toContain('3 SAM users');
    await submit(await find('button', t('editor.save'), dialog));
    await until(() => main().includes(t('defaults.saved')), 'the outcome');
    expect(JSON.parse(await defaults())).toHaveProperty('statements.0.api');
    await click(await find('button', t('defaults.delete')));
    await submit(await find('button', t('defaults.deleteSubmit'), await find('dialog')));
    await until(() => main().includes(t('defaults.deleted')), 'the outcome');
    expect(await defaults()).toBe('');
  });
});

describe('the effective permissions of a user', () => {
  test('begin with what is allowed, say why, and are found by name and result', async () => {
    const { api } = console;
    await api('PUT', '/v1/operators/{operator_id}/users/hanako/permission', {
      permission: allow(['User:listUsers', 'User:getUser'], 'mfaAuthenticated'),
    });
    await api('POST', '/v1/operators/{operator_id}/users/hanako/roles', { roleId: 'srn:warifu::Role:Auditor' });
    await console.open('/security/users/hanako/permissions', 'en');
    const rows = await until(() => {
      const found = all('row').map(textOf);
      return found.length > 50 && found;
    }, 'every operation');
    const verdict = (row: string) =>
      ['Allowed', 'Conditional', 'needed', 'Denied', 'Root'].findIndex((word) => row.includes(word));
    const order = rows.map(verdict);
    expect(order.slice(0, 3).every((place) => place <= 1)).toBe(true);
    expect(rows[0]).toContain('Auditor');
    const firstDenied = rows.findIndex((row) => row.includes(t('effective.verdicts.never')));
    const lastAllowed = rows.findLastIndex((row) => row.includes(t('effective.verdicts.always')));
    expect(firstDenied).toBeGreaterThan(lastAllowed);
    await type(await find('field', t('effective.filter')), 'sometimes');
    await until(() => all('row').length < 5, 'what depends');
    expect(
      all('row')
        .map(textOf)
        .every((row) => row.includes('mfaAuthenticated')),
    ).toBe(true);
    await type(await find('field', t('effective.search')), 'getuser');
    await until(() => all('row').length <= 1, 'one of them');
    expect(router.state.location.search).toMatchObject({ verdict: 'sometimes', q: 'getuser' });
    await type(await find('field', t('effective.search')), 'no such thing');
    await until(() => main().includes(t('effective.noMatch')), 'nothing');
  });

  test('lead to the simulator with the user and the operation', async () => {
    await console.open('/security/users/hanako/permissions?q=getUserMFA', 'en');
    await until(() => all('row').length === 1, 'the operation');
    await click(await find('link', undefined, all('row')[0]));
    await until(() => router.state.location.pathname === '/security/simulate', 'the simulator');
    expect(router.state.location.search).toEqual({ user: 'hanako', api: 'User:getUserMFAStatus' });
  });
});

describe('the simulator', () => {
  test('asks for what the operation has by name, and judges without calling it', async () => {
    await console.open('/security/simulate', 'en');
    expect(main()).not.toContain(t('simulate.allowed'));
    await type(await find('field', t('simulate.user')), 'jiro');
    await type(await find('field', t('simulate.api')), 'User:getUser');
    const name = await find('field', t('simulate.path', { name: 'user_name' }));
    await type(name, 'taro');
    await type(await find('field', t('simulate.method')), 'password+totp');
    const before = console.asked.length;
    await submit(name);
    await until(() => main().includes(t('simulate.allowed')), 'the decision');
    expect(console.asked.slice(before).filter((call) => !call.includes('explain') && !call.startsWith('GET'))).toEqual(
      [],
    );
    expect(router.state.location.search).toMatchObject({ path: { user_name: 'taro' }, method: 'password+totp' });
    await type(await find('field', t('simulate.method')), 'authKey');
    await submit(await find('field', t('simulate.method')));
    await until(() => main().includes(t('simulate.denied')), 'the other decision');
    expect(main()).toContain(t('simulate.values.false'));
  });

  test('shows the values of conditions in the language of the page', async () => {
    await console.open('/security/simulate?user=jiro&api=User:getUser&method=authKey', 'ja');
    await until(() => main().includes('不成立'), 'the value');
    const values = [...document.querySelectorAll('main table td')].map(textOf);
    expect(values).toContain('不成立');
    expect(values).not.toContain('false');
    // The operations to choose from are explained in it, too.
    const options = [...document.querySelectorAll('datalist option')].map(textOf);
    expect(options).toContain('SAM ユーザーの概要を変更します。');
    expect(options.filter((text) => /^[\x20-\x7e]+$/.test(text))).toEqual([]);
  });

  test('tries a draft in the place of the own permission', async () => {
    await console.open('/security/simulate?user=taro&api=User:deleteUser', 'en');
    await until(() => main().includes(t('simulate.denied')), 'as it is');
    const draft = await find('field', t('simulate.draft'));
    await type(draft, allow(['User:deleteUser']));
    await submit(draft);
    await until(() => main().includes(t('simulate.allowed')), 'as it would be');
    expect(await permissionOf('taro')).not.toContain('deleteUser');
  });

  test('says what is missing at its field', async () => {
    await console.open('/security/simulate', 'en');
    const proved = await find('field', t('simulate.proved'));
    await type(proved, '1.5');
    await submit(proved);
    const alert = await find('alert');
    expect(all('link', undefined, alert).map(textOf)).toEqual([
      t('simulate.userMissing'),
      expect.stringContaining(t('simulate.api')),
      t('simulate.secondsForm'),
    ]);
    await click(await find('link', t('simulate.secondsForm'), alert));
    expect(document.activeElement).toBe(proved);
  });
});

describe('who can', () => {
  test('lists everybody who may, to whom, and why', async () => {
    await console.open('/security/who-can', 'en');
    expect(all('row')).toEqual([]);
    await type(await find('field', t('whoCan.api')), 'User:getUser');
    await type(await find('field', t('whoCan.target')), 'taro');
    await submit(await find('field', t('whoCan.api')));
    await until(() => all('row').length > 1, 'the answer');
    const rows = all('row').map(textOf);
    expect(rows[0]).toContain(t('whoCan.root'));
    expect(rows.find((row) => row.includes('jiro'))).toContain(t('whoCan.sometimes'));
    expect(main()).toContain(t('whoCan.why'));
    expect(router.state.location.search).toEqual({ api: 'User:getUser', user: 'taro' });
  });

  test('is answered about oneself to who may not ask about everybody', async () => {
    const { server, root, program } = console;
    await console.signIn(await newSam(server, root, program, 'asker', allow(['User:getUser'])));
    await console.open('/security/who-can?api=User:getUser&user=taro', 'en');
    await until(() => all('row').length === 2, 'two rows');
    expect(main()).toContain('User:whoCan');
    expect(all('row').map(textOf).join(' ')).toContain('asker');
    await console.open('/security/simulate?user=taro&api=User:getUser', 'en');
    await until(() => main().includes('User:explainPermission'), 'what opens the rest');
    expect((await find('field', t('simulate.user'))) as HTMLInputElement).toHaveProperty('value', 'asker');
    await console.signIn();
  });
});
