import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUp } from './support/api.ts';
import { openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { type Server, startServer } from './support/server.ts';
import { translateAlways } from './support/translator.ts';
import {
  accountMenu,
  beginInDialog,
  button,
  confirmInDialog,
  dialog,
  enterPassword,
  field,
  goToMfa,
  readBackupCodes,
  storeCodes,
} from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
const token = 'A'.repeat(43);
const pages = [
  '/',
  '/help',
  '/security/password',
  '/security/sessions',
  '/security/logins',
  '/security/switch',
  '/security/users?dialog=create',
  '/security/users/taro/authentication',
  '/security/roles/new',
  '/security/default-permissions',
  '/security/simulate',
  '/security/who-can',
  '/security/keys',
  '/security/emails',
  '/logs/audit',
  '/settings',
  '/security/no-such-page',
];

// A translating browser takes the text nodes away under React's hands (`font` elements come in their place).
describe.each(languages)('while a browser translates every text (%s)', (language) => {
  const w = words[language];
  let server: Server;
  let browser: Browser;
  let tab: Tab;

  beforeAll(async () => {
    server = await startServer();
    browser = await openBrowser();
    tab = await openTab(browser, language);
    await translateAlways(tab.page);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  /** Types into every field, key by key, and sends the form, twice: all of it must still be there. */
  async function useForm(): Promise<void> {
    const { page } = tab;
    const inputs = page.locator('main input:visible:not([type=checkbox])');
    await shown(inputs);
    const count = await inputs.count();
    for (const typed of ['abc', 'x']) {
      for (let index = 0; index < count; index++) await inputs.nth(index).pressSequentially(typed);
      await page.keyboard.press('Enter');
      await page.locator('[role=alert], [aria-invalid=true]').first().waitFor();
      expect(await inputs.count()).toBe(count);
    }
    expect(await page.locator('font').count()).toBeGreaterThan(5);
  }

  test('the first root user is made', async () => {
    const { page } = tab;
    await page.goto(server.setupLink());
    await useForm();
    await setUp(server.baseUrl, server.setupLink(), owner, language);
    expect(tab.problems).toEqual([]);
  });

  test.each([
    '/login',
    '/login?as=sam',
    '/login/mfa',
    '/mfa/reset',
    `/mfa/reset/verify#token=${token}`,
    `/password/reset#token=${token}`,
  ])('%s', async (path) => {
    const { page } = tab;
    await page.goto('about:blank');
    await page.goto(`${server.baseUrl}${path}`);
    await useForm();
    // Another language while the words are not React's: the page stays.
    await page.getByRole('banner').getByRole('button').first().click();
    await shown(page.locator('main input:visible'));
    await page.getByRole('banner').getByRole('button').first().click();
    expect(tab.problems).toEqual([]);
  });

  test('signing in, enabling and the backup codes', async () => {
    const { page } = tab;
    await page.goto(`${server.baseUrl}/login`);
    await enterPassword(tab, server, owner);
    await shown(accountMenu(page, owner));
    await goToMfa(tab, owner);
    const phone = await beginInDialog(tab);
    await confirmInDialog(tab, '000000');
    await shown(dialog(page).getByText(w.otpInvalid));
    await field(dialog(page), w.code).fill('');
    await field(dialog(page), w.code).pressSequentially(await phone.next());
    await button(dialog(page), w.enable).click();
    expect(await readBackupCodes(tab)).toHaveLength(5);
    expect(await dialog(page).locator('li font').count()).toBe(0);
    await storeCodes(tab);
    await button(page, w.disableMfa).click();
    await field(dialog(page), w.password).pressSequentially('wrong');
    await button(dialog(page), w.disable).click();
    await shown(dialog(page).getByText(w.passwordWrong));
    await field(dialog(page), w.password).press('x');
    await button(dialog(page), w.cancel).click();
    expect(tab.problems).toEqual([]);
  });

  test.runIf(language === 'en')('every page of the console', async () => {
    const { page } = tab;
    for (const path of pages) {
      await page.goto(`${server.baseUrl}${path}`);
      await shown(page.getByRole('heading', { level: 1 }));
      for (const input of await page.locator('input:visible:enabled').all()) {
        await input.press(' ').catch(() => undefined);
      }
      const scope = (await dialog(page).isVisible()) ? '[role=dialog]' : 'main';
      const pressed = page.locator(`${scope} button:visible:enabled`).first();
      if (await pressed.isVisible()) await pressed.click();
      await shown(page.getByRole('heading', { level: 1, includeHidden: true }));
      expect([path, tab.problems]).toEqual([path, []]);
    }
  });
});
