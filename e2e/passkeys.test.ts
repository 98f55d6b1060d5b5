import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resetLink } from './support/accounts.ts';
import { setUp } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { addDevice } from './support/device.ts';
import { inOrder } from './support/in-order.ts';
import { focusedTag, isFocused } from './support/in-page.ts';
import { inspect } from './support/inspect.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import {
  accountMenu,
  button,
  dialog,
  disableInBrowser,
  enterPassword,
  field,
  fillReset,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
} from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

const labels = {
  ja: {
    passkeys: 'パスキー',
    add: 'パスキーを追加',
    name: '名前',
    named: '仕事のノートパソコン',
    save: '保存',
    second: 'パスキーで確認',
    use: 'パスキーを使う',
    alone: 'パスキーでログイン',
    rename: /^名前を変更/,
    remove: /^削除:/,
    removeIt: '削除する',
    last: /これだけです/,
    oneDevice: 'この端末のみ',
    addApp: '認証アプリを追加',
    app: '認証アプリ',
    none: 'パスキーは登録されていません。',
    removed: /パスキーは削除されます/,
    ended: /バックアップコード 5 件/,
  },
  en: {
    passkeys: 'Passkeys',
    add: 'Add a passkey',
    name: 'Name',
    named: 'Laptop at work',
    save: 'Save',
    second: 'Confirm with a passkey',
    use: 'Use a passkey',
    alone: 'Log in with a passkey',
    rename: /^Rename/,
    remove: /^Remove:/,
    removeIt: 'Remove it',
    last: /the only factor/,
    oneDevice: 'This device only',
    addApp: 'Add an authenticator app',
    app: 'Authenticator app',
    none: 'No passkey is registered.',
    removed: /the passkeys are removed/,
    ended: /5 backup codes/,
  },
} as const;

describe.each(languages)('passkeys (%s)', (language) => {
  const w = words[language];
  const l = labels[language];
  inOrder();
  let smtp: Smtp;
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let device: Awaited<ReturnType<typeof addDevice>>;

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({ smtpUrl: smtp.url });
    browser = await openBrowser();
    tab = await openTab(browser, language);
    await setUp(server.baseUrl, server.setupLink(), owner, language);
    device = await addDevice(tab);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(tab.page, owner));
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await smtp.stop();
  });

  const open = async () => {
    await tab.page.goto(`${server.baseUrl}/security/passkeys`);
    await shown(heading(tab.page, l.passkeys));
  };

  test('the first one enables MFA, shows five backup codes, and asks for its name', async () => {
    const { page } = tab;
    await open();
    await look(tab, 'p01-none');
    await device.present(true);
    await button(page, l.add).click();
    expect(await readBackupCodes(tab)).toHaveLength(5);
    // Nobody speaks of an app to somebody who has none.
    expect(await dialog(page).getByText(l.app).count()).toBe(0);
    await storeCodesOf(tab);
    const name = field(dialog(page), l.name);
    await shown(name);
    expect(await isFocused(name)).toBe(true);
    await look(tab, 'p02-name');
    await name.fill(l.named);
    await button(dialog(page), l.save).click();
    await shown(page.getByRole('rowheader', { name: l.named }));
    await shown(page.getByText(l.oneDevice));
    await inspect(tab, 'p03-list');
    expect(await device.credentials()).toBe(1);
  });

  test('it is the second factor after the password', async () => {
    const { page } = tab;
    await device.present(false);
    await logOut(tab, owner);
    await enterPassword(tab, server, owner);
    await shown(heading(page, l.second));
    await look(tab, 'p04-second');
    await device.present(true);
    await button(page, l.use).click();
    await shown(accountMenu(page, owner));
  });

  test('it is a whole login by the button', async () => {
    const { page } = tab;
    await device.present(false);
    await logOut(tab, owner);
    await page.goto(`${server.baseUrl}/login`);
    await shown(button(page, l.alone));
    await look(tab, 'p05-login');
    // The offer in the field waits for somebody; the button takes its place.
    await device.present(true);
    await button(page, l.alone).click();
    await shown(accountMenu(page, owner));
  });

  test('it is offered in the field of the email address', async () => {
    const { page } = tab;
    await device.present(false);
    await logOut(tab, owner);
    expect(await field(page, w.email).getAttribute('autocomplete')).toBe('username webauthn');
    // Whoever takes the offer, as this device does by itself, is logged in without a click.
    await device.present(true);
    await page.goto(`${server.baseUrl}/login`);
    await shown(accountMenu(page, owner));
  });

  test('it confirms who is there, where the password was asked for again', async () => {
    const { page } = tab;
    await open();
    const database = new DatabaseSync(join(server.dataDir, 'warifu.db'));
    database.exec("update sessions set proved_at = 1 where kind = 'console'");
    database.close();
    await device.present(false);
    await button(page, l.add).click();
    await shown(heading(dialog(page), w.confirmTitle));
    await look(tab, 'p06-confirm');
    await device.present(true);
    await button(dialog(page), l.use).click();
    // The blocked act goes on by itself: this device has a passkey already, and says so.
    await shown(page.getByRole('alert'));
    await look(tab, 'p07-known');
  });

  test('it is renamed; the only factor is not removed', async () => {
    const { page } = tab;
    await page.getByRole('button', { name: l.rename }).click();
    await field(dialog(page), l.name).fill('K1');
    await button(dialog(page), l.save).click();
    await shown(page.getByRole('rowheader', { name: 'K1' }));
    await page.getByRole('button', { name: l.remove }).click();
    await button(dialog(page), l.removeIt).click();
    await shown(dialog(page).getByText(l.last));
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
  });

  test('one of two is removed', async () => {
    const { page } = tab;
    await device.empty();
    await page.reload();
    await button(page, l.add).click();
    await field(dialog(page), l.name).fill('K2');
    await button(dialog(page), l.save).click();
    await shown(page.getByRole('rowheader', { name: 'K2' }));
    await page.getByRole('button', { name: l.remove }).first().click();
    await look(tab, 'p08-remove');
    await button(dialog(page), l.removeIt).click();
    await page.getByRole('rowheader', { name: 'K1' }).waitFor({ state: 'detached' });
    await shown(page.getByRole('rowheader', { name: 'K2' }));
    await look(tab, 'p09-removed');
  });

  test('flow A with a passkey only: the password disables MFA, and the device forgets the passkey', async () => {
    const { page } = tab;
    await goToMfa(tab, owner);
    await look(tab, 'p10-mfa');
    expect(await heading(page, l.app).count()).toBe(0);
    await button(page, w.disableMfa).click();
    await shown(dialog(page).getByText(l.removed));
    await look(tab, 'p11-disable');
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
    await disableInBrowser(tab, owner.password);
    await shown(button(page, w.enableMfa));
    await shown(page.getByText(l.ended));
    await expect.poll(() => focusedTag(page)).toBe('H1');
    await expect.poll(() => device.credentials()).toBe(0);
  });

  test('flow B with a passkey only: device lost, then the mailed link, the password and a backup code', async () => {
    const { page } = tab;
    await open();
    await button(page, l.add).click();
    const codes = await readBackupCodes(tab);
    await storeCodesOf(tab);
    await button(dialog(page), l.save).click();
    await device.present(false);
    await device.empty();
    await logOut(tab, owner);
    await enterPassword(tab, server, owner);
    await shown(heading(page, l.second));
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await shown(heading(page, w.resetTitle));
    expect(await field(page, w.email).inputValue()).toBe(owner.email);
    await field(page, w.password).fill(owner.password);
    const since = smtp.mails.length;
    await button(page, w.resetMfa).click();
    await shown(page.getByText(w.mailSent));
    const mail = await smtp.waitFor(({ text }) => resetLink(text) !== undefined, since);
    await page.goto(resetLink(mail.text) ?? '');
    await fillReset(tab, owner, codes[1] ?? '');
    await shown(page.getByText(w.resetDone));
    await page.goto(`${server.baseUrl}/login`);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(page, owner));
    await open();
    await shown(page.getByText(l.none));
    await look(tab, 'p12-none-again');
    for (const { subject, text } of smtp.mails) {
      expect([subject, text.includes(l.app.toLowerCase())]).toEqual([subject, false]);
    }
    expect(tab.problems).toEqual([]);
  });
});

/** The name is asked for right after the codes, in a dialog of its own. */
async function storeCodesOf({ page, language }: Tab): Promise<void> {
  const w = words[language];
  await dialog(page).getByRole('checkbox', { name: w.stored }).check();
  await button(dialog(page), w.done).click();
}
