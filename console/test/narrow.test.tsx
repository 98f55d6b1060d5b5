// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

type Window = { happyDOM: { setViewport: (size: { width: number; height: number }) => void } };
const resize = (width: number) => (globalThis as unknown as Window).happyDOM.setViewport({ width, height: 740 });

describe('on a phone', () => {
  let console: Console;
  beforeAll(async () => {
    console = await startConsole();
    await newSam(console.server, console.root, console.program, 'taro');
    await console.signIn();
    resize(360);
  });
  afterAll(async () => {
    resize(1280);
    await console.stop();
  });
  const builder = () => until(() => document.querySelector<HTMLDetailsElement>('main details'), 'the builder');

  test('the builder of permissions is open before the text, and what it makes is saved', async () => {
    await console.open('/security/users/taro/permissions', 'ja');
    const box = await builder();
    expect(box.open).toBe(true);
    const editor = await until(() => document.querySelector('.cm-content'), 'the text');
    expect(box.compareDocumentPosition(editor) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    const api = await find('field', t('simulate.api'), box);
    // A keyboard of a phone would begin with a capital and mend what it takes for words.
    expect([api.getAttribute('autocapitalize'), api.getAttribute('spellcheck')]).toEqual(['none', 'false']);
    const choices = document.getElementById(api.getAttribute('list') ?? '');
    expect(
      [...(choices?.querySelectorAll('option') ?? [])].map((option) => option.getAttribute('value') ?? textOf(option)),
    ).toEqual(expect.arrayContaining(['User:*', 'User:getUser']));
    await type(api, 'User:getUser、User:listUsers');
    await type(await find('field', t('simulate.condition'), box), 'oneself');
    await submit(api);
    await until(() => textOf(box).includes(t('builder.statement', { n: 1 })), 'the statement');
    await submit(await find('button', t('editor.save')));
    await until(() => textOf(document.querySelector('main')).includes(t('permissions.saved')), 'the outcome');
    const saved = await console.api('GET', '/v1/operators/{operator_id}/users/taro/permission');
    expect(JSON.parse(String(saved.body['permission']))).toEqual({
      statements: [
        {
          effect: 'allow',
          api: ['User:getUser', 'User:listUsers'],
          condition: "pathVariable('user_name') == samUserName",
        },
      ],
    });
  });

  test('the pages are behind a button that says what it opens', async () => {
    await console.open('/security/mfa', 'ja');
    await click(await find('button', t('account.openMenu')));
    const drawer = await find('dialog');
    expect(all('link', t('nav.audit'), drawer)).toHaveLength(1);
    expect(textOf(drawer)).toContain(console.root.operatorId);
    await click(await find('link', t('nav.roles'), drawer));
    await until(() => all('heading', t('roles.title')).length > 0, 'the page');
    await until(() => document.querySelector('[role=dialog]') === null, 'the menu to close');
  });

  test('rows are cards whose values have their names beside them', async () => {
    for (const path of [
      '/security/users',
      '/security/sessions',
      '/security/emails',
      '/logs/audit',
      '/security/roles',
    ]) {
      await console.open(path, 'ja');
      const cells = [...(await find('row')).querySelectorAll('td')];
      const unnamed = cells.filter(
        (cell) => !cell.hasAttribute('data-name') && all('button', undefined, cell).length === 0,
      );
      expect([path, unnamed.map(textOf).filter((text) => text !== '' && text !== t('emails.notPrimary'))]).toEqual([
        path,
        [],
      ]);
    }
  });
});
