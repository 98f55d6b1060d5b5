import { expect } from 'vitest';
import { accessible, fitsItsWidth, picture, type Tab } from './browser.ts';
import { brokenButtons, faintEdges } from './in-page.ts';

const sizes = [
  { width: 1280, height: 800 },
  { width: 375, height: 812 },
];

/** Where tables begin to stand as tables, and an old notebook. */
const tightest = [1249, 1024];

/** One screen in both schemes at both widths, the edges of its fields, and whether it fits the narrowest, buttons whole. */
export async function inspect(tab: Tab, name: string): Promise<void> {
  const { page } = tab;
  // What stands for something that is still to come is no screen.
  await expect.poll(() => page.locator('[class*=Skeleton]').count()).toBe(0);
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
      await picture(tab, `${name}-${size.width}-${colorScheme}`);
      await accessible(page, `${name}, ${size.width} px, ${colorScheme}`);
      await fitsItsWidth(page, `${name}, ${size.width} px`);
      expect([name, colorScheme, await faintEdges(page)]).toEqual([name, colorScheme, []]);
    }
  }
  for (const width of [...tightest, 360, 320]) {
    await page.setViewportSize({ width, height: 740 });
    await fitsItsWidth(page, `${name}, ${width} px`);
    expect([name, width, await brokenButtons(page)]).toEqual([name, width, []]);
  }
  await page.setViewportSize(sizes[0] ?? { width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}
