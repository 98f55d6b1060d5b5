import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from './support/accounts.ts';
import { type Session, session } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inspect } from './support/inspect.ts';
import { type Server, startServer } from './support/server.ts';
import { accountMenu, button, dialog, enterPassword, field } from './support/walk.ts';
import { languages } from './support/words.ts';

// Who may do what, in the console: every page of it looked at, and the editor and the simulator used as a person would.

const own = {
  ja: { review: '変更を確認', save: '保存', evaluate: '判定', denied: '拒否', user: 'SAM ユーザー', operation: '操作' },
  en: {
    review: 'Review changes',
    save: 'Save',
    evaluate: 'Evaluate',
    denied: 'Denied',
    user: 'SAM user',
    operation: 'Operation',
  },
};
const pages = [
  ['/security/users', 's30-users'],
  ['/security/users/alice', 's32-user'],
  ['/security/users/alice/permissions', 's33-permissions'],
  ['/security/users/alice/authentication', 's34-authentication'],
  ['/security/users/alice/trust-policy', 's34-trust-policy'],
  ['/security/roles', 's35-roles'],
  ['/security/default-permissions', 's38-default-permissions'],
  ['/security/simulate', 's37-simulate'],
  ['/security/keys', 's34-keys'],
  ['/security/emails', 's21-emails'],
  ['/logs/audit', 's40-audit'],
  ['/settings', 's42-settings'],
] as const;

describe.each(languages)('pages of permissions (%s)', (language) => {
  const o = own[language];
  const owner = { email: `owner-${language}@example.com`, password: 'pebble harbour quilt 41' };
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let root: Session;

  beforeAll(async () => {
    server = await startServer();
    browser = await openBrowser();
    await createOperator(server, owner, language);
    root = await session(server.baseUrl, owner);
    const users = `/v1/operators/${root.operatorId}/users`;
    for (const name of ['alice', 'bob']) await root.call('POST', `${users}/${name}`, { description: name });
    const condition = "pathVariable('user_name') == samUserName";
    const permission = JSON.stringify({ statements: [{ effect: 'allow', api: 'User:revokeUserMFA', condition }] });
    expect((await root.call('PUT', `${users}/alice/permission`, { permission })).status).toBe(200);
    tab = await openTab(browser, language);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(tab.page, owner));
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test.each(pages)('%s', async (path, name) => {
    await tab.page.goto(`${server.baseUrl}${path}`);
    await shown(tab.page.getByRole('heading', { level: 1 }));
    await tab.page.waitForLoadState('networkidle');
    await inspect(tab, name);
  });

  test('a permission is edited, checked while typing, compared and saved', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/users/bob/permissions`);
    const editor = page.locator('.cm-content').first();
    await shown(editor);
    await editor.fill('{"statements":[{"effect":"allow","api":"User:listUsers","condition":"samUserNam == \'bob\'"}]}');
    await shown(page.getByText(/samUserName/).first());
    await look(tab, 's36-editor-problem');
    await editor.fill('{"statements":[{"effect":"allow","api":"User:listUsers"}]}');
    await button(page, o.review).first().click();
    await shown(dialog(page));
    await look(tab, 's36-review');
    await button(dialog(page), o.save).click();
    const read = async () => {
      const answer = await root.call('GET', `/v1/operators/${root.operatorId}/users/bob/permission`);
      return String(answer.json['permission']);
    };
    await expect.poll(read, { timeout: 10_000 }).toContain('User:listUsers');
  });

  test('the simulator says why a call is denied, statement by statement', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/simulate?user=alice&api=User%3ArevokeUserMFA`);
    await shown(field(page, o.operation));
    await page.getByLabel(/user_name/).fill('bob');
    await button(page, o.evaluate).click();
    await shown(page.getByText(o.denied).first());
    await shown(page.getByText("pathVariable('user_name') == samUserName").first());
    await look(tab, 's37-denied');
  });

  test('and the pages made no mistake of their own, and spoke to nobody else', () => {
    expect(tab.problems.filter((problem) => !problem.startsWith('console:'))).toEqual([]);
  });
});
