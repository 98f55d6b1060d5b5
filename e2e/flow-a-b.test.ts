import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resetLink } from './support/accounts.ts';
import { session, setupToken, signIn } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inOrder } from './support/in-order.ts';
import { focusedTag } from './support/in-page.ts';
import type { Authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import {
  accountMenu,
  beginInDialog,
  button,
  confirmInDialog,
  dialog,
  enableInBrowser,
  enterCode,
  enterPassword,
  field,
  fillReset,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
  storeCodes,
} from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

const quarantine = {
  ja: {
    generate: '認証キーを生成',
    generateIt: '生成する',
    refused: /この操作は実行できません/,
    restricted: /操作は制限されています/,
  },
  en: {
    generate: 'Generate auth key',
    generateIt: 'Generate',
    refused: /not possible until/,
    restricted: /restricted until/,
  },
};

describe.each(languages)('flow A and B (%s)', (language) => {
  const w = words[language];
  const q = quarantine[language];
  inOrder();
  let smtp: Smtp;
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let phone: Authenticator;
  let codes: string[];
  let link: string;

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({ smtpUrl: smtp.url });
    browser = await openBrowser();
    tab = await openTab(browser, language, { acceptDownloads: true });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await smtp.stop();
  });

  test('the printed link makes the first root user, and leaves the address at once', async () => {
    const { page } = tab;
    await page.goto(server.setupLink());
    await shown(heading(page, w.setupTitle));
    expect(page.url()).not.toContain(setupToken(server.setupLink()));
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    await look(tab, 'a01-setup');
    await field(page, w.email).fill(owner.email);
    await field(page, w.password).fill(owner.password);
    await button(page, w.createAndLogIn).click();
    await shown(button(page, w.later));
    await look(tab, 'a02-setup-mfa');
    await button(page, w.later).click();
    await shown(accountMenu(page, owner));
    await look(tab, 'a03-first-page');
  });

  test('account menu → security → multi-factor authentication', async () => {
    await accountMenu(tab.page, owner).click();
    await shown(tab.page.getByRole('menuitem', { name: w.security, exact: true }));
    await look(tab, 'a04-account-menu');
    await tab.page.keyboard.press('Escape');
    await goToMfa(tab, owner);
    await look(tab, 'a05-mfa-off');
  });

  test('enable: QR code and typed secret, code, five backup codes', async () => {
    const { page } = tab;
    phone = await beginInDialog(tab);
    expect(phone.secret).toMatch(/^[A-Z2-7]{32}$/);
    await look(tab, 'a06-enable-scan');
    await confirmInDialog(tab, await phone.next());
    codes = await readBackupCodes(tab);
    expect(new Set(codes).size).toBe(5);
    for (const code of codes) expect(code).toMatch(/^[2-9A-HJKMNP-Z]{8}$/);
    await look(tab, 'a07-backup-codes');
    const [download] = await Promise.all([page.waitForEvent('download'), button(dialog(page), w.download).click()]);
    expect(download.suggestedFilename()).toMatch(/^warifu-backup-codes-OP\d{10}-\d{4}-?\d{2}-?\d{2}\.txt$/);
    const file = readFileSync(await download.path(), 'utf8');
    for (const code of codes) expect(file.replaceAll('-', '')).toContain(code);
    expect(file).toContain(`${server.baseUrl}/mfa/reset`);
    await storeCodes(tab);
    await shown(page.getByText(w.enabledText));
    await shown(button(page, w.disableMfa));
    await look(tab, 'a08-mfa-on');
    // Shown once: no backup code is left on the page or comes back with a reload.
    await page.reload();
    await shown(button(page, w.disableMfa));
    for (const code of codes) expect(await page.content()).not.toContain(code);
  });

  test('log out, and sign in with a code', async () => {
    const { page } = tab;
    await logOut(tab, owner);
    await look(tab, 'a09-logged-out');
    await enterPassword(tab, server, owner);
    await shown(heading(page, w.codeTitle));
    await look(tab, 'a10-code');
    await enterCode(tab, await phone.next());
    await shown(accountMenu(page, owner));
    await goToMfa(tab, owner);
  });

  test('flow A: disable with the password, and see what ended', async () => {
    const { page } = tab;
    // Another session, for the receipt to count.
    expect((await signIn(server.baseUrl, owner, await phone.next())).status).toBe(200);
    await button(page, w.disableMfa).click();
    await shown(field(dialog(page), w.password));
    expect(await dialog(page).locator('input:visible').count()).toBe(1);
    await look(tab, 'a11-disable');
    await field(dialog(page), w.password).fill(owner.password);
    await button(dialog(page), w.disable).click();
    await shown(button(page, w.enableMfa));
    const ended = language === 'ja' ? /ほかのセッション 1 件を終了しました/ : /1 other session was ended/;
    await shown(page.getByText(ended));
    await shown(page.getByText(language === 'ja' ? /バックアップコード 5 件/ : /5 backup codes/));
    await expect.poll(() => focusedTag(page)).toBe('H1');
    await look(tab, 'a12-disabled');
    expect((await signIn(server.baseUrl, owner)).status).toBe(200);
  });

  test('flow B: from the code screen to the mail', async () => {
    const { page } = tab;
    ({ phone, codes } = await enableInBrowser(tab));
    await logOut(tab, owner);
    await enterPassword(tab, server, owner);
    await shown(heading(page, w.codeTitle));
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await shown(heading(page, w.resetTitle));
    expect(await field(page, w.email).inputValue()).toBe(owner.email);
    await look(tab, 'b01-reset');
    await field(page, w.password).fill(owner.password);
    const since = smtp.mails.length;
    await button(page, w.resetMfa).click();
    await shown(page.getByText(w.mailSent));
    await look(tab, 'b02-mail-sent');
    const mail = await smtp.waitFor(({ text }) => resetLink(text) !== undefined, since);
    expect(mail.to).toEqual([owner.email]);
    expect(/[ぁ-ん]/.test(mail.subject)).toBe(language === 'ja');
    link = resetLink(mail.text) ?? '';
    expect(link.startsWith(`${server.baseUrl}/mfa/reset/verify#`)).toBe(true);
  });

  test('flow B: opening the link, even twice, changes nothing', async () => {
    for (const method of ['GET', 'GET', 'HEAD']) expect((await fetch(link, { method })).status).toBe(200);
    const scanner = await openTab(browser, language);
    await scanner.page.goto(link);
    await shown(heading(scanner.page, w.resetTitle));
    await scanner.page.context().close();
    expect((await signIn(server.baseUrl, owner)).json['code']).toBe('MFA0001');
  });

  test('flow B: the link, the password and one backup code end it', async () => {
    const { page } = tab;
    await page.goto(link);
    await shown(heading(page, w.resetTitle));
    expect(page.url()).toBe(`${server.baseUrl}/mfa/reset/verify`);
    await look(tab, 'b03-reset-verify');
    // As a person types it from paper: lower case, with a hyphen.
    const typed = `${codes[3]?.slice(0, 4)}-${codes[3]?.slice(4)}`.toLowerCase();
    await fillReset(tab, owner, typed);
    await shown(page.getByText(w.resetDone));
    await look(tab, 'b04-reset-done');
  });

  test('flow B: then the password alone is enough', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/login`);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(page, owner));
    await goToMfa(tab, owner);
    await shown(button(page, w.enableMfa));
    await look(tab, 'b05-mfa-off-again');
  });

  test('flow B: where the operator says so, the account only repairs itself for a day', async () => {
    const { page } = tab;
    const root = await session(server.baseUrl, owner);
    const settings = `/v1/operators/${root.operatorId}/settings`;
    const { json } = await root.call('GET', settings);
    expect((await root.call('PUT', settings, { ...json, quarantineAfterReset: true })).status).toBe(204);
    const generateKey = async () => {
      await page.goto(`${server.baseUrl}/security/keys`);
      await button(page, q.generate).click();
      await button(dialog(page), q.generateIt).click();
    };
    await generateKey();
    await shown(dialog(page).getByRole('alert').getByText(q.refused));
    await look(tab, 'b06-quarantine-refused');
    await page.keyboard.press('Escape');
    await shown(page.getByText(q.restricted));
    await look(tab, 'b07-quarantine');
    const database = new DatabaseSync(join(server.dataDir, 'warifu.db'));
    database.exec('update users set mfa_reset_at = mfa_reset_at - 86400000');
    database.close();
    await generateKey();
    await shown(dialog(page).locator('code'));
    expect(await page.getByText(q.restricted).count()).toBe(0);
  });

  test('every change was told by mail, in the language of the account', async () => {
    const told = () => smtp.mails.map((mail) => mail.subject);
    await expect.poll(() => told().length).toBeGreaterThanOrEqual(5);
    for (const mail of smtp.mails) {
      expect(mail.to).toEqual([owner.email]);
      expect([mail.subject, /[ぁ-ん]/.test(mail.text)]).toEqual([mail.subject, language === 'ja']);
      expect(mail.html).toContain('<');
    }
  });

  test('and the pages made no mistake of their own', () => {
    expect(tab.problems).toEqual([]);
  });
});
