/** Adding documents where the API runs on Workers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

let under: ConsoleUnderTest;
let folder: string;
beforeAll(async () => {
  under = await startConsole({ runtime: 'workerd' });
  folder = await mkdtemp(join(tmpdir(), 'pharos-add-workerd-'));
});
afterAll(async () => {
  await under?.close();
  await rm(folder, { recursive: true, force: true });
});

test('add on Workers: files and a text are sent, processed elsewhere, followed live and ready', async () => {
  const keeper = await under.account();
  const page = await under.open({ account: keeper, path: '/app/add' });
  const names = ['lens.txt', 'wick.md'];
  for (const name of names)
    await writeFile(join(folder, name), `What is written about the ${name} is dusted daily with the feather brush.`);
  await page.getByLabel('Files', { exact: true }).setInputFiles(names.map((name) => join(folder, name)));
  await page.getByLabel('Paste text or addresses').fill('The light shall not be left.');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  for (const name of [...names, 'The light shall not be left.']) {
    await page.getByRole('link', { name: `Open ${name}` }).waitFor({ timeout: 100_000 });
  }
  const { resources } = await keeper.client.get('/resources');
  expect(resources.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  under.expectQuiet();
});
