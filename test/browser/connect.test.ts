/** The screen that connects assistants and scripts. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

let pharos: ConsoleUnderTest;
beforeAll(async () => {
  pharos = await startConsole();
});
afterAll(() => pharos?.close());
afterEach(() => pharos.expectQuiet());

test('connect: names the address of this server, and says the steps for each assistant', async () => {
  const page = await pharos.open({ account: await pharos.account(), path: '/app/connect' });
  await page.getByRole('heading', { level: 1, name: 'Connect an assistant' }).waitFor();
  await page.getByText(`${pharos.url}/mcp`, { exact: true }).waitFor();
  await page.getByText('This address is on your own machine.', { exact: false }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'connect');
  await page.getByRole('tab', { name: 'Claude' }).press('ArrowRight');
  await page.getByText('turn on developer mode', { exact: false }).waitFor();
  expect(await page.getByRole('tab', { name: 'ChatGPT' }).getAttribute('aria-selected')).toBe('true');
});

test('connect: a key is made here, shown once, and searches and nothing else', async () => {
  const page = await pharos.open({ account: await pharos.account(), path: '/app/connect' });
  await page.getByLabel('Name of a new key').fill('backup-script');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const shown = page.getByRole('status').filter({ hasText: 'Copy this key now.' });
  const key = await shown.locator('code').textContent();
  await page.getByText('1 key in use').waitFor();
  const ask = (path: string, options: RequestInit = {}) =>
    fetch(`${pharos.url}${path}`, { ...options, headers: { authorization: `Bearer ${key}`, ...options.headers } });
  expect((await ask('/search?q=light')).status).toBe(200);
  const add = { method: 'POST', body: JSON.stringify({ content: 'A text.' }), headers: { 'content-type': 'application/json' } };
  expect((await ask('/resources', add)).status).toBe(403);
  await shown.getByRole('button', { name: 'I have stored it' }).click();
  await shown.waitFor({ state: 'detached' });
});
