/** What a person does from the registration on, for every runtime and database that the console is served from. */
import { expect, test } from 'vitest';
import { createClient } from '../../../clients/typescript/src/index.ts';
import type { ConsoleUnderTest } from './console.ts';

const LOGIN = { username: 'newcomer', password: 'a long phrase for the light' };
const LAMP = 'The lamp glass is cleaned every morning with a dry linen cloth, and again at midnight.';
const WICK = '# Of the wick\n\nThe wick is trimmed before the lamp is lit, and its ends are kept from the oil.';
const READY = { timeout: 100_000 };

export function mainFlow(under: () => ConsoleUnderTest): void {
  test('flow: somebody registers, adds and watches documents, finds and tags one, deletes another, makes a key and logs out', async () => {
    const { open, url, expectQuiet } = under();
    const page = await open({ path: '/app/register' });
    await page.getByLabel('Username').fill(LOGIN.username);
    await page.getByLabel('E-mail').fill(`${LOGIN.username}@example.org`);
    await page.getByLabel('Password').fill(LOGIN.password);
    await page.getByRole('button', { name: 'Create the account' }).click();
    const rail = page.getByRole('navigation', { name: 'Main' });

    await rail.getByRole('link', { name: /^Add/ }).click();
    await page.getByLabel('Paste text or addresses').fill(LAMP);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const wick = { name: 'wick.md', mimeType: 'text/markdown', buffer: Buffer.from(WICK) };
    await page.getByLabel('Files', { exact: true }).setInputFiles([wick]);
    for (const title of ['wick.md', 'The lamp glass']) await page.getByRole('link', { name: `Open ${title}` }).waitFor(READY);

    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('searchbox').fill('how often is the glass cleaned');
    await page.keyboard.press('Enter');
    await page
      .locator('.hit mark', { hasText: /cleaned|glass/ })
      .first()
      .waitFor();
    await page.locator('.hit__title a').first().click();
    await page.getByRole('article').getByText(LAMP).waitFor();
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.keyboard.type('optics');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove the tag optics' }).waitFor();

    await rail.getByRole('link', { name: 'Library' }).click();
    await page.getByRole('cell', { name: 'optics' }).waitFor();
    const listed = page.getByRole('link', { name: 'Of the wick' });
    const remove = async () => {
      await page.getByRole('checkbox', { name: 'Select Of the wick' }).check();
      await page.getByRole('button', { name: 'Delete' }).click();
      await listed.waitFor({ state: 'detached' });
    };
    await remove();
    await page.getByRole('button', { name: 'Undo' }).click();
    await listed.waitFor();
    await remove();
    const isDeleted = page.waitForResponse((response) => response.url().endsWith('/resources/bulk') && response.ok());
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await isDeleted;

    await rail.getByRole('link', { name: 'Account' }).click();
    const keys = page.getByRole('region', { name: 'API keys', exact: true });
    await keys.getByLabel('Name of a new key').fill('nightly');
    await keys.getByRole('button', { name: 'Make a key' }).click();
    await keys.getByText('Copy this key now.').waitFor();
    const apiKey = (await keys.locator('.copyline code').textContent()) ?? '';
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.waitForURL(/\/app\/login/);

    // A key outlives the session, and sees what was done.
    const tags = async () => (await createClient({ url, apiKey }).get('/resources')).resources.map((resource) => resource.tags);
    await expect.poll(tags, { interval: 1_000 }).toEqual([['optics']]);
    expectQuiet();
  });
}
