import type { Page } from 'playwright-core';

// Runs inside the browser; the checkout has no types of the DOM.
type Text = {
  data: string;
  parentElement: { tagName: string; closest: (selector: string) => unknown } | null;
  replaceWith: (by: unknown) => void;
};
type Dom = {
  document: {
    documentElement: unknown;
    body: unknown;
    createElement: (tag: string) => { textContent: string };
    createTreeWalker: (root: unknown, show: number) => { nextNode: () => Text | null };
    addEventListener: (name: string, then: () => void) => void;
  };
  MutationObserver: new (then: () => void) => { observe: (target: unknown, options: object) => void };
};

/**
 * Does to a page what translating browsers do: every text node is taken out, and its words come back inside of `font`
 * elements, again whenever the page changes. What is marked `translate="no"` stays.
 */
export async function translateAlways(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { document, MutationObserver } = globalThis as unknown as Dom;
    const translate = () => {
      const walker = document.createTreeWalker(document.body, 4);
      const found: Text[] = [];
      for (let text = walker.nextNode(); text; text = walker.nextNode()) found.push(text);
      for (const text of found) {
        const parent = text.parentElement;
        if (!parent || text.data.trim() === '' || /^(SCRIPT|STYLE|NOSCRIPT|FONT|TITLE)$/.test(parent.tagName)) continue;
        if (parent.closest('[translate=no], .cm-editor')) continue;
        const font = document.createElement('font');
        font.textContent = text.data;
        text.replaceWith(font);
      }
    };
    document.addEventListener('DOMContentLoaded', () => {
      translate();
      new MutationObserver(translate).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  });
}
