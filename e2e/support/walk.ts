import type { Locator, Page } from 'playwright-core';
import type { Credentials } from './api.ts';
import { shown, type Tab } from './browser.ts';
import { type Authenticator, authenticator } from './oath.ts';
import type { Server } from './server.ts';
import { words } from './words.ts';

// What a person does in the console, in their words.

export const field = (scope: Page | Locator, label: string) => scope.getByLabel(label, { exact: true });
export const button = (scope: Page | Locator, name: string) => scope.getByRole('button', { name, exact: true });
export const dialog = (page: Page) => page.getByRole('dialog');
export const heading = (scope: Page | Locator, name: string | RegExp) =>
  scope.getByRole('heading', { name, exact: typeof name === 'string' });

/** The button with the user's name at the top right. */
export function accountMenu(page: Page, who: Credentials): Locator {
  return page.getByRole('banner').getByRole('button', { name: who.email });
}

/** Account menu → security → multi-factor authentication. */
export async function goToMfa({ page, language }: Tab, who: Credentials): Promise<void> {
  const w = words[language];
  await accountMenu(page, who).click();
  await page.getByRole('menuitem', { name: w.security, exact: true }).click();
  await page.getByRole('link', { name: w.mfa, exact: true }).first().click();
  await shown(page.getByRole('heading', { level: 1, name: w.mfa, exact: true }));
}

export async function logOut({ page, language }: Tab, who: Credentials): Promise<void> {
  const w = words[language];
  await accountMenu(page, who).click();
  await page.getByRole('menuitem', { name: w.logOut, exact: true }).click();
  await shown(field(page, w.password));
}

/** E-mail and password; what comes next depends on MFA. */
export async function enterPassword({ page, language }: Tab, server: Server, who: Credentials): Promise<void> {
  const w = words[language];
  if (!new URL(page.url(), server.baseUrl).pathname.startsWith('/login')) await page.goto(`${server.baseUrl}/login`);
  await field(page, w.email).fill(who.email);
  await field(page, w.password).fill(who.password);
  await button(page, w.logIn).click();
}

export async function enterCode({ page, language }: Tab, code: string): Promise<void> {
  const w = words[language];
  await shown(heading(page, w.codeTitle));
  // Typed key by key: a code that arrives at once would submit the form by itself.
  await field(page, w.code).fill('');
  await field(page, w.code).pressSequentially(code);
  await button(page, w.logIn).click();
}

/** Begins the enrolment; answers with the authenticator that got the typed secret. */
export async function beginInDialog(tab: Tab): Promise<Authenticator> {
  const { page, language } = tab;
  await button(page, words[language].enableMfa).first().click();
  return authenticator(await readSecret(tab));
}

/** The typed twin of the QR code. */
export async function readSecret({ page, language }: Tab): Promise<string> {
  await shown(dialog(page).getByRole('img'));
  const more = dialog(page).getByText(words[language].cannotScan, { exact: true });
  const groups = /(?:[A-Z2-7]{4}[\s\u00a0]?){8}/;
  const key = dialog(page).getByText(groups);
  if (!(await key.first().isVisible())) await more.click();
  const text = await (await shown(key)).innerText();
  return (groups.exec(text)?.[0] ?? '').replaceAll(/\s/g, '');
}

/** From the QR code to the backup codes. */
export async function confirmInDialog({ page, language }: Tab, code: string): Promise<void> {
  const w = words[language];
  await button(dialog(page), w.next).click();
  await field(dialog(page), w.code).pressSequentially(code);
  await button(dialog(page), w.enable).click();
}

export async function readBackupCodes({ page }: Tab): Promise<string[]> {
  const line = /^[2-9A-HJKMNP-Z]{4}[\s-]?[2-9A-HJKMNP-Z]{4}$/;
  const lines = dialog(page).getByRole('listitem').filter({ hasText: line });
  await shown(lines);
  return (await lines.allInnerTexts()).map((text) => text.replaceAll(/[\s-]/g, ''));
}

export async function storeCodes({ page, language }: Tab): Promise<void> {
  const w = words[language];
  await dialog(page).getByRole('checkbox', { name: w.stored }).check();
  await button(dialog(page), w.done).click();
  await dialog(page).waitFor({ state: 'hidden' });
}

/** All of it, where the steps in between do not matter. */
export async function enableInBrowser(tab: Tab): Promise<{ phone: Authenticator; codes: string[] }> {
  const phone = await beginInDialog(tab);
  await confirmInDialog(tab, await phone.next());
  const codes = await readBackupCodes(tab);
  await storeCodes(tab);
  return { phone, codes };
}

export async function disableInBrowser({ page, language }: Tab, password: string): Promise<void> {
  const w = words[language];
  await button(page, w.disableMfa).click();
  await field(dialog(page), w.password).fill(password);
  await button(dialog(page), w.disable).click();
}

/** The form behind the mailed link. */
export async function fillReset({ page, language }: Tab, who: Credentials, backupCode: string): Promise<void> {
  const w = words[language];
  await shown(heading(page, w.resetTitle));
  await field(page, w.email).fill(who.email);
  await field(page, w.password).fill(who.password);
  await field(page, w.backupCode).fill(backupCode);
  await button(page, w.resetMfa).click();
}
