/** The console on Cloudflare Workers' runtime with a libSQL server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';
import { mainFlow } from './support/main-flow.ts';

let under: ConsoleUnderTest;
beforeAll(async () => {
  under = await startConsole({ runtime: 'workerd' });
}, 300_000);
afterAll(() => under?.close());

mainFlow(() => under);

test('workers: the reference of the API is shown to a visitor, begins with resources, and sends a request', async () => {
  const page = await under.open({ path: '/docs#monitoringHealth' });
  await page.getByRole('heading', { name: 'API', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Resources', level: 2 }).waitFor();
  expect(await page.locator('.reference__tag h2').first().textContent()).toBe('Resources');
  const health = page.getByRole('article').filter({ has: page.getByRole('button', { name: 'GET /monitoring/health' }) });
  await health.getByRole('button', { name: 'Send' }).click();
  const response = health.getByRole('region', { name: /^Response: / });
  await response.getByText(/^200\b.* ms/).waitFor();
  under.expectQuiet();
});

test('workers: a file that is larger than a libSQL server holds is refused in words', async () => {
  const page = await under.open({ account: await under.account(), path: '/app/add' });
  const buffer = Buffer.from(`The log of the station. ${'north '.repeat(1_000_000)}`);
  await page.getByLabel('Files', { exact: true }).setInputFiles([{ name: 'log.txt', mimeType: 'text/plain', buffer }]);
  await page.getByText('The request is larger than the database accepts.').waitFor();
  await page.getByRole('button', { name: 'Remove log.txt' }).waitFor();
  await expectAccessible(page);
  expect(await page.getByText('Needs you').count()).toBeGreaterThan(0);
  under.expectQuiet(/413/);
});
