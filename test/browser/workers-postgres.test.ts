/** The console on Cloudflare Workers' runtime with PostgreSQL, which holds documents of any size that Pharos takes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';
import { mainFlow } from './support/main-flow.ts';

let under: ConsoleUnderTest;
beforeAll(async () => {
  under = await startConsole({ runtime: 'workerd', database: 'postgres' });
}, 300_000);
afterAll(() => under?.close());

mainFlow(() => under);

test('workers: a file of 9.5 MB goes to a signed address of the worker, which admits the console', async () => {
  const keeper = await under.account();
  const page = await under.open({ account: keeper, path: '/app/add' });
  const sent: string[] = [];
  page.on('response', (response) => {
    const { origin, pathname } = new URL(response.url());
    if (/upload/.test(pathname)) sent.push(`${response.request().method()} ${pathname} ${response.status()}`);
    if (pathname === '/uploads') expect(origin).not.toBe(under.url);
  });
  // Its bytes have to arrive; as white space they cost the stages little.
  const buffer = Buffer.from(`<p>Lamps</p>${`north,12${' '.repeat(10_000)}\n`.repeat(950)}`);
  await page.getByLabel('Files', { exact: true }).setInputFiles([{ name: 'large.html', mimeType: 'text/html', buffer }]);
  await page.getByRole('link', { name: 'Open large.html' }).waitFor({ timeout: 100_000 });
  expect(sent).toEqual(['POST /resources/upload-url 201', 'PUT /uploads 202']);
  expect((await keeper.client.get('/resources')).resources).toMatchObject([{ filename: 'large.html', status: 'completed' }]);
  // The worker has an address of its own, and its CORS_ORIGINS name another site: it admits the console all the same.
  under.expectQuiet(/^request: \S+\/uploads\?ticket=/);
});
