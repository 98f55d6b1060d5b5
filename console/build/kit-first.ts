import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const order = ['kit-base', 'kit-more', 'look'];

/**
 * Style sheets win by their order, and a chunk that both pages share would come before the kit of either. So the kit
 * gets sheets of its own (what both pages have, then what the signed-in pages add), which every page loads first.
 */
export function kitFirst(loginKit: string): { plugin: Plugin; groupOf: (id: string) => string | null } {
  const onLogin = readFileSync(loginKit, 'utf8');
  const groupOf = (id: string) => {
    // What both kinds of page are made of, in one sheet.
    if (/\/src\/(look|fields|frame|help|sign-in)\/[\w-]+(\.module)?\.css$/.test(id)) return 'look';
    const part = /@mantine\/core\/styles\/[\w-]+\.css/.exec(id.replaceAll('\\', '/'))?.[0];
    if (!part) return null;
    return onLogin.includes(part) ? 'kit-base' : 'kit-more';
  };
  const plugin: Plugin = {
    name: 'kit-first',
    transformIndexHtml: { order: 'post', handler: sortSheets },
  };
  return { plugin, groupOf };
}

function sortSheets(html: string): string {
  const link = /[ \t]*<link rel="stylesheet"[^>]*>\n?/g;
  const links = html.match(link) ?? [];
  const sorted = links.toSorted((a, b) => place(a) - place(b)).join('');
  return html.replace(link, '').replace('</head>', `${sorted}  </head>`);
}

function place(link: string): number {
  const found = order.findIndex((name) => link.includes(`/assets/${name}-`));
  return found === -1 ? order.length : found;
}
