import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request, setUp } from './support/api.ts';
import { accessible, fitsItsWidth, openBrowser, openTab, picture, shown } from './support/browser.ts';
import { coloursOf } from './support/in-page.ts';
import { type Server, startServer } from './support/server.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
let server: Server;
let browser: Browser;

beforeAll(async () => {
  // Without SMTP the mails are kept, and shown.
  server = await startServer();
  await setUp(server.baseUrl, server.setupLink(), owner);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

describe('the pages that the server writes itself', () => {
  test.each([
    ['/docs', 'server-api-pages', 'en'],
    ['/mail-preview', 'server-mail-preview', 'ja'],
    ['/mail-preview', 'server-mail-preview', 'en'],
  ] as const)('%s', async (path, name, language) => {
    const tab = await openTab(browser, language);
    await tab.page.goto(`${server.baseUrl}${path}`);
    await shown(tab.page.getByRole('heading', { level: 1 }));
    for (const width of [1280, 375]) {
      await tab.page.setViewportSize({ width, height: 800 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.page.emulateMedia({ colorScheme });
        await picture(tab, `${name}-${width}-${colorScheme}`);
        await accessible(tab.page, `${name}, ${width} px, ${colorScheme}`);
      }
      await fitsItsWidth(tab.page, `${name}, ${width} px`);
    }
    await tab.page.setViewportSize({ width: 320, height: 740 });
    await fitsItsWidth(tab.page, `${name}, 320 px`);
    expect(tab.problems).toEqual([]);
    await tab.page.context().close();
  });
});

test('the mail preview shows the mail of a new operator, and leads to its text', async () => {
  const { page } = await openTab(browser, 'en');
  await until(async () => {
    await page.goto(`${server.baseUrl}/mail-preview`);
    return page.getByText(owner.email).first().isVisible();
  }, 'the mail to be listed');
});

test('a name and a colour of its own are on the pages, and the text of buttons stays readable', async () => {
  const env = { WARIFU_NAME: '割符 & <b>"Söhne"', WARIFU_ACCENT: '#7a1f5c' };
  const named = await startServer({ env });
  const tab = await openTab(browser, 'en');
  const { page } = tab;
  await page.goto(`${named.baseUrl}/login`);
  await shown(page.getByRole('complementary', { name: env.WARIFU_NAME, exact: true }));
  expect(await page.title()).toContain(env.WARIFU_NAME);
  const submit = page.getByRole('button', { name: 'Log in', exact: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.reload();
    await shown(submit);
    expect([colorScheme, ...(await coloursOf(submit))]).toEqual([
      colorScheme,
      'rgb(122, 31, 92)',
      'rgb(255, 255, 255)',
    ]);
    await accessible(page, `login with a colour of its own, ${colorScheme}`);
  }
  expect(tab.problems).toEqual([]);
  await page.context().close();
  await named.stop();
});

test('the description of the API is one document of OpenAPI 3.1', async () => {
  const { status, json } = await request(server.baseUrl, 'GET', '/v1/openapi.json');
  expect(status).toBe(200);
  expect(json['openapi']).toMatch(/^3\.1\./);
  expect(Object.keys(json['paths'] as object)).toContain('/operators/{operator_id}/mfa');
});
