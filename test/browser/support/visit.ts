/** Moves a page to an address of the console without loading the page, as a link does. */
import type { Page } from 'playwright-core';

export async function visit(page: Page, address: string): Promise<void> {
  await page.evaluate((href) => {
    const link = document.createElement('a');
    link.href = href;
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
}
