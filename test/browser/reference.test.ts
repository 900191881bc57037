/** The API reference at /docs: reading, the login that fills the token, and trying operations. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';
import { addDocument, DOCUMENTS } from './support/documents.ts';

let console_: ConsoleUnderTest;
let reader: Account;
beforeAll(async () => {
  console_ = await startConsole();
  reader = await console_.account('reader');
  for (const document of DOCUMENTS.slice(0, 2)) await addDocument(reader, document);
});
afterAll(() => console_?.close());

const operation = (page: Page, name: string) =>
  page.getByRole('article').filter({ has: page.getByRole('button', { name: new RegExp(`^${name}`) }) });

async function openOperation(page: Page, name: string) {
  const entry = operation(page, name);
  await entry.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  return entry;
}

/** What the response says, once it has ended. */
async function responseOf(entry: ReturnType<typeof operation>, status: number): Promise<string> {
  const response = entry.getByRole('region', { name: /^Response: / });
  await response.getByText(new RegExp(`^${status}\\b.* ms`)).waitFor();
  const body = response.getByRole('region', { name: /^Response body: / });
  return (await body.count()) === 0 ? '' : ((await body.textContent()) ?? '');
}

test('reference: a visitor reads operations, filters them, and is told what an operation without a token answers', async () => {
  const page = await console_.open({ path: '/docs' });
  await page.getByRole('heading', { name: 'API', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Resources', level: 2 }).waitFor();
  expect(await page.getByRole('link', { name: 'Log in' }).count()).toBe(1);
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('get sugg');
  await page.getByText('1 operation', { exact: true }).waitFor();
  const entry = await openOperation(page, 'GET /search/suggest');
  expect(new URL(page.url()).hash).toBe('#searchSuggest');
  await entry.getByText('Needs the scope search').waitFor();
  expect(await entry.getByRole('region', { name: /^As curl: / }).textContent()).toContain('/search/suggest');
  await entry.getByRole('button', { name: 'Send' }).click();
  await entry.getByText('Enter a value.').waitFor();
  expect(await entry.getByLabel('q', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await entry.getByLabel('q', { exact: true }).fill('glass');
  await entry.getByRole('button', { name: 'Send' }).click();
  expect(JSON.parse(await responseOf(entry, 401))).toMatchObject({ status: 401 });
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('nothing like it');
  await page.getByText('No operation contains “nothing like it”.').waitFor();
  console_.expectQuiet(/401/);
});

test('reference: the login there fills the token, and operations act as the account', async () => {
  const page = await console_.open({ path: '/docs#resourcesList' });
  const token = page.getByLabel('Token', { exact: true });
  await token.waitFor();
  expect(await token.inputValue()).toBe('');
  await page.getByLabel('Username').fill('reader');
  await page.getByLabel('Password').fill('a wrong phrase');
  await page.keyboard.press('Enter');
  await page.getByText('Username or password is wrong.').waitFor();
  await page.getByLabel('Password').fill(reader.password);
  await page.keyboard.press('Enter');
  await page.getByText('Requests that you try act as reader, on real documents.').waitFor();
  await expect.poll(() => token.inputValue()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const list = operation(page, 'GET /resources List');
  await list.getByLabel('limit', { exact: true }).fill('1');
  await list.getByRole('button', { name: 'Send' }).click();
  expect(JSON.parse(await responseOf(list, 200)).resources).toHaveLength(1);

  await token.fill('phk_no_such_key');
  await list.getByRole('button', { name: 'Send' }).click();
  await responseOf(list, 401);
  await page.getByRole('button', { name: 'Use my session’s' }).click();
  await list.getByRole('button', { name: 'Send' }).click();
  await responseOf(list, 200);
  console_.expectQuiet(/401/);
});

test('reference: a body is sent as JSON or as a form with a file, and what is not JSON is refused before it is sent', async () => {
  const page = await console_.open({ account: reader, path: '/docs' });
  const create = await openOperation(page, 'POST /resources Create');
  const body = create.getByLabel('application/json');
  expect(Object.keys(JSON.parse(await body.inputValue()))).not.toEqual([]);
  await body.fill('{"title": ');
  await create.getByRole('button', { name: 'Send' }).click();
  await create.getByText(/^This is not JSON/).waitFor();
  await body.fill('{"title": "Tide tables", "content": "High water at four.", "content_type": "text/plain"}');
  await create.getByRole('button', { name: 'Send' }).click();
  const { id } = JSON.parse(await responseOf(create, 202));
  expect(await create.getByRole('region', { name: /^As curl: / }).textContent()).toContain('Tide tables');
  await reader.client.finished(id);

  await create.getByLabel('Content type').selectOption('multipart/form-data');
  await create
    .getByLabel('file', { exact: true })
    .setInputFiles({ name: 'log.md', mimeType: 'text/markdown', buffer: Buffer.from('# Log') });
  await create.getByLabel('tags', { exact: true }).fill('log\nnight');
  await create.getByRole('button', { name: 'Send' }).click();
  const uploaded = JSON.parse(await responseOf(create, 202));
  const resource = await reader.client.get('/resources/{id}', { params: { path: { id: uploaded.id } } });
  expect([resource.filename, resource.tags]).toEqual(['log.md', ['log', 'night']]);

  const events = await openOperation(page, 'GET /resources/{id}/progress/events');
  await events.getByLabel('id', { exact: true }).fill(uploaded.id);
  await reader.client.finished(uploaded.id);
  await events.getByRole('button', { name: 'Send' }).click();
  expect(await responseOf(events, 200)).toContain('event: snapshot');

  const content = await openOperation(page, 'GET /resources/{id}/content');
  await content.getByLabel('id', { exact: true }).fill(uploaded.id);
  await content.getByRole('button', { name: 'Send' }).click();
  expect(await responseOf(content, 200)).toContain('# Log');
  console_.expectQuiet();
});

test('reference: an address with an operation opens it, and its schemas open to their fields by keyboard', async () => {
  const page = await console_.open({ account: reader, path: '/app/connect' });
  await page.getByRole('link', { name: 'every operation' }).click();
  await page.getByRole('heading', { name: 'API', level: 1 }).waitFor();
  await page.goto(`${console_.url}/docs#resourcesGraph`);
  await page.reload();
  const graph = operation(page, 'GET /resources/\\{id\\}/graph');
  await graph.getByRole('button', { name: 'Send' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('/resources/{id}/graph');
  const fields = graph.getByText('Fields of ResourceGraph');
  await fields.focus();
  await page.keyboard.press('Enter');
  await graph.getByText('list of GraphNode').waitFor();
  await page.keyboard.press('Shift+Tab');
  // No percent-encoding, as where an address was cut.
  await page.goto(`${console_.url}/docs#%E0%A4%A`);
  await page.reload();
  await operation(page, 'GET /resources/\\{id\\}/graph').waitFor();
  console_.expectQuiet();
});

test('reference: axe finds nothing in both themes, for a visitor and with an operation and its response open', async () => {
  const visitor = await console_.open({ path: '/docs' });
  await visitor.getByRole('heading', { name: 'Resources', level: 2 }).waitFor();
  await expectAccessible(visitor);
  await shoot(visitor, 'reference-visitor');
  const page = await console_.open({ account: reader, path: '/docs' });
  // Few operations beside those that are open: the whole list was looked at before.
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('search');
  const entry = await openOperation(page, 'GET /search ');
  await entry.getByLabel('q', { exact: true }).fill('how often is the glass cleaned');
  await entry.getByRole('button', { name: 'Send' }).click();
  await responseOf(entry, 200);
  await entry.getByText('Response headers').click();
  await entry.getByText('Fields of SearchResult').click();
  await expectAccessible(page);
  await shoot(page, 'reference-search');
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('bulk');
  const bulk = await openOperation(page, 'POST /resources/bulk');
  await bulk.getByText('Fields', { exact: true }).click();
  await expectAccessible(page);
  await bulk.getByRole('button', { name: /^POST/ }).scrollIntoViewIfNeeded();
  await shoot(page, 'reference-bulk');
  console_.expectQuiet();
});
