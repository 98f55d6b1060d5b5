import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from './support/accounts.ts';
import { type Session, secretOf, session } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { type Authenticator, authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { accountMenu, button, dialog, enterCode, field, heading } from './support/walk.ts';
import { languages, words } from './support/words.ts';

// Flow C by SAM users: for another, for oneself, and refused with the reason on the screen.

const own = {
  ja: {
    tab: 'SAM ユーザー',
    userName: 'ユーザー名',
    users: 'ユーザー',
    authentication: '認証設定',
    ask: /ルートユーザー/,
  },
  en: { tab: 'SAM user', userName: 'User name', users: 'Users', authentication: 'Authentication', ask: /root user/ },
};
const flowC = [
  'User:listUsers',
  'User:getUser',
  'User:verifyUserMFA',
  'User:enableUserMFA',
  'User:getUserMFAStatus',
  'User:revokeUserMFA',
];
const onlyOneself = "pathVariable('user_name') == samUserName";

describe.each(languages)('flow C by SAM users (%s)', (language) => {
  const w = words[language];
  const o = own[language];
  const owner = { email: `owner-${language}@example.com`, password: 'pebble harbour quilt 41' };
  const password = 'lantern orchard velvet 73';
  let server: Server;
  let browser: Browser;
  let operatorId: string;
  let root: Session;

  beforeAll(async () => {
    server = await startServer();
    browser = await openBrowser();
    operatorId = await createOperator(server, owner, language);
    root = await session(server.baseUrl, owner);
    await newUser('alice');
    await newUser('nobody');
    await newUser('helper', { effect: 'allow', api: flowC });
    await newUser('self', { effect: 'allow', api: flowC, condition: onlyOneself });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const api = (name: string, rest = '') => `/v1/operators/${operatorId}/users/${name}${rest}`;

  async function newUser(name: string, statement?: object): Promise<void> {
    expect((await root.call('POST', api(name), { description: name })).status).toBe(201);
    expect((await root.call('POST', api(name, '/password'), { password })).status).toBe(201);
    const permission = JSON.stringify({ statements: [statement] });
    if (statement) expect((await root.call('PUT', api(name, '/permission'), { permission })).status).toBe(200);
  }

  async function enableFor(name: string): Promise<Authenticator> {
    const phone = authenticator(secretOf((await root.call('POST', api(name, '/mfa'))).json['totpUri']));
    const verified = await root.call('POST', api(name, '/mfa/verify'), { mfaOTPCode: await phone.next() });
    expect([verified.status, verified.body]).toEqual([204, '']);
    return phone;
  }

  const status = async (name: string) => (await root.call('GET', api(name, '/mfa'))).json['status'];
  const menu = ({ page }: Tab, name: string) => accountMenu(page, { email: name, password: '' });

  async function signInSam(userName: string): Promise<Tab> {
    const tab = await openTab(browser, language);
    await tab.page.goto(`${server.baseUrl}/login?as=sam&operator=${operatorId}`);
    await shown(tab.page.getByRole('tab', { name: o.tab, exact: true }));
    await field(tab.page, o.userName).fill(userName);
    await field(tab.page, w.password).fill(password);
    await button(tab.page, w.logIn).click();
    return tab;
  }

  async function disable(tab: Tab, picture: string): Promise<void> {
    const { page } = tab;
    await button(page, w.disableMfa).click();
    await shown(button(dialog(page), w.disable));
    // No password in this dialog (console.md 0.2).
    expect(await dialog(page).locator('input:visible').count()).toBe(0);
    await look(tab, picture);
    await button(dialog(page), w.disable).click();
  }

  test('a permitted SAM user disables the MFA of another', async () => {
    await enableFor('alice');
    const tab = await signInSam('helper');
    await menu(tab, 'helper').click();
    await tab.page.getByRole('menuitem', { name: w.security, exact: true }).click();
    await tab.page.getByRole('link', { name: o.users, exact: true }).first().click();
    await tab.page.getByRole('link', { name: 'alice', exact: true }).first().click();
    await tab.page.getByRole('tab', { name: o.authentication, exact: true }).click();
    await shown(heading(tab.page, w.mfa));
    await disable(tab, 'c14-helper-disables');
    await expect.poll(() => status('alice')).toBe('INACTIVE');
    expect(tab.problems).toEqual([]);
  });

  test('a SAM user disables its own, from a session with MFA', async () => {
    const phone = await enableFor('self');
    const tab = await signInSam('self');
    await enterCode(tab, await phone.next());
    await shown(menu(tab, 'self'));
    await tab.page.goto(`${server.baseUrl}/security/mfa`);
    await shown(button(tab.page, w.disableMfa));
    await look(tab, 'c15-own-mfa');
    await disable(tab, 'c16-own-disable');
    await expect.poll(() => status('self')).toBe('INACTIVE');
    expect(tab.problems).toEqual([]);
  });

  test('without the permission the screen names it, and whom to ask', async () => {
    const tab = await signInSam('nobody');
    await shown(menu(tab, 'nobody'));
    await tab.page.goto(`${server.baseUrl}/security/users/alice/authentication`);
    await shown(tab.page.getByText('User:getUser').first());
    await shown(tab.page.getByText(o.ask).first());
    await look(tab, 'c17-refused');
    await tab.page.goto(`${server.baseUrl}/security/users`);
    await shown(tab.page.getByText('User:listUsers').first());
    await look(tab, 'c18-refused-list');
  });
});
