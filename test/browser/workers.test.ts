/** The console on Cloudflare Workers' runtime: a document is added, watched, found and opened. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

let console_: ConsoleUnderTest;
beforeAll(async () => {
  console_ = await startConsole({ runtime: 'workerd' });
}, 300_000);
afterAll(() => console_?.close());

test('workers: a text that is pasted is watched until it is ready, and found by a question', async () => {
  const keeper = await console_.account('keeper');
  const page = await console_.open({ account: keeper, path: '/app/add' });
  await page
    .getByLabel('Paste text or addresses')
    .fill('The lamp glass is cleaned every morning with a dry linen cloth, and again at midnight.');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('link', { name: /^Open/ }).waitFor({ timeout: 100_000 });
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('searchbox').fill('how often is the glass cleaned');
  await page.locator('mark').first().waitFor();
  expect(await page.locator('mark').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/cleaned|glass/)]));
  await expectAccessible(page);
  console_.expectQuiet();
});
