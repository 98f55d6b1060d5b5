import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openTab, shown } from './support/browser.ts';
import { type Server, startServer } from './support/server.ts';
import { field } from './support/walk.ts';
import { words } from './support/words.ts';

let server: Server;
let browser: Browser;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

describe('what is sent', () => {
  test('a first visit to the login page costs 140 KB at most, 10 KB of them style', async () => {
    const { page } = await openTab(browser, 'en');
    const sizes = new Map<string, number>();
    const tools = await page.context().newCDPSession(page);
    const types = new Map<string, string>();
    await tools.send('Network.enable');
    tools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
    tools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const type = types.get(requestId) ?? '';
      sizes.set(type, (sizes.get(type) ?? 0) + encodedDataLength);
    });
    await page.goto(`${server.baseUrl}/login`, { waitUntil: 'networkidle' });
    await shown(field(page, words.en.password));
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    console.log(`the login page: ${total} bytes on the wire`, Object.fromEntries(sizes));
    expect(total).toBeGreaterThan(50_000);
    // What offers passkeys in the field of the address comes after the page stands: 3 KB.
    expect(total).toBeLessThanOrEqual(140_000);
    expect(sizes.get('Stylesheet')).toBeLessThanOrEqual(10_000);
  });

  test('an asset comes in the encoding that is asked for, and says so', async () => {
    const page = await (await fetch(`${server.baseUrl}/login`, { headers: { accept: 'text/html' } })).text();
    const asset = `${server.baseUrl}${/src="(\/assets\/login-[^"]+\.js)"/.exec(page)?.[1]}`;
    const ask = (headers: Record<string, string>) => fetch(asset, { headers });
    const [brotli, gzip, plain] = await Promise.all([
      ask({ 'accept-encoding': 'gzip, br' }),
      ask({ 'accept-encoding': 'gzip' }),
      ask({ 'accept-encoding': 'identity' }),
    ]);
    const answers = [brotli, gzip, plain];
    expect(answers.map(({ headers }) => headers.get('content-encoding'))).toEqual(['br', 'gzip', null]);
    for (const { status, headers } of answers) {
      expect([status, headers.get('vary')]).toEqual([200, 'accept-encoding']);
      expect(headers.get('content-type')).toMatch(/javascript/);
      expect(headers.get('cache-control')).toContain('immutable');
    }
    // `fetch` has unpacked them: all three are the same program.
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    const tags = answers.map(({ headers }) => headers.get('etag') ?? '');
    expect(new Set(tags).size).toBe(3);
    // `fetch` would say `no-cache` by itself.
    const kept = { 'if-none-match': tags[0] ?? '', 'cache-control': 'max-age=0' };
    const again = await ask({ ...kept, 'accept-encoding': 'gzip, br' });
    expect([again.status, again.headers.get('vary')]).toEqual([304, 'accept-encoding']);
    expect((await ask({ ...kept, 'accept-encoding': 'gzip' })).status).toBe(200);
  });
});
