import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from './support/accounts.ts';
import { setUp } from './support/api.ts';
import { openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inOrder } from './support/in-order.ts';
import { focusContrast, inputFacts, isFocused, isFocusInDialog } from './support/in-page.ts';
import { authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { until } from './support/until.ts';
import {
  accountMenu,
  button,
  dialog,
  enableInBrowser,
  enterPassword,
  field,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
  readSecret,
} from './support/walk.ts';
import { words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
const language = 'ja';
const w = words[language];
let server: Server;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  server = await startServer();
  await setUp(server.baseUrl, server.setupLink(), owner, language);
  browser = await openBrowser();
  // Where a ring is the hardest to see.
  tab = await openTab(browser, language, { colorScheme: 'dark' });
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** Presses Tab until something has the focus, and makes sure that one can see that it has. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await shown(target);
  for (let presses = 0; presses < 80; presses++) {
    if (await isFocused(target)) break;
    await page.keyboard.press('Tab');
  }
  expect(await isFocused(target)).toBe(true);
  expect(await focusContrast(page)).toBeGreaterThanOrEqual(3);
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(text);
}

describe('with the keyboard alone', () => {
  inOrder();
  test('signing in', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/login`);
    await type(page, field(page, w.email), owner.email);
    await type(page, field(page, w.password), owner.password);
    await page.keyboard.press('Enter');
    await shown(accountMenu(page, owner));
  });

  test('from the account menu to multi-factor authentication', async () => {
    const { page } = tab;
    await press(page, accountMenu(page, owner));
    const item = await shown(page.getByRole('menuitem', { name: w.security, exact: true }));
    for (let presses = 0; presses < 10; presses++) {
      if (await isFocused(item)) break;
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await press(page, page.getByRole('link', { name: w.mfa, exact: true }).first());
    await shown(page.getByRole('heading', { level: 1, name: w.mfa, exact: true }));
  });

  test('enabling', async () => {
    const { page } = tab;
    await press(page, button(page, w.enableMfa).first());
    await shown(dialog(page).getByRole('img'));
    const more = dialog(page).locator('button, summary').filter({ hasText: w.cannotScan });
    if ((await more.count()) > 0) await press(page, more);
    const phone = authenticator(await readSecret(tab));
    await press(page, button(dialog(page), w.next));
    await type(page, field(dialog(page), w.code), await phone.next());
    await page.keyboard.press('Enter');
    expect((await readBackupCodes(tab)).length).toBe(5);
    await press(page, dialog(page).getByRole('checkbox', { name: w.stored }), 'Space');
    await press(page, button(dialog(page), w.done));
    await shown(button(page, w.disableMfa));
  });

  test('disabling, with the focus kept inside the dialog and given back', async () => {
    const { page } = tab;
    await press(page, button(page, w.disableMfa));
    await shown(field(dialog(page), w.password));
    await until(() => isFocusInDialog(page), 'the focus to come into the dialog');
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab');
      expect(await isFocusInDialog(page)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
    await until(() => isFocused(button(page, w.disableMfa)), 'the focus to come back');
    await page.keyboard.press('Enter');
    await shown(field(dialog(page), w.password));
    await page.keyboard.type(owner.password);
    await page.keyboard.press('Enter');
    await shown(button(page, w.enableMfa));
    await shown(heading(page, w.mfa));
  });
});

describe('for password managers', () => {
  /** An account of its own, signed in, at the page of MFA. */
  async function ownTab(email: string): Promise<Tab> {
    const own = await openTab(browser, language);
    const who = { email, password: owner.password };
    await createOperator(server, who, language);
    await enterPassword(own, server, who);
    await goToMfa(own, who);
    return own;
  }

  test('the login is one form with a user name and the current password', async () => {
    const { page } = await openTab(browser, language);
    await page.goto(`${server.baseUrl}/login`);
    await shown(field(page, w.password));
    expect(await page.locator('form').count()).toBe(1);
    expect(await inputFacts(field(page, w.email))).toMatchObject({ inForm: true });
    expect((await inputFacts(field(page, w.email))).autocomplete).toMatch(/^username\b/);
    const password = { type: 'password', autocomplete: 'current-password', maxLength: null, inForm: true };
    expect(await inputFacts(field(page, w.password))).toMatchObject(password);
  });

  test('the code is one field that phones can fill in', async () => {
    const own = await ownTab('code@example.com');
    const { page } = own;
    await enableInBrowser(own);
    await logOut(own, { ...owner, email: 'code@example.com' });
    await enterPassword(own, server, { ...owner, email: 'code@example.com' });
    const code = await inputFacts(await shown(field(page, w.code)));
    expect(code).toMatchObject({ autocomplete: 'one-time-code', inputMode: 'numeric', inForm: true });
    expect(Number(code.maxLength ?? 99)).toBeGreaterThanOrEqual(7);
  });

  test('new passwords and backup codes say what they are', async () => {
    const { page } = await openTab(browser, language);
    await page.goto(`${server.baseUrl}/password/reset#token=${'A'.repeat(43)}`);
    expect(await inputFacts(await shown(field(page, w.newPassword)))).toMatchObject({ autocomplete: 'new-password' });
    await page.goto(`${server.baseUrl}/mfa/reset/verify#token=${'A'.repeat(43)}`);
    expect(await inputFacts(await shown(field(page, w.backupCode)))).toMatchObject({ autocomplete: 'off' });
  });

  test('the dialog that disables MFA names the account to the manager', async () => {
    const own = await ownTab('manager@example.com');
    const { page } = own;
    await enableInBrowser(own);
    await button(page, w.disableMfa).click();
    await shown(field(dialog(page), w.password));
    const hidden = dialog(page).locator('form input[autocomplete~="username"]');
    expect(await hidden.inputValue()).toBe('manager@example.com');
    expect(await inputFacts(field(dialog(page), w.password))).toMatchObject({ autocomplete: 'current-password' });
  });
});
