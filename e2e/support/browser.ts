import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from '../../scripts/processes.ts';
import { onPath } from '../../scripts/system-packages.ts';
import { lookByAxe } from './axe.ts';
import { atRest, widths } from './in-page.ts';
import { type Language, words } from './words.ts';

/** Debian's Chromium with a fresh profile; it speaks to nobody but the server under test. */
export function openBrowser(): Promise<Browser> {
  const executablePath = onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome');
  if (executablePath === undefined) throw new Error('no Chromium found');
  return chromium.launch({
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Tab = {
  page: Page;
  language: Language;
  /** What a page must not do: errors, refusals of the content security policy, requests to other hosts. */
  problems: string[];
};

/** A page in a profile of its own, in a language. */
export async function openTab(browser: Browser, language: Language, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    locale: words[language].locale,
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  return watch(await context.newPage(), language);
}

/** A second tab of the same profile. */
export async function secondTab({ page, language }: Tab): Promise<Tab> {
  return watch(await page.context().newPage(), language);
}

function watch(page: Page, language: Language): Tab {
  const problems: string[] = [];
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A refused sign-in is a 401 and no mistake of the page.
    if (message.type() !== 'error' || /Failed to load resource/.test(message.text())) return;
    problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (/^https?:$/.test(protocol) && hostname !== 'localhost') problems.push(`request to ${request.url()}`);
  });
  return { page, language, problems };
}

/** Waits until something is to be seen. */
export async function shown(locator: Locator): Promise<Locator> {
  await locator.first().waitFor({ state: 'visible' });
  return locator.first();
}

/** Takes a picture of the page as it is now, and lets axe look at it. */
export async function look(tab: Tab, name: string): Promise<void> {
  await picture(tab, name);
  await accessible(tab.page, name);
}

export async function picture({ page, language }: Tab, name: string): Promise<void> {
  const path = `${root}/artifacts/screenshots/${language}/${name}.png`;
  mkdirSync(dirname(path), { recursive: true });
  await atRest(page);
  await page.screenshot({ path });
}

/** No finding of axe by the rules of WCAG 2.2 AA. */
export async function accessible(page: Page, name: string): Promise<void> {
  await atRest(page);
  // What is half under the bar at the top, because the page was scrolled, is no finding.
  await page.evaluate('scrollTo(0, 0)');
  const { findings, passes } = await lookByAxe(page);
  // A page that axe could not read has no findings either.
  expect(passes).toBeGreaterThan(5);
  expect([name, findings]).toEqual([name, []]);
}

/** The page is no wider than its window. */
export async function fitsItsWidth(page: Page, name: string): Promise<void> {
  // Menus and tables move over after the window has changed.
  const tooWide = async () => {
    const { content, view } = await widths(page);
    return content > view ? `${name}: ${content} px in ${view} px` : '';
  };
  await expect.poll(tooWide, { interval: 50 }).toBe('');
}
