import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resetLink } from './support/accounts.ts';
import { type Session, session } from './support/api.ts';
import { openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inOrder } from './support/in-order.ts';
import { isFocused, isFocusInDialog } from './support/in-page.ts';
import { type Authenticator, authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import { until } from './support/until.ts';
import {
  accountMenu,
  button,
  dialog,
  field,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
  readSecret,
} from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
const taro = { userName: 'taro', password: 'lantern orchard tin 58' };

// Flows A to D as a person does them: buttons are clicked, fields never. Where one types next, the focus is.
describe.each(languages)('the flows without a click into a field (%s)', (language) => {
  const w = words[language];
  inOrder();
  let smtp: Smtp;
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let root: Session;
  let phone: Authenticator;
  let codes: string[];

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

  /** The focus comes to this field by itself, and the text goes in. */
  async function type(label: string, text: string, within: 'page' | 'dialog' = 'page'): Promise<void> {
    const { page } = tab;
    const target = field(within === 'dialog' ? dialog(page) : page, label);
    await shown(target);
    await until(() => isFocused(target), `the focus in ${label}`);
    await page.keyboard.type(text);
    expect(await target.inputValue()).toBe(text);
  }

  /** The next field is one Tab away, or two where a button inside the field comes first. */
  async function tabInto(label: string): Promise<void> {
    const target = field(tab.page, label);
    await tab.page.keyboard.press('Tab');
    if (!(await isFocused(target))) await tab.page.keyboard.press('Tab');
  }

  async function logInAsOwner(): Promise<void> {
    await type(w.email, owner.email);
    await tabInto(w.password);
    await type(w.password, owner.password);
    await tab.page.keyboard.press('Enter');
  }

  /** What is shown this once has the focus, as one group with a name, and is announced. */
  async function appeared(name: RegExp): Promise<void> {
    const group = dialog(tab.page).getByRole('group', { name });
    await shown(group);
    await until(() => isFocused(group), 'the focus on what appeared');
    await shown(tab.page.locator('[role=status]').filter({ hasText: name }).and(tab.page.locator(':not(dialog *)')));
  }

  async function enableMfa(): Promise<void> {
    const { page } = tab;
    await button(page, w.enableMfa).first().click();
    await appeared(/QR/);
    phone = authenticator(await readSecret(tab));
    await button(dialog(page), w.next).click();
    await type(w.code, await phone.next(), 'dialog');
    await page.keyboard.press('Enter');
    const shownCodes = language === 'ja' ? /バックアップコードを表示しました/ : /backup codes are shown/;
    await appeared(shownCodes);
    codes = await readBackupCodes(tab);
    await page.keyboard.press('Escape');
    await button(page, language === 'ja' ? '戻って保管する' : 'Go back and store them').click();
    await appeared(shownCodes);
    await dialog(page).getByRole('checkbox', { name: w.stored }).check();
    await button(dialog(page), w.done).click();
    await shown(button(page, w.disableMfa));
  }

  test('the first root user, and a reload that says the truth', async () => {
    const { page } = tab;
    await page.goto(server.setupLink());
    await shown(field(page, w.email));
    await page.reload();
    await shown(
      page.getByText(language === 'ja' ? 'セットアップの URL をもう一度開いて' : 'Open the setup link again'),
    );
    await page.goto('about:blank');
    await page.goto(server.setupLink());
    await type(w.email, owner.email);
    await tabInto(w.password);
    await type(w.password, owner.password);
    await page.keyboard.press('Enter');
    await shown(button(page, w.later));
    await page.reload();
    await shown(button(page, w.later));
    await button(page, w.later).click();
    await shown(accountMenu(page, owner));
    root = await session(server.baseUrl, owner);
    await root.call('POST', `/v1/operators/${root.operatorId}/users/${taro.userName}`, {});
    await root.call('POST', `/v1/operators/${root.operatorId}/users/${taro.userName}/password`, {
      password: taro.password,
    });
  });

  test('flow A: enable, log in with a code, disable with the password', async () => {
    const { page } = tab;
    await goToMfa(tab, owner);
    await enableMfa();
    await logOut(tab, owner);
    await logInAsOwner();
    await shown(heading(page, w.codeTitle));
    await type(w.code, await phone.next());
    await page.keyboard.press('Enter');
    await shown(accountMenu(page, owner));
    await goToMfa(tab, owner);
    await button(page, w.disableMfa).click();
    await shown(dialog(page).getByText(owner.email, { exact: true }));
    await type(w.password, owner.password, 'dialog');
    await page.keyboard.press('Enter');
    await shown(button(page, w.enableMfa));
  });

  test('flow B: from the code screen to the mail, and from the mail to the reset', async () => {
    const { page } = tab;
    await enableMfa();
    await logOut(tab, owner);
    await logInAsOwner();
    await shown(heading(page, w.codeTitle));
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await shown(heading(page, w.resetTitle));
    const since = smtp.mails.length;
    await type(w.password, owner.password);
    await page.keyboard.press('Enter');
    await shown(page.getByText(w.mailSent));
    const mail = await smtp.waitFor(({ text }) => resetLink(text) !== undefined, since);
    await page.goto(resetLink(mail.text) ?? '');
    await type(w.email, owner.email);
    await tabInto(w.password);
    await type(w.password, owner.password);
    await tabInto(w.backupCode);
    await type(w.backupCode, codes[0] ?? '');
    await page.keyboard.press('Enter');
    await shown(page.getByText(w.resetDone));
  });

  test('flow D: the SAM user without its device is told whom to ask', async () => {
    const { page } = tab;
    const user = `/v1/operators/${root.operatorId}/users/${taro.userName}`;
    root = await session(server.baseUrl, owner);
    const begun = await root.call('POST', `${user}/mfa`);
    const device = authenticator(new URL(String(begun.json['totpUri'])).searchParams.get('secret') ?? '');
    await root.call('POST', `${user}/mfa/verify`, { mfaOTPCode: await device.next() });
    await page.goto(`${server.baseUrl}/login`);
    await page.getByRole('tab', { name: w.samUser, exact: true }).click();
    await type(w.operatorId, root.operatorId);
    await tabInto(w.userName);
    await type(w.userName, taro.userName);
    await tabInto(w.password);
    await type(w.password, taro.password);
    await page.keyboard.press('Enter');
    await shown(heading(page, w.codeTitle));
    await until(() => isFocused(field(page, w.code)), 'the focus in the code');
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await shown(heading(page, w.resetTitle));
    await until(() => isFocused(heading(page, w.resetTitle)), 'the focus on the heading');
  });

  test('flow C: users → user → authentication → multi-factor authentication → disable', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/login?as=root`);
    await logInAsOwner();
    await accountMenu(page, owner).click();
    await page.getByRole('menuitem', { name: w.security, exact: true }).click();
    await page.getByRole('link', { name: w.users, exact: true }).first().click();
    await page.getByRole('link', { name: taro.userName, exact: true }).click();
    await page.getByRole('tab', { name: w.authentication, exact: true }).click();
    await page.getByRole('tabpanel').getByRole('link', { name: w.mfa, exact: true }).click();
    expect(page.url()).toBe(`${server.baseUrl}/security/users/${taro.userName}/authentication#mfa`);
    const part = page.getByRole('region', { name: w.mfa, exact: true });
    await until(() => isFocused(part), 'the focus on the step');
    await page.reload();
    await button(part, w.disableMfa).click();
    await shown(dialog(page).getByText(taro.userName, { exact: true }));
    await until(() => isFocusInDialog(page), 'the focus in the dialog');
    await button(dialog(page), w.disable).click();
    await shown(button(part, w.enableMfa));
  });

  test('the other pages and dialogs with a field', async () => {
    const { page } = tab;
    for (const path of ['/security/users?dialog=create', '/security/emails?dialog=add']) {
      await page.goto(`${server.baseUrl}${path}`);
      const first = dialog(page).getByRole('textbox').first();
      await shown(first);
      await until(() => isFocused(first), `the focus in ${path}`);
    }
    await page.goto(`${server.baseUrl}/security/password`);
    await until(() => isFocused(field(page, w.currentPassword)), 'the focus in the password');
    await page.goto(`${server.baseUrl}/password/forgot`);
    await until(() => isFocused(field(page, w.email)), 'the focus in the address');
    await page.goto(`${server.baseUrl}/password/reset#token=${'A'.repeat(43)}`);
    await until(() => isFocused(field(page, w.newPassword)), 'the focus in the new password');
    expect(tab.problems).toEqual([]);
  });
});
