import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { compressedAssets } from '../build/compressed.ts';
import { firstPaintScript } from '../build/first-paint-script.ts';
import { kitFirst } from '../build/kit-first.ts';
import { Type } from '../build/no-schemas.ts';

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'warifu-build-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Hooks = {
  writeBundle: (options: { dir?: string }) => Promise<void>;
  buildStart: () => void;
  transformIndexHtml: (() => unknown) & { handler: (html: string) => string };
};

describe('assets', () => {
  test('get their compressed twins where that is worth a packet, and pictures of dots do not', async () => {
    const assets = join(folder, 'assets');
    mkdirSync(assets);
    const script = 'const words = "the same again and again";\n'.repeat(100);
    writeFileSync(join(assets, 'app-1.js'), script);
    writeFileSync(join(assets, 'small-1.css'), 'a{}');
    writeFileSync(join(assets, 'font-1.woff2'), script);
    await (compressedAssets() as unknown as Hooks).writeBundle({ dir: folder });
    expect(brotliDecompressSync(readFileSync(join(assets, 'app-1.js.br'))).toString()).toBe(script);
    expect(gunzipSync(readFileSync(join(assets, 'app-1.js.gz'))).toString()).toBe(script);
    for (const name of ['small-1.css.br', 'font-1.woff2.br', 'font-1.woff2.gz']) {
      expect([name, existsSync(join(assets, name))]).toEqual([name, false]);
    }
  });
});

describe('the script before the first paint', () => {
  const file = join(here, '../build/first-paint.js');
  const run = (cookie: string, { dark = false, language = 'ja' } = {}) => {
    const set: Record<string, string> = {};
    const root = { setAttribute: (name: string, value: string) => void (set[name] = value), lang: '' };
    runInNewContext(readFileSync(file, 'utf8'), {
      document: { documentElement: root, cookie },
      navigator: { language },
      matchMedia: () => ({ matches: dark }),
    });
    return [set['data-mantine-color-scheme'], root.lang];
  };

  test.each([
    ['', {}, ['light', 'ja']],
    ['', { dark: true, language: 'en-GB' }, ['dark', 'en']],
    ['', { language: 'fr' }, ['light', 'ja']],
    ['warifu-scheme=dark; warifu-language=en', {}, ['dark', 'en']],
    ['warifu-scheme=light', { dark: true }, ['light', 'ja']],
    ['x=1; warifu-language=ja', { language: 'en' }, ['light', 'ja']],
    ['warifu-language=evil', {}, ['light', 'ja']],
  ] as const)('with %j and %j', (cookie, browser, result) => {
    expect(run(cookie, browser)).toEqual(result);
  });

  test('has a name that changes with it, and stands in the head of every page', () => {
    const emitted: { fileName: string; source: string }[] = [];
    const plugin = firstPaintScript(file) as unknown as Hooks;
    plugin.buildStart.call({ emitFile: (asset: { fileName: string; source: string }) => emitted.push(asset) } as never);
    expect(emitted[0]?.fileName).toMatch(/^assets\/first-paint-[\w-]{8}\.js$/);
    expect(emitted[0]?.source).toBe(readFileSync(file, 'utf8'));
    expect(plugin.transformIndexHtml()).toEqual([
      { tag: 'script', attrs: { src: `/${emitted[0]?.fileName}` }, injectTo: 'head' },
    ]);
  });
});

describe('style sheets', () => {
  const kit = kitFirst(join(here, '../src/look/kit-login.ts'));

  test.each([
    ['/x/node_modules/@mantine/core/styles/Button.css', 'kit-base'],
    ['/x/node_modules/@mantine/core/styles/Drawer.css', 'kit-more'],
    ['C:\\x\\@mantine\\core\\styles\\Button.css', 'kit-base'],
    ['/x/console/src/look/notice.module.css', 'look'],
    ['/x/console/src/sign-in/page.module.css', 'look'],
    ['/x/console/src/users/users-page.module.css', null],
    ['/x/console/src/look/notice.tsx', null],
  ])('%s belongs to %s', (id, group) => {
    expect(kit.groupOf(id)).toBe(group);
  });

  test('stand in one order in every page: the kit, then the look, then the page', () => {
    const link = (name: string) => `  <link rel="stylesheet" href="/assets/${name}-abc.css">\n`;
    const html = `<head>\n${link('app')}${link('look')}${link('kit-more')}${link('kit-base')}</head><body></body>`;
    const sorted = (kit.plugin as unknown as Hooks).transformIndexHtml.handler(html);
    const names = [...sorted.matchAll(/assets\/([\w-]+)-abc/g)].map(([, name]) => name);
    expect(names).toEqual(['kit-base', 'kit-more', 'look', 'app']);
    expect(sorted).toContain('</head><body></body>');
  });
});

test('in the browser a schema weighs nothing, whatever is asked of it', () => {
  const { Object: object, Optional } = Type as Record<string, (...given: unknown[]) => unknown>;
  expect([object?.({}), Optional?.('x')]).toEqual([{}, {}]);
});
