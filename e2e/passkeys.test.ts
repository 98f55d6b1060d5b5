import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUp } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inOrder } from './support/in-order.ts';
import { isFocused } from './support/in-page.ts';
import { type Server, startServer } from './support/server.ts';
import { accountMenu, button, dialog, enterPassword, field, heading, logOut, readBackupCodes } from './support/walk.ts';
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
  },
} as const;

/** Chromium's virtual device: its PIN was entered, and it answers what it is asked from when it is `present`. */
async function addDevice({ page }: Tab) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const add = async () => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    });
    return authenticatorId;
  };
  const id = await add();
  const present = (enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled });
  return {
    present,
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials.length,
    /** Takes the passkey out of the device, so that another one can be made for the same account. */
    empty: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId: id }),
  };
}

describe.each(languages)('passkeys (%s)', (language) => {
  const w = words[language];
  const l = labels[language];
  inOrder();
  let server: Server;
  let browser: Browser;
  let tab: Tab;
  let device: Awaited<ReturnType<typeof addDevice>>;

  beforeAll(async () => {
    server = await startServer();
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
    await storeCodesOf(tab);
    const name = field(dialog(page), l.name);
    await shown(name);
    expect(await isFocused(name)).toBe(true);
    await look(tab, 'p02-name');
    await name.fill(l.named);
    await button(dialog(page), l.save).click();
    await shown(page.getByRole('rowheader', { name: l.named }));
    await shown(page.getByText(l.oneDevice));
    await look(tab, 'p03-list');
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
    expect(tab.problems).toEqual([]);
  });
});

/** The name is asked for right after the codes, in a dialog of its own. */
async function storeCodesOf({ page, language }: Tab): Promise<void> {
  const w = words[language];
  await dialog(page).getByRole('checkbox', { name: w.stored }).check();
  await button(dialog(page), w.done).click();
}
