import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/**
 * Emits a small classic script under a hashed name and loads it in every page's head before anything is painted.
 * Inline scripts are refused by the content security policy, and module scripts run too late.
 */
export function firstPaintScript(file: string): Plugin {
  const source = readFileSync(file, 'utf8');
  const fileName = `assets/first-paint-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`;
  return {
    name: 'first-paint-script',
    buildStart() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `/${fileName}` }, injectTo: 'head' }],
  };
}
