import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2 AA. */
const options: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
};

type WithAxe = { document: unknown; axe: { run: (context: unknown, options: RunOptions) => Promise<AxeResults> } };

/** What axe finds on a page, and how many of its rules the page passes. */
export async function lookByAxe(page: Page): Promise<{ findings: string[]; passes: number }> {
  // Once for each document: to read the library takes longer than the look.
  const isThere = await page.evaluate(() => (globalThis as unknown as Partial<WithAxe>).axe !== undefined);
  if (!isThere) await page.evaluate(axe.source);
  return await page.evaluate(async (rules) => {
    const { document, axe: inPage } = globalThis as unknown as WithAxe;
    const { violations, passes } = await inPage.run(document, rules);
    const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    return { findings, passes: passes.length };
  }, options);
}
