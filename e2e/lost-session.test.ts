import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request, type Session, session, setUp } from './support/api.ts';
import { openBrowser, openTab, picture, shown, type Tab } from './support/browser.ts';
import { isFocused } from './support/in-page.ts';
import { inspect } from './support/inspect.ts';
import { type Server, startServer } from './support/server.ts';
import { until } from './support/until.ts';
import { accountMenu, button, dialog, enterPassword, field } from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

describe.each(languages)('a session that ended (%s)', (language) => {
  const w = words[language];
  const said = {
    ja: {
      switchUser: 'ユーザーを切り替える',
      back: '元のユーザーに戻る',
      disown: '心当たりがない',
      disownSubmit: 'パスワードを設定してログアウトさせる',
      disowned: '新しいパスワードを設定し、ほかのすべてのセッションを終了しました。',
      lock: '取り消してロックする',
      locked: 'アカウントをロックしました',
    },
    en: {
      switchUser: 'Switch user',
      back: 'Switch back',
      disown: "This wasn't me",
      disownSubmit: 'Set password and log out others',
      disowned: 'A new password was set and every other session was ended.',
      lock: 'Cancel and lock',
      locked: 'The account is locked',
    },
  }[language];
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let root: Session;

  beforeAll(async () => {
    // A sandbox, so that its words are looked at as well.
    server = await startServer({ env: { WARIFU_SANDBOX: '1' } });
    await setUp(server.baseUrl, server.setupLink(), owner, language);
    browser = await openBrowser();
    tab = await openTab(browser, language);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(tab.page, owner));
    await shown(tab.page.getByText(language === 'ja' ? /サンドボックスです/ : /is a sandbox/));
    expect(server.output()).toContain('WARIFU_SANDBOX is on');
    root = await session(server.baseUrl, owner);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  async function endSessions(): Promise<void> {
    const ended = await root.call('DELETE', '/v1/auth/sessions');
    expect(ended.status).toBe(200);
  }

  test('keeps what was typed: signing in again happens on the spot, and what was wanted is done', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/users?dialog=create`);
    const create = dialog(page);
    await shown(create.getByRole('textbox').first());
    await create.getByRole('textbox').first().pressSequentially('hanako');
    await endSessions();
    await page.keyboard.press('Enter');
    const again = dialog(page).filter({ hasText: owner.email });
    await shown(field(again, w.password));
    await until(() => isFocused(field(again, w.password)), 'the focus in the password');
    await picture(tab, 'k08-log-in-again');
    await page.keyboard.type('not the password 1234');
    await page.keyboard.press('Enter');
    await shown(again.getByText(w.loginFailed));
    await field(again, w.password).fill(owner.password);
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'hidden' });
    const users = `/v1/operators/${root.operatorId}/users`;
    await expect.poll(async () => (await root.call('GET', users)).body).toContain('hanako');
    expect(tab.problems).toEqual([]);
  });

  test('leads to the login page when the person gives up', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/sessions`);
    await shown(accountMenu(page, owner));
    await endSessions();
    await page.getByRole('link', { name: w.users, exact: true }).first().click();
    await button(dialog(page), language === 'ja' ? 'ログイン画面へ移動' : 'Go to the login page').click();
    await shown(field(page, w.email));
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  test('goes on as a SAM user, which every page says, and back without a password', async () => {
    const { page } = tab;
    const taro = `/v1/operators/${root.operatorId}/users/taro`;
    const soracom = [`srn:soracom:${root.operatorId}::Operator:${root.operatorId}`];
    await root.call('POST', taro, {});
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    expect((await root.call('PUT', `${taro}/trust_policy`, { trustPolicy })).status).toBe(204);
    await enterPassword(tab, server, owner);
    await accountMenu(page, owner).click();
    await page.getByRole('menuitem', { name: said.switchUser, exact: true }).click();
    await until(() => isFocused(field(page, w.userName)), 'the focus in the user name');
    await page.keyboard.type('taro');
    await page.keyboard.press('Enter');
    const back = button(page, said.back);
    await shown(back);
    await inspect(tab, 's-switched');
    await page.goto(`${server.baseUrl}/security/sessions`);
    await shown(back);
    expect(await page.getByRole('menuitem', { name: said.switchUser }).count()).toBe(0);
    await back.click();
    await shown(accountMenu(page, owner));
    expect(await back.count()).toBe(0);
    expect(tab.problems).toEqual([]);
  });

  test('disowns a login of its history: a new password, and the end of the other session', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/security/logins`);
    // The newest that is not of this page is that of the test's own program.
    await page.getByRole('table').getByRole('button', { name: said.disown }).first().click();
    const form = dialog(page);
    await until(() => isFocused(field(form, w.currentPassword)), 'the focus in the current password');
    await inspect(tab, 's19-disown');
    await page.keyboard.type(owner.password);
    await field(form, w.newPassword).fill('entirely another one 77');
    await button(form, said.disownSubmit).click();
    await form.waitFor({ state: 'hidden' });
    await shown(page.getByText(said.disowned));
    expect((await root.call('GET', '/v1/auth/sessions')).status).toBe(401);
    expect(tab.problems).toEqual([]);
  });

  /** The token of the newest mail that leads to a page. */
  async function mailedToken(path: string): Promise<string> {
    const read = async (address: string) => await (await tab.page.request.get(`${server.baseUrl}${address}`)).text();
    let token: string | undefined;
    await until(async () => {
      const mails = (await read('/mail-preview')).match(/\/mail-preview\/[\w-]+/g) ?? [];
      for (const mail of mails.slice(0, 6)) token ??= new RegExp(`${path}#([\\w-]{43})`).exec(await read(mail))?.[1];
      return token !== undefined;
    }, `a mail that leads to ${path}`);
    return token ?? '';
  }

  test('locks the account with the link of a notice, and nobody is signed in any more', async () => {
    const { page } = tab;
    const { email } = owner;
    await request(server.baseUrl, 'POST', '/v1/auth/password_reset_token/issue', { email });
    const token = await mailedToken('/password/reset');
    const thief = { email, password: 'what the thief has set 12' };
    const reset = { token, password: thief.password };
    expect((await request(server.baseUrl, 'POST', '/v1/auth/password_reset_token/verify', reset)).status).toBe(200);
    const stolen = await session(server.baseUrl, thief);
    await page.goto(`${server.baseUrl}/account/lock#${await mailedToken('/account/lock')}`);
    await button(page, said.lock).click();
    await shown(page.getByRole('heading', { name: said.locked }));
    expect(new URL(page.url()).hash).toBe('');
    await inspect(tab, 's-locked');
    expect((await stolen.call('GET', '/v1/auth/sessions')).status).toBe(401);
    await page.goto(`${server.baseUrl}/login`);
    await enterPassword(tab, server, thief);
    await shown(page.getByText(w.loginFailed));
  });
});

test('two servers on one host name, at two ports, do not end each other’s sessions', async () => {
  const servers = [await startServer(), await startServer()] as const;
  const browser = await openBrowser();
  const tab = await openTab(browser, 'en');
  for (const server of servers) {
    await setUp(server.baseUrl, server.setupLink(), owner);
    await tab.page.goto(`${server.baseUrl}/login`);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(tab.page, owner));
  }
  for (const server of servers) {
    await tab.page.goto(server.baseUrl);
    await shown(accountMenu(tab.page, owner));
  }
  await accountMenu(tab.page, owner).click();
  await tab.page.getByRole('menuitem', { name: words.en.logOut, exact: true }).click();
  await shown(field(tab.page, words.en.password));
  await tab.page.goto(servers[0].baseUrl);
  await shown(accountMenu(tab.page, owner));
  await browser.close();
  for (const server of servers) await server.stop();
});
