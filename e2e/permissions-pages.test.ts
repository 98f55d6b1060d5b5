import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginMfa, createOperator } from './support/accounts.ts';
import { request, type Session, session } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inspect } from './support/inspect.ts';
import { authenticator } from './support/oath.ts';
import { permissionWords } from './support/permission-words.ts';
import { type Server, startServer } from './support/server.ts';
import { until } from './support/until.ts';
import { accountMenu, button, dialog, enterCode, enterPassword, field } from './support/walk.ts';
import { languages, words } from './support/words.ts';

// Who may do what, in the console: every page of it looked at, and the editor and the simulator used as a person would.

const pages = [
  ['/security/users', 's30-users'],
  ['/security/users/alice', 's32-user'],
  ['/security/users/alice/permissions', 's33-permissions'],
  ['/security/users/alice/authentication', 's34-authentication'],
  ['/security/roles', 's35-roles'],
  ['/security/default-permissions', 's38-default-permissions'],
  ['/security/mfa-rehearsal', 's-mfa-rehearsal'],
  ['/security/simulate', 's37-simulate'],
  ['/security/keys', 's34-keys'],
  ['/security/emails', 's21-emails'],
  ['/logs/audit', 's40-audit'],
  ['/settings', 's42-settings'],
] as const;

describe.each(languages)('pages of permissions (%s)', (language) => {
  const o = permissionWords[language];
  const owner = { email: `owner-${language}@example.com`, password: 'pebble harbour quilt 41' };
  const samPassword = 'lantern orchard velvet 73';
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
    await root.call('POST', `${users}/carol`, { description: 'carol' });
    await root.call('POST', `${users}/carol/password`, { password: samPassword });
    const reads = JSON.stringify({
      statements: [{ effect: 'allow', api: ['User:listUsers', 'User:getUser', 'User:getUserPermission'] }],
    });
    expect((await root.call('PUT', `${users}/carol/permission`, { permission: reads })).status).toBe(200);
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

  test('a catalogue is looked at before it is imported, and listed', async () => {
    const { page } = tab;
    const imported = (operationId: string) => ({ tags: ['User'], operationId, summary: operationId });
    const cancel = { ...imported('cancelOrder'), parameters: [{ in: 'query', name: 'dry-run' }] };
    const paths: Record<string, object> = { '/orders/{order-id}': { get: imported('showOrder'), delete: cancel } };
    await page.goto(`${server.baseUrl}/settings/import-catalogue`);
    await page.locator('input[name=name]').fill('orders');
    await page.locator('textarea[name=file]').fill(JSON.stringify({ openapi: '3.1.0', paths }));
    await page.locator('main form button[type=submit]').first().click();
    await shown(page.locator('main summary'));
    await inspect(tab, 's42-import-catalogue');
    await page.locator('main form button[type=submit]').last().click();
    await shown(page.locator('main tbody tr'));
    await inspect(tab, 's42-catalogues');
    await page.goto(`${server.baseUrl}/settings/import-catalogue?name=orders`);
    await page.locator('input[name=host]').fill('ショップ.jp');
    await page.locator('select').selectOption('signed in');
    paths['/orders'] = { get: { tags: ['注文'], operationId: '一覧' } };
    await page.locator('textarea[name=file]').fill(JSON.stringify({ openapi: '3.1.0', paths }));
    await page.locator('main form button[type=submit]').first().click();
    await shown(page.locator('main [role=status] li', { hasText: 'xn--xckya1d0c.jp' }));
    await shown(page.locator('main [role=status] li', { hasText: language === 'ja' ? '拒否 → ' : 'Denied → ' }));
    await inspect(tab, 's42-import-settings');
  });

  test('the simulator asks for what an imported operation has in its path and its query', async () => {
    const { page } = tab;
    const condition = "queryParameter('dry-run') == 'yes'";
    await page.goto(`${server.baseUrl}/security/simulate?user=bob&api=User%3AcancelOrder`);
    await page.getByLabel(/order-id/).fill('7');
    await page.getByLabel(/dry-run/).fill('yes');
    await page.locator('details summary').first().click();
    await page
      .locator('textarea')
      .fill(JSON.stringify({ statements: [{ effect: 'allow', api: 'User:cancelOrder', condition }] }));
    await button(page, o.evaluate).click();
    await shown(page.getByText(o.allowed, { exact: true }).first());
    await inspect(tab, 's37-imported');
    await page.getByLabel(/dry-run/).fill('no');
    await button(page, o.evaluate).click();
    await expect.poll(() => page.locator('[role=status] p').first().innerText()).toBe(o.denied);
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
    await expect.poll(read).toContain('User:listUsers');
  });

  test('what two people change at once is shown to the later one, who loses nothing', async () => {
    const { page } = tab;
    const path = `/v1/operators/${root.operatorId}/users/bob/permission`;
    const of = (api: string) => JSON.stringify({ statements: [{ effect: 'allow', api }] });
    const editor = page.locator('.cm-content').first();
    const saveMine = async (mine: string, theirs: string) => {
      await editor.fill(mine);
      expect((await root.call('PUT', path, { permission: theirs })).status).toBe(200);
      await button(page, o.save).first().click();
      await shown(dialog(page).getByRole('heading', { name: o.conflict }));
      for (const text of [mine, theirs]) await shown(dialog(page).locator('.cm-content', { hasText: text }));
    };
    const saved = async () => String((await root.call('GET', path)).json['permission']);

    await saveMine(of('User:getUser'), of('User:hasUserPassword'));
    await look(tab, 's36-conflict');
    await page.keyboard.press('Escape');
    await shown(editor.getByText('User:getUser'));
    expect(await saved()).toBe(of('User:hasUserPassword'));
    await button(page, o.save).first().click();
    await button(dialog(page), o.theirs).click();
    await shown(editor.getByText('User:hasUserPassword'));

    await saveMine(of('User:getUser'), of('User:listUserRoles'));
    await button(dialog(page), o.overwrite).click();
    await expect.poll(saved).toBe(of('User:getUser'));
    await expect.poll(() => dialog(page).count()).toBe(0);
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

  test('a trust policy is checked while typing, and a principal is added without typing its name in full', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/users/alice/trust-policy`);
    const editor = field(page, o.trustField);
    await shown(editor);
    const twice = '{"statements":[{"effect":"allow","effect":"allow","principal":{"soracom":"x"}}]}';
    await editor.fill(twice);
    await shown(page.locator('.cm-lintRange-error').first());
    const column = twice.lastIndexOf('"effect"') + 1;
    await shown(button(page, language === 'ja' ? `1 行 ${column} 列` : `Line 1, column ${column}`));
    await look(tab, 's34-trust-problem');
    await editor.fill('');
    await field(page, o.userName).fill('alice');
    await button(page, o.addPrincipal).click();
    await shown(page.getByText(o.notOneself));
    for (const name of ['bob', '']) {
      await field(page, o.userName).fill(name);
      await button(page, o.addPrincipal).click();
      await expect.poll(() => editor.innerText()).toContain(name === '' ? '::Operator:' : '::User:bob');
    }
    await shown(page.getByText(o.bobAtAnyTime, { exact: true }));
    await inspect(tab, 's34-trust-editor');
    await button(page, o.review).click();
    await shown(dialog(page));
    await look(tab, 's34-trust-review');
    await button(dialog(page), o.save).click();
    const read = async () => {
      const answer = await root.call('GET', `/v1/operators/${root.operatorId}/users/alice/trust_policy`);
      return String(answer.json['trustPolicy']);
    };
    await expect.poll(read).toContain('::User:bob');
  });

  test('the simulator says what needs no permission, what only the root user may do, and reads ages of proofs', async () => {
    const { page } = tab;
    const ask = async (search: string) => page.goto(`${server.baseUrl}/security/simulate?user=alice&${search}`);
    await ask('api=Auth%3AlistSessions');
    await shown(page.getByText(o.noPermission));
    await look(tab, 's37-no-permission');
    await ask('api=Operator%3AenableMFA');
    await shown(page.getByText(o.rootOnly));
    const statements = [{ effect: 'allow', api: 'User:getUser', condition: 'authAgeSeconds < 60' }];
    await page.goto(`${server.baseUrl}/security/simulate?user=bob&api=User%3AgetUser`);
    await page.locator('details summary').first().click();
    await page.locator('textarea').fill(JSON.stringify({ statements }));
    await button(page, o.evaluate).click();
    await shown(page.getByText(o.allowed, { exact: true }).first());
    await field(page, o.proved).fill('９０');
    await button(page, o.evaluate).click();
    await shown(page.getByText('authAgeSeconds < 60').first());
    await expect.poll(() => page.locator('[role=status] p').first().innerText()).toBe(o.denied);
    await look(tab, 's37-ages');
  });

  test('the effective list begins with what is allowed, and knows what needs no permission', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/users/alice/permissions`);
    const rows = page.getByRole('table', { name: o.table }).getByRole('row');
    await shown(rows.nth(1).getByText('User:revokeUserMFA'));
    await shown(rows.filter({ hasText: 'Auth:listSessions' }).getByText(o.free, { exact: true }));
  });

  test('on a phone a permission is built by choosing', async () => {
    const { page } = tab;
    await page.setViewportSize({ width: 375, height: 812 });
    await page.goto(`${server.baseUrl}/security/users/carol/permissions`);
    await shown(page.getByText(o.builder));
    const builder = page.locator('details', { hasText: o.builder });
    await field(builder, o.operation).fill('User:revokeUserMFA');
    await field(builder, o.condition).selectOption({ label: o.oneself });
    await button(builder, o.addStatement).click();
    await shown(builder.getByText("pathVariable('user_name') == samUserName"));
    await builder.scrollIntoViewIfNeeded();
    await look(tab, 's36-builder-375');
    await button(page, o.save).first().click();
    const read = async () => {
      const answer = await root.call('GET', `/v1/operators/${root.operatorId}/users/carol/permission`);
      return String(answer.json['permission']);
    };
    await expect.poll(read).toContain('User:revokeUserMFA');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('somebody forgot the password: a new one in one step', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/users/carol/authentication`);
    await button(page, o.replace).click();
    await look(tab, 's34-new-password');
    await field(dialog(page), o.newPassword).fill(`${samPassword} again`);
    await button(dialog(page), o.set).click();
    await dialog(page).waitFor({ state: 'hidden' });
    const { operatorId } = root;
    const again = { operatorId, userName: 'carol', password: `${samPassword} again` };
    expect((await request(server.baseUrl, 'POST', '/v1/auth', again)).status).toBe(200);
    expect((await request(server.baseUrl, 'POST', '/v1/auth', { ...again, password: samPassword })).status).toBe(401);
  });

  test('what is not permitted is off and named, and every "why" is answered about oneself', async () => {
    const sam = await openTab(browser, language);
    const { page } = sam;
    await page.goto(`${server.baseUrl}/login?as=sam&operator=${root.operatorId}`);
    await shown(page.getByRole('tab', { name: o.samTab, exact: true }));
    await field(page, o.userName).fill('carol');
    await field(page, words[language].password).fill(`${samPassword} again`);
    await button(page, words[language].logIn).click();
    await shown(accountMenu(page, { email: 'carol', password: '' }));
    await page.goto(`${server.baseUrl}/security/users/alice`);
    await shown(page.getByText('User:deleteUser'));
    expect(await page.locator('main').getByRole('button', { disabled: true }).count()).toBeGreaterThan(2);
    await inspect(sam, 's32-not-permitted');
    // Why: the simulator answers about oneself, and says which permission opens the rest.
    await page.locator('p', { hasText: 'User:deleteUser' }).getByRole('link').click();
    await shown(page.getByText(o.onlySelf));
    await shown(page.getByText(o.denied).first());
    await look(sam, 's37-only-oneself');
    await page.goto(`${server.baseUrl}/security/who-can?api=User%3ArevokeUserMFA&user=carol`);
    const rows = page.getByRole('table', { name: o.whoTable }).getByRole('row');
    await shown(rows.filter({ hasText: o.root }));
    await shown(rows.filter({ hasText: 'carol' }).getByText("pathVariable('user_name') == samUserName"));
    await look(sam, 's39-who-can-oneself');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(sam.problems).toEqual([]);
  });

  test('a reset that is under way can be stopped from every page', async () => {
    const { page } = tab;
    const phone = authenticator(await beginMfa(root));
    const mfa = `/v1/operators/${root.operatorId}/mfa`;
    expect((await root.call('POST', `${mfa}/verify`, { mfaOTPCode: await phone.next() })).status).toBe(200);
    await request(server.baseUrl, 'POST', '/v1/operators/mfa_revoke_token/issue', owner);
    const again = await openTab(browser, language);
    await enterPassword(again, server, owner);
    await enterCode(again, await phone.next());
    // The work behind the answer begins at a random moment.
    await until(async () => {
      await shown(accountMenu(again.page, owner));
      await again.page.waitForLoadState('networkidle');
      if ((await button(again.page, o.stopReset).count()) > 0) return true;
      await again.page.reload();
      return false;
    }, 'the banner of the reset');
    await inspect(again, 's11-pending-reset');
    await button(again.page, o.stopReset).click();
    await shown(again.page.getByText(o.resetStopped));
    await button(again.page, o.stopReset).waitFor({ state: 'hidden' });
    await page.close();
  });

  test('and the pages made no mistake of their own, and spoke to nobody else', () => {
    expect(tab.problems.filter((problem) => !problem.startsWith('console:'))).toEqual([]);
  });
});
