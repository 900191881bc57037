/** What every page must be: accessible in both themes, without layout shift, and shown to people who look at the pictures. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Outside of the repository. */
const SHOTS = process.env.PHAROS_SHOTS ?? join(tmpdir(), 'pharos-shots');
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 1440] as const;

/** Fails with the rule and the elements where axe finds a violation in the present state of the page, in either theme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
    );
    expect({ url: new URL(page.url()).pathname, scheme, found }).toMatchObject({ found: [] });
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Pictures at both widths in both themes, named `<name>-<width>-<theme>.png`. Nothing may be wider than the screen. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(SHOTS, { recursive: true });
  const before = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const scheme of SCHEMES) {
      // A colour on its way from one theme to the other would be in the picture.
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(SHOTS, `${name}-${width}-${scheme}.png`) });
    }
    const overflow = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
    expect({ name, width, overflow }).toEqual({ name, width, overflow: 0 });
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
}
