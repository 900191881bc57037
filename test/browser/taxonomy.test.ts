/** The editor of the taxonomy: by keyboard and pointer, against a real server. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
let bread: string;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
  await console_.makeAdmin(keeper);
  const content = 'Fold the dough every half hour, let it rise overnight and bake the bread until the crust is brown.';
  bread = (await keeper.client.create({ content, title: 'Sourdough bread' })).id;
  await keeper.client.finished(bread);
});
afterAll(() => console_?.close());

async function openEditor(options: { width?: number } = {}): Promise<Page> {
  const page = await console_.open({ account: keeper, path: '/app/admin/taxonomy', ...options });
  await page.getByRole('heading', { name: 'Taxonomy', level: 1 }).waitFor();
  await page.getByRole('treeitem').first().waitFor();
  return page;
}
const tree = (page: Page) => page.getByRole('tree', { name: 'Categories' });
const row = (page: Page, name: string | RegExp) => tree(page).getByRole('treeitem', { name });
const saved = async () => await keeper.client.get('/taxonomy');
const categoryOf = async (id: string) => (await keeper.client.get('/resources/{id}', { params: { path: { id } } })).category;
/** What the row that has the focus shows; empty where another element has it. */
const focusedRow = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement;
    return focused?.getAttribute('role') === 'treeitem' ? (focused as HTMLElement).innerText.trim() : '';
  });
/** The button in the head; a message may have another. */
const undo = (page: Page) => page.locator('.head').getByRole('button', { name: 'Undo', exact: true }).click();
const rootIds = async () => (await saved()).categories.map(({ id }) => id);
async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/^Saved as version \d/).waitFor();
}

test('taxonomy: an admin comes from the admin screen, and finds the tree with its documents', async () => {
  const page = await console_.open({ account: keeper, path: '/app/admin' });
  await page.getByRole('link', { name: 'Edit the taxonomy' }).click();
  await row(page, /^Food/).waitFor();
  expect(await row(page, /^Food/).innerText()).toContain('1');
  expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  await expectAccessible(page);
  await shoot(page, 'taxonomy');
  console_.expectQuiet();
});

test('taxonomy: by keyboard alone a category is found, renamed, moved and saved, and keeps its id', async () => {
  const page = await openEditor();
  await row(page, /^Technology/).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-level'))).toBe('2');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('Technology');
  await page.keyboard.type('Machines');
  await page.getByText('Changes are not saved yet.').waitFor();
  // Arrows in the tree do not lead into the fields.
  await row(page, /^Machines/).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'Health', level: 2 }).waitFor();
  expect(await focusedRow(page)).toMatch(/^Health/);
  await save(page);
  const { categories } = await saved();
  expect(categories.slice(0, 2).map(({ id, label }) => [id, label])).toEqual([
    ['science', 'Science'],
    ['technology', 'Machines'],
  ]);
  await page.reload();
  await row(page, /^Machines/).waitFor();
  console_.expectQuiet();
});

test('taxonomy: a new category takes a document with it, and is told by its field where the server refuses it', async () => {
  const page = await openEditor();
  await row(page, /^Food/).click();
  await page.getByRole('button', { name: 'Add below' }).click();
  const editor = page.getByRole('region', { name: 'New category' });
  await editor.getByLabel('Keywords').fill('dough\ncrust\nbake\nbread');
  await editor.getByLabel('Examples').fill('Sourdough bread\nBaking bread at home\nFolding the dough');
  await page.getByLabel('Label').fill('Bread');
  expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('food.bread');
  await page.getByLabel('Id', { exact: true }).fill('Food Bread');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This must be of small letters and digits, joined by dots or hyphens.').waitFor();
  await expectAccessible(page);
  await page.getByLabel('Id', { exact: true }).fill('food.bread');
  await save(page);
  await expect.poll(() => categoryOf(bread)).toBe('food.bread');
  await page.reload();
  await row(page, /^Food/).waitFor();
  console_.expectQuiet(/422/);
});

test('taxonomy: a category that is removed names the documents that lose it, comes back by Undo, and is gone once saved', async () => {
  const before = await categoryOf(bread);
  const page = await openEditor();
  await row(page, /^Food/).focus();
  await page.keyboard.press('Delete');
  const message = page.getByRole('status', { name: 'Messages' });
  await message.getByText(/^Removed “Food.*” and \d+ below it\. Saving makes 1 document uncategorised\.$/).waitFor();
  await page.getByText(/^Not saved yet\. Saving makes 1 document uncategorised until the new tree files it\.$/).waitFor();
  await expectAccessible(page);
  await shoot(page, 'taxonomy-removed');
  await undo(page);
  await row(page, /^Food/).waitFor();
  expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  for (const isKept of [true, false]) {
    await row(page, /^Food/).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => row(page, /^Food/).count()).toBe(0);
    if (isKept) await message.getByRole('button', { name: 'Undo' }).click();
  }
  await save(page);
  expect(await rootIds()).not.toContain('food');
  expect(await categoryOf(bread)).not.toMatch(/^food/);
  // Undo in the head takes back what was saved, to be saved again.
  await undo(page);
  await row(page, /^Food/).waitFor();
  await save(page);
  await expect.poll(() => categoryOf(bread)).toBe(before);
  console_.expectQuiet();
});

test('taxonomy: two admins who change the same version lose nothing: the second is asked', async () => {
  const page = await openEditor();
  await row(page, /^Travel/).click();
  await page.getByLabel('Label').fill('Journeys');
  const { version, categories } = await saved();
  await keeper.client.put('/taxonomy', {
    body: { version, categories: [...categories, { ...categories[0], id: 'theirs', label: 'Theirs', children: [] }] as never },
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText('Another admin has saved another tree').waitFor();
  await expectAccessible(page);
  await shoot(page, 'taxonomy-conflict');
  await page.getByRole('button', { name: 'Show theirs' }).click();
  await row(page, /^Theirs/).waitFor();
  expect(await row(page, /^Journeys/).count()).toBe(0);
  await undo(page);
  await row(page, /^Journeys/).waitFor();
  await save(page);
  expect(await rootIds()).not.toContain('theirs');
  console_.expectQuiet(/412/);
});

test('taxonomy: the tree is exported, and read from a file; another file is refused in words', async () => {
  const page = await openEditor();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const file = await (await downloading).path();
  const written = JSON.parse(await readFile(file, 'utf8'));
  expect(written).toEqual(await saved());
  const choose = (name: string, text: string) =>
    page.getByLabel('File with a taxonomy').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await choose('notes.json', '{"notes": []}');
  await page.getByText(/^notes\.json is no taxonomy\./).waitFor();
  await choose('small.json', JSON.stringify({ categories: [{ id: 'bread', label: 'Bread' }] }));
  await page.getByText('Read 1 category. Nothing changes until you save.').waitFor();
  expect(await tree(page).getByRole('treeitem').count()).toBe(1);
  // Leaving the screen loses nothing.
  await page.getByRole('link', { name: 'Admin' }).click();
  await page.getByRole('link', { name: 'Edit the taxonomy' }).click();
  await row(page, /^Bread/).waitFor();
  await undo(page);
  await row(page, /^Food/).waitFor();
  expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  console_.expectQuiet();
});

test('taxonomy: on a narrow screen the tree and the fields take turns', async () => {
  const page = await openEditor({ width: 390 });
  await row(page, /^Science/).click();
  await page.getByRole('heading', { name: 'Science', level: 2 }).waitFor();
  expect(await tree(page).isVisible()).toBe(false);
  await expectAccessible(page);
  await shoot(page, 'taxonomy-fields');
  await page.getByRole('button', { name: 'All categories' }).click();
  await row(page, /^Science/).waitFor();
  await expect.poll(() => focusedRow(page)).toMatch(/^Science/);
  await row(page, /^Health/).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => focusedRow(page)).toMatch(/^Environment/);
  console_.expectQuiet();
});
