import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resetLink } from './accounts.ts';
import { session, setUp } from './api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './browser.ts';
import { inspect } from './inspect.ts';
import { authenticator } from './oath.ts';
import { type Server, startServer } from './server.ts';
import { type Smtp, startSmtp } from './smtp.ts';
import {
  accountMenu,
  button,
  dialog,
  enterCode,
  enterPassword,
  field,
  fillReset,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
  readSecret,
  storeCodes,
} from './walk.ts';
import { type Language, words } from './words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
/** Walks through every screen in a language and looks at each. */
export function everyScreen(language: Language): void {
  const w = words[language];
  let smtp: Smtp;
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let secret = '';
  let codes: string[] = [];
  const go = (path: string) => tab.page.goto(`${server.baseUrl}${path}`);

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({ smtpUrl: smtp.url });
    browser = await openBrowser();
    tab = await openTab(browser, language);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await smtp.stop();
  });

  test('S01 setup', async () => {
    await tab.page.goto(server.setupLink());
    await shown(heading(tab.page, w.setupTitle));
    await inspect(tab, 's01-setup');
    await setUp(server.baseUrl, server.setupLink(), owner, language);
    await tab.page.reload();
    await shown(tab.page.getByRole('heading', { level: 1 }));
    await inspect(tab, 's01-setup-done');
  });

  test('S02 login, with and without an answer', async () => {
    await go('/login');
    await shown(field(tab.page, w.password));
    await inspect(tab, 's02-login');
    await enterPassword(tab, server, { ...owner, password: 'not the password 1234' });
    await shown(tab.page.getByText(w.loginFailed));
    await inspect(tab, 's02-login-failed');
  });

  test.each([
    ['/password/forgot', 's09-forgot'],
    ['/password/reset', 's09-reset-without-link'],
    [`/password/reset#token=${'A'.repeat(43)}`, 's09-reset'],
    ['/mfa/reset', 's05-reset'],
    ['/mfa/reset/verify', 's07-verify-without-link'],
    [`/mfa/reset/verify#token=${'A'.repeat(43)}`, 's07-verify'],
    [`/mfa/reset/cancel#token=${'A'.repeat(43)}`, 's07-cancel'],
    [`/mfa/assisted#token=${'A'.repeat(43)}`, 's07-assisted'],
    [`/account/lock#token=${'A'.repeat(43)}`, 's-lock'],
    ['/help/login', 's10-help'],
    ['/signup', 's-sign-up'],
  ])('%s', async (path, name) => {
    await go('/login');
    await go(path);
    await shown(tab.page.getByRole('heading', { level: 1 }));
    await inspect(tab, name);
  });

  test('S11, S12 the frame, and MFA off', async () => {
    await go('/login');
    await enterPassword(tab, server, owner);
    await shown(accountMenu(tab.page, owner));
    await inspect(tab, 's11-first-page');
    await goToMfa(tab, owner);
    await inspect(tab, 's12-mfa-off');
    await accountMenu(tab.page, owner).click();
    await shown(tab.page.getByRole('menuitem').first());
    await inspect(tab, 's11-account-menu');
    await tab.page.keyboard.press('Escape');
  });

  test('S30, S32 SAM users: none, one, and each tab of it', async () => {
    const { page } = tab;
    await go('/security/users');
    await shown(heading(page, w.users));
    await inspect(tab, 's30-users-none');
    const root = await session(server.baseUrl, owner);
    await root.call('POST', `/v1/operators/${root.operatorId}/users/taro`, { description: 'front desk' });
    await page.reload();
    await page.getByRole('link', { name: 'taro', exact: true }).waitFor();
    await inspect(tab, 's30-users');
    await page.getByRole('link', { name: 'taro', exact: true }).click();
    const tabs = page.getByRole('tab');
    await shown(tabs);
    for (let index = 0; index < (await tabs.count()); index++) {
      await tabs.nth(index).click();
      await page.locator('[role=tabpanel]').waitFor();
      await inspect(tab, `s32-user-tab-${index + 1}`);
    }
    await go('/security/mfa');
  });

  test('S13, S14 enable, and the backup codes', async () => {
    const { page } = tab;
    await button(page, w.enableMfa).first().click();
    secret = await readSecret(tab);
    await inspect(tab, 's13-scan');
    await button(dialog(page), w.next).click();
    await shown(field(dialog(page), w.code));
    await inspect(tab, 's13-code');
    await field(dialog(page), w.code).pressSequentially('12345');
    await button(dialog(page), w.enable).click();
    await inspect(tab, 's13-code-refused');
    await field(dialog(page), w.code).fill('');
    await field(dialog(page), w.code).pressSequentially(await phone().next());
    await button(dialog(page), w.enable).click();
    codes = await readBackupCodes(tab);
    await inspect(tab, 's14-backup-codes');
    await page.keyboard.press('Escape');
    await inspect(tab, 's14-leave');
    await button(page, language === 'ja' ? '戻って保管する' : 'Go back and store them').click();
    await storeCodes(tab);
  });

  test('S12, S15 MFA on, and the dialog that disables it', async () => {
    await shown(button(tab.page, w.disableMfa));
    await inspect(tab, 's12-mfa-on');
    await button(tab.page, w.disableMfa).click();
    await shown(field(dialog(tab.page), w.password));
    await inspect(tab, 's15-disable');
    await field(dialog(tab.page), w.password).fill('not the password 1234');
    await button(dialog(tab.page), w.disable).click();
    await shown(dialog(tab.page).getByText(w.passwordWrong));
    await inspect(tab, 's15-disable-refused');
    await button(dialog(tab.page), w.cancel).click();
  });

  test('S11, S12 the ways back, and a backup code that is tested', async () => {
    const { page } = tab;
    await go('/');
    await page.getByRole('link', { name: w.testCode }).waitFor();
    await inspect(tab, 's11-ways-back');
    await page.getByRole('link', { name: w.testCode }).click();
    await field(dialog(page), w.backupCode).fill('ZZZZ999R');
    await button(dialog(page), w.test).click();
    await shown(dialog(page).getByRole('alert'));
    await inspect(tab, 's12-test-code-refused');
    await field(dialog(page), w.backupCode).fill(codes[0] ?? '');
    await button(dialog(page), w.test).click();
    await shown(page.getByRole('rowheader'));
    await look(tab, 's12-test-code-right');
  });

  test.each([
    ['/security/password', 's17-password'],
    ['/security/sessions', 's18-sessions'],
    ['/security/logins', 's19-logins'],
    ['/security/switch', 's-switch'],
    ['/gate?end=signed-out', 's-gate'],
    ['/security/no-such-page', 's45-not-found'],
  ])('%s', async (path, name) => {
    await go(path);
    await shown(accountMenu(tab.page, owner));
    await shown(tab.page.getByRole('heading', { level: 1 }));
    await inspect(tab, name);
  });

  test('settings, and a test mail', async () => {
    await go('/settings');
    const send = button(tab.page, language === 'ja' ? 'テストメールを送信' : 'Send a test mail');
    await (await shown(send)).click();
    await shown(tab.page.locator('main form [role=status]'));
    await shown(tab.page.locator('main form button:focus'));
    await inspect(tab, 's-settings');
  });

  test('S04 the code', async () => {
    const { page } = tab;
    await logOut(tab, owner);
    await inspect(tab, 's02-logged-out');
    await enterPassword(tab, server, owner);
    await shown(heading(page, w.codeTitle));
    await inspect(tab, 's04-code');
    await enterCode(tab, '000000');
    await shown(page.getByText(w.otpInvalid));
    await inspect(tab, 's04-code-refused');
  });

  test('S05 to S08 the reset', async () => {
    const { page } = tab;
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await field(page, w.password).fill(owner.password);
    await button(page, w.resetMfa).click();
    await shown(page.getByText(w.mailSent));
    await inspect(tab, 's06-mail-sent');
    const mail = await smtp.waitFor(({ text }) => resetLink(text) !== undefined);
    await page.goto(resetLink(mail.text) ?? '');
    await fillReset(tab, owner, 'ZZZZ999R');
    await shown(page.getByText(w.resetFailed));
    await inspect(tab, 's07-refused');
    await fillReset(tab, owner, codes[0] ?? '');
    await shown(page.getByText(w.resetDone));
    await inspect(tab, 's08-done');
  });

  test('no page made a mistake of its own', () => {
    expect(tab.problems).toEqual([]);
  });

  const phone = () => authenticator(secret);
}
