/** Search and the document that a hit opens. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';
import { addDocument, DOCUMENTS } from './support/documents.ts';
import { visit } from './support/visit.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
  for (const document of DOCUMENTS) await addDocument(keeper, document);
});
afterAll(() => console_?.close());

const field = (page: Page) => page.getByRole('searchbox', { name: 'Search your documents' });
const hits = (page: Page) => page.locator('.hit__title a');
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
const address = (page: Page) => new URL(page.url());

test('search: it answers while somebody types, and Enter asks the whole question', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await page.getByRole('heading', { name: 'Ask as you would ask a person' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
  await page.getByText('Added last').waitFor();
  await expectAccessible(page);
  await shoot(page, 'search-home');
  await page.keyboard.type('lanter', { delay: 20 });
  // A worker that starts has no suggestions yet: the next letter asks again.
  const suggested = page.getByRole('list', { name: 'Suggestions' }).getByRole('button', { name: /lantern/ });
  await expect
    .poll(
      async () => {
        if (await suggested.isVisible()) return true;
        await field(page).fill('lante');
        await field(page).fill('lanter');
        return false;
      },
      { interval: 2_000 },
    )
    .toBe(true);
  await hits(page).first().waitFor();
  expect(address(page).searchParams.get('q')).toBe('lanter');
  await field(page).fill('how often should I clean the lamp glass');
  await page.keyboard.press('Enter');
  await page.locator('.hit mark', { hasText: 'lamp glass' }).first().waitFor();
  await page.getByRole('list', { name: 'Suggestions' }).waitFor({ state: 'detached' });
  await expectAccessible(page);
  await shoot(page, 'search-results');
  console_.expectQuiet();
});

test('search: letters typed faster than the page is drawn all arrive, as one entry of the history', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await field(page).waitFor();
  const before = await page.evaluate(() => history.length);
  const question = 'how often should I clean the lamp glass before a storm';
  await page.keyboard.type(question);
  await hits(page).first().waitFor();
  expect(await field(page).inputValue()).toBe(question);
  expect(address(page).searchParams.get('q')).toBe(question);
  expect(await page.evaluate(() => history.length)).toBe(before + 1);
  console_.expectQuiet();
});

test('search: a question of one long word is broken where it stands', async () => {
  const page = await console_.open({ account: keeper, path: `/app/search?q=${'x'.repeat(300)}`, width: 320 });
  await page.getByRole('heading', { name: 'Nothing found for' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await visit(page, `/app/library?title=${'x'.repeat(300)}`);
  await page.getByRole('heading', { name: 'No title contains' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  console_.expectQuiet();
});

test('search: the keyboard alone leads from the field to a document at its passage, and back to the same results', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await field(page).waitFor();
  await page.keyboard.type('lamp glass', { delay: 20 });
  const whole = page.waitForResponse((response) => /\/search\?/.test(response.url()) && !response.url().includes('prefix'));
  await page.keyboard.press('Enter');
  await whole;
  await hits(page).first().waitFor();
  await page.keyboard.press('ArrowDown');
  expect(
    await hits(page)
      .first()
      .evaluate((link) => link === document.activeElement),
  ).toBe(true);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => field(page).evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /light-keepers/ }).waitFor();
  expect(address(page).pathname).toMatch(/^\/app\/documents\//);
  await page
    .locator('.found mark', { hasText: /lamp glass/i })
    .first()
    .waitFor();
  await page.getByText('Found for').waitFor();
  await expect.poll(() => focused(page)).toMatch(/light-keepers/);
  await expectAccessible(page);
  await shoot(page, 'document-found');
  const neighbour = page.locator('.side .plainlist a').first();
  const title = await neighbour.locator('.clip').innerText();
  await neighbour.click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await expect.poll(() => focused(page)).toBe(title);
  await page.goBack();
  await page.goBack();
  await hits(page).first().waitFor();
  expect(await field(page).inputValue()).toBe('lamp glass');
  console_.expectQuiet();
});

test('search: the last page that "Show more" brings has the focus at its first hit', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await page.route(/\/search\?/, (route) => route.continue({ url: route.request().url().replace('limit=10', 'limit=1') }));
  await visit(page, '/app/search?q=the');
  const more = page.getByRole('button', { name: 'Show more' });
  await more.waitFor();
  let count = 1;
  while ((await more.count()) > 0) {
    const next = hits(page).nth(count++);
    await more.click();
    await next.waitFor();
    await expect.poll(() => next.evaluate((link) => link === document.activeElement)).toBe(true);
  }
  expect(count).toBeGreaterThan(2);
  console_.expectQuiet();
});

test('search: filters, mode and order are in the address, which another browser opens alike', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search?q=glass' });
  await hits(page).first().waitFor();
  const all = await hits(page).count();
  await page.getByRole('checkbox', { name: /optics/ }).check();
  await page.waitForURL(/tag=optics/);
  await expect.poll(() => hits(page).count()).toBeLessThan(all);
  await page.getByRole('button', { name: 'Words' }).click();
  await page.getByLabel('Sort by').first().selectOption('title');
  await page.waitForURL(/sort=title/);
  const titles = async (one: Page) => (await hits(one).allTextContents()).join();
  const other = await console_.open({ account: keeper, path: address(page).pathname + address(page).search });
  await hits(other).first().waitFor();
  expect(await titles(other)).toBe(await titles(page));
  expect(await other.getByRole('checkbox', { name: /optics/ }).isChecked()).toBe(true);
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await expect.poll(() => hits(page).count()).toBe(all);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: /^Filters/ }).click();
  await page.getByRole('button', { name: /^Show \d+ document/ }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Show \d+ document/ }).waitFor({ state: 'hidden' });
  console_.expectQuiet();
});

test('search: another spelling is said, nonsense finds nothing and says what helps', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search?q=lantrn' });
  await page.getByText('Showing results for').waitFor();
  await visit(page, '/app/search?q=xqzzt+blorf');
  await page.getByRole('heading', { name: 'Nothing found for “xqzzt blorf”' }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'search-nothing');
  console_.expectQuiet();
});

test('document: tags and category are changed with Undo, and a deletion can be taken back until its message goes', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search?q=espresso' });
  await hits(page).first().click();
  await page.getByRole('heading', { level: 1, name: /Espresso/ }).waitFor();
  const id = address(page).pathname.split('/').at(-1) as string;
  const stored = () => keeper.client.get('/resources/{id}', { params: { path: { id } } });
  await page.getByRole('button', { name: 'Add a tag' }).click();
  await page.keyboard.type('steam');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the tag steam' }).waitFor();
  await expect.poll(async () => (await stored()).tags).toContain('steam');
  await page.getByRole('button', { name: 'Remove the tag steam' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await stored()).tags).toContain('steam');
  await page.getByRole('button', { name: 'Add a tag' }).click();
  await page.keyboard.type('milk, foam');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await stored()).tags).toEqual(expect.arrayContaining(['milk', 'foam']));
  // The next tag moves under the pointer; the second click is not meant for it.
  await page.getByRole('button', { name: 'Remove the tag milk' }).dblclick();
  await expect.poll(async () => (await stored()).tags).not.toContain('milk');
  expect((await stored()).tags).toContain('foam');
  await page.getByRole('combobox', { name: 'Category' }).selectOption({ index: 3 });
  await page.getByText('Corrected by you.').waitFor();
  expect((await stored()).edited).toContain('category');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted 1 document.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { level: 1, name: /Espresso/ }).waitFor();
  expect((await stored()).id).toBe(id);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect
    .poll(() =>
      stored().then(
        () => 'there',
        (error) => error.status,
      ),
    )
    .toBe(404);
  await visit(page, `/app/documents/${id}`);
  await page.getByRole('heading', { name: 'There is no such document' }).waitFor();
  console_.expectQuiet(/404/);
});

test('document: one that was deleted elsewhere is not shown any more once that is known', async () => {
  const { id } = await keeper.client.create({ content: '# Fog bell\n\nThe fog bell is rung by hand every two minutes.' });
  const params = { path: { id } };
  await expect.poll(async () => (await keeper.client.get('/resources/{id}', { params })).status).toBe('completed');
  const page = await console_.open({ account: keeper, path: `/app/documents/${id}` });
  await page.getByRole('heading', { level: 1, name: 'Fog bell' }).waitFor();
  await keeper.client.delete('/resources/{id}', { params });
  await page.getByRole('button', { name: 'Add a tag' }).click();
  await page.keyboard.type('late');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'There is no such document' }).waitFor();
  console_.expectQuiet(/404/);
});

test('document: passages, the original without scripts, and a long text that is drawn to its end', async () => {
  const long = Array.from({ length: 400 }, (_, i) => `## Part ${i}\n\nThe keeper writes down number ${i}.`).join('\n\n');
  const id = await addDocument(keeper, {
    title: 'A long journal',
    content: `# A long journal\n\n${long}\n\nThe last word is farewell.`,
  });
  const page = await console_.open({ account: keeper, path: `/app/documents/${id}` });
  await page.getByRole('heading', { level: 1, name: 'A long journal' }).waitFor();
  await page.getByText('The last word is farewell.').waitFor({ state: 'attached' });
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  await page.getByRole('navigation', { name: 'Outline' }).getByRole('link', { name: 'Part 250', exact: true }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Part 250');
  await page.route('**/chunks?*', (route) => route.fulfill({ status: 500, body: '' }));
  await page.getByRole('tab', { name: 'Passages' }).click();
  await page.getByText('Not loaded: the server did not answer.').waitFor();
  await page.unroute('**/chunks?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.passage').first().waitFor();
  console_.expectQuiet(/500/);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Open the original' }).click();
  const frame = page.frameLocator('iframe[title="Original"]');
  await frame.getByText('The last word is farewell.').waitFor({ state: 'attached' });
  expect(await page.locator('iframe').getAttribute('sandbox')).toBe('');
  console_.expectQuiet();
});

test('document: what is processed shows its stages, and its text when it has been read', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  const { id } = await keeper.client.create({
    title: 'Late',
    content: 'The late ferry was seen at dusk.',
    content_type: 'text/plain',
  });
  await visit(page, `/app/documents/${id}`);
  await page.getByText('The late ferry was seen at dusk.').waitFor();
  await page.getByRole('button', { name: 'Reprocess' }).click();
  await page.getByText('Queued again.').waitFor();
  await keeper.client.finished(id);
  await page.getByRole('button', { name: 'Reprocess' }).and(page.locator(':enabled')).waitFor();
  console_.expectQuiet();
});

test('document: one whose events break off is followed again, and a text that fails is asked for again', async () => {
  const id = await addDocument(keeper, { title: 'Broken off', content: 'The early ferry was seen at dawn.\n' });
  const page = await console_.open({ account: keeper, path: '/app/search' });
  let looks = 0;
  const isBroken = () => looks < 3;
  await page.route(`**/resources/${id}`, async (route) => {
    looks += 1;
    const response = await route.fetch();
    const { text_format: format, ...resource } = await response.json();
    const json = isBroken() ? { ...resource, status: 'processing' } : { ...resource, text_format: format };
    await route.fulfill({ response, json });
  });
  await page.route(`**/resources/${id}/progress/events`, (route) =>
    isBroken() ? route.fulfill({ status: 500, body: '' }) : route.continue(),
  );
  const text = `**/resources/${id}/text`;
  await page.route(text, (route) => route.fulfill({ status: 500, body: '' }));
  await visit(page, `/app/documents/${id}`);
  // Its text fails once more, which is told.
  const again = page.getByRole('article').getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await page.unroute(text);
  await again.click();
  await page.getByText('The early ferry was seen at dawn.').waitFor();
  expect(await again.count()).toBe(0);
  console_.expectQuiet(/500/);
});
