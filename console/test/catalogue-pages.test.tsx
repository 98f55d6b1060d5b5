// @vitest-environment happy-dom
import { act } from 'react';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, newSam, type Sam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, translatable, type, until } from './support/page.ts';

let console: Console;
let editor: Sam;
const main = () => textOf(document.querySelector('main'));
const orders = (paths: object) => JSON.stringify({ openapi: '3.1.0', paths });
const operation = (operationId: string) => ({ tags: ['Order'], operationId, summary: `Summary of ${operationId}.` });
const first = orders({
  '/orders': { get: operation('list') },
  '/orders/{order-id}': { get: operation('get'), delete: operation('cancel') },
});
const second = orders({
  '/orders': { get: operation('listAll') },
  '/v2/orders/{order-id}': { get: operation('get') },
});

beforeAll(async () => {
  console = await startConsole();
  const { server, root, program } = console;
  await newSam(server, root, program, 'hana', allow(['Order:*'], "pathVariable('order-id') == '7'"));
  editor = await newSam(server, root, program, 'editor', allow(['User:*', 'Role:*']));
  await console.signIn();
});
afterAll(() => console.stop());

async function choose(text: string, name = 'openapi.json'): Promise<void> {
  const field = (await find('field', t('catalogues.file'))) as HTMLInputElement;
  await act(async () => {
    Object.defineProperty(field, 'files', { configurable: true, value: [new File([text], name)] });
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

describe('a root user', () => {
  test('pastes a file, looks at what changes and imports it', async () => {
    await console.open('/settings/catalogues', 'en');
    expect(main()).toContain(t('catalogues.none'));
    await click(await find('button', t('catalogues.import')));
    await submit(await find('field', t('catalogues.name')));
    await until(() => main().includes(t('catalogues.nameForm')), 'the missing name');
    await type(await find('field', t('catalogues.name')), 'orders');
    await type(await find('field', t('catalogues.paste')), first);
    const host = await find('field', t('catalogues.hostOptional'));
    await type(host, 'https://api.example.com/');
    await submit(host);
    await until(() => main().includes(t('catalogues.hostForm')), 'the refused host');
    expect(host.getAttribute('aria-invalid')).toBe('true');
    await type(host, '');
    await submit(await find('field', t('catalogues.name')));
    await until(() => main().includes('Order:cancel'), 'the preview');
    expect(main()).toContain('The file has 3 operations.');
    expect(main()).toContain(t('catalogues.touched'));
    expect((await find('link', 'hana')).getAttribute('href')).toBe('/security/users/hana/permissions');
    expect(translatable(['Order:cancel', 'Order:*', 'hana'])).toEqual([]);
    await submit(await find('button', t('catalogues.importSubmit')));
    await until(() => all('row').length === 1, 'the list');
    expect(textOf(all('row')[0])).toContain('orders');
    await until(() => main().includes('was imported.'), 'the outcome');
  });

  test('its operations are in effective permissions, the simulator and who-can at once', async () => {
    await console.open('/security/users/hana/permissions?q=Order', 'en');
    await until(() => all('row', /Order:cancel/).length > 0, 'the operation');
    expect(textOf(all('row', /Order:cancel/)[0])).toContain(t('effective.verdicts.sometimes'));
    await console.open('/security/simulate?user=hana&api=Order:get', 'ja');
    const field = await find('field', t('simulate.path', { name: 'order-id' }));
    await type(field, '7');
    await submit(field);
    await until(() => main().includes(t('simulate.rules.allow')), 'the decision');
    const options = [...document.querySelectorAll('datalist option')].map((option) => option.getAttribute('value'));
    expect(options).toContain('Order:cancel');
    await console.open('/security/who-can?api=Order:list', 'en');
    await until(() => all('row').length > 0, 'the answer');
    expect(all('row', /hana/)).toEqual([]);
    // Its path names no user that it could be about.
    await until(() => all('field', t('whoCan.target')).length === 0, 'the field to go');
    await console.open('/security/who-can?api=Order:get', 'en');
    await until(() => all('row', /hana/).length > 0, 'the answer');
  });

  test('a new version shows what is renamed, moved and gone, in a file that is chosen', async () => {
    await console.open('/settings/import-catalogue?name=orders', 'ja');
    await choose(second);
    await until(() => all('field', t('catalogues.paste')).length === 0, 'the file');
    await submit(await find('field', t('catalogues.name')));
    await until(() => main().includes('Order:listAll'), 'the preview');
    const titles = [...document.querySelectorAll('summary')].map(textOf).join();
    expect(titles).toContain(t('catalogues.changes.renamed'));
    expect(titles).toContain(t('catalogues.changes.moved'));
    expect(titles).toContain(t('catalogues.changes.removed'));
    expect(main()).toContain('GET /orders/{order-id} → GET /v2/orders/{order-id}');
    // Another file is another preview.
    await choose('openapi: 3.1.0\npaths:\n  /a//b: { get: {} }\n', 'bad.yaml');
    await until(() => !main().includes('Order:listAll'), 'the old preview to go');
    await submit(await find('field', t('catalogues.name')));
    await until(() => main().includes(t('catalogues.problems')), 'the problems');
    expect(main()).toContain('/a//b: このままのパスに一致するリクエストはありません。');
    expect(all('button', t('catalogues.importSubmit'))).toEqual([]);
  });

  test('a preview begins with where it counts and what it lets through, when that changes', async () => {
    await console.open('/settings/import-catalogue?name=orders', 'en');
    await choose(first);
    await until(() => all('field', t('catalogues.paste')).length === 0, 'the file');
    const show = async () => submit(await find('field', t('catalogues.name')));
    await show();
    await until(() => main().includes(t('catalogues.unchanged')), 'that nothing differs');
    expect(main()).not.toContain(t('catalogues.settings'));
    await type(await find('field', t('catalogues.hostOptional')), 'Shop.Example.com');
    const unknown = (await find('field', t('catalogues.unknown'))) as HTMLSelectElement;
    await type(unknown, 'signed in');
    await show();
    await until(() => main().includes(t('catalogues.settings')), 'what changes');
    expect(main()).toContain('Host: Every host → shop.example.com');
    expect(main()).toContain('Calls not in the catalogue: Denied → Allowed when logged in');
    expect(main()).not.toContain(t('catalogues.unchanged'));
    expect(main().indexOf(t('catalogues.settings'))).toBeLessThan(main().indexOf('The file has'));
    expect(translatable(['shop.example.com'])).toEqual([]);
  });

  test('is told of how many operations the name lacks letters', async () => {
    await console.open('/settings/import-catalogue', 'ja');
    await type(await find('field', t('catalogues.name')), 'shop');
    await type(await find('field', t('catalogues.paste')), orders({ '/a': { get: { tags: ['注文'] } } }));
    await submit(await find('field', t('catalogues.name')));
    await until(() => main().includes('Api:getA'), 'the preview');
    expect(main()).toContain('1 個の操作で、');
  });

  test('is asked before one is removed, and told whose permissions it touches', async () => {
    await console.open('/settings/catalogues', 'en');
    await click(await find('button', t('catalogues.removeLabel', { name: 'orders' })));
    const dialog = await find('dialog');
    await until(() => textOf(dialog).includes('Order:*'), 'the permission');
    await submit(await find('button', t('catalogues.remove'), dialog));
    await until(() => main().includes(t('catalogues.none')), 'the empty list');
  });
});

test('a SAM user sees no catalogues, and nothing is said of names that it may not know', async () => {
  const { root } = console;
  await console.api('PUT', '/v1/operators/{operator_id}/catalogues/orders', { file: first });
  await console.signIn(editor);
  console.asked.length = 0;
  await console.open('/settings/catalogues', 'en');
  expect(main()).toContain(t('refused.rootOnly'));
  await console.open('/security/users/hana/permissions', 'en');
  await until(() => document.querySelector('.cm-content'), 'the editor');
  expect(main()).toContain(t('editor.clean'));
  expect(console.asked.filter((call) => call.includes('/catalogues'))).not.toContain(
    `GET /v1/operators/${root.operatorId}/catalogues`,
  );
});
