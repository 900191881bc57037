/** The library of ten thousand documents: scrolling, filters, selection, changes of many with Undo. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient as openDatabase } from '@libsql/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

const MANY = 10_000;
const SUBJECTS = ['care of the lens', 'Ölwechsel und Seilzug', 'rye bread at home', '재난 대비 점검표'];
const LANGUAGES = ['en', 'de', 'en', 'ko'];
const TYPES = ['application/pdf', 'text/markdown', 'text/html'];

let under: ConsoleUnderTest;
let keeper: Account;
let folder: string;
let page: Page;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-library-'));
  under = await startConsole({ env: { DATA_DIR: folder } });
  keeper = await under.account();
  await seed();
});
afterAll(async () => {
  await under?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  page = await under.open({ account: keeper, path: '/app/library' });
  await link('Document 0: care of the lens').waitFor();
});

/** As the worker would have left them: reading ten thousand documents would take the test's time. */
async function seed(): Promise<void> {
  const { id: owner } = await keeper.client.get('/auth/me');
  const category = (await keeper.client.get('/taxonomy')).categories[0]?.children[0]?.id ?? null;
  const db = openDatabase({ url: `file:${join(folder, 'pharos.db')}` });
  await db.execute('pragma busy_timeout = 20000');
  const now = Date.now();
  const columns =
    'id, owner_id, source_key, content_type, title, title_key, tags, metadata, edited, status, run, language, authors, summary, ' +
    'keywords, quality_score, category, categories, created_at, updated_at';
  const insert = `insert into resources (${columns}) values (${columns.replaceAll(/[a-z_]+/g, '?')})`;
  for (let from = 0; from < MANY; from += 1_000) {
    await db.batch(
      Array.from({ length: 1_000 }, (_, index) => {
        const n = from + index;
        const title = `Document ${n}: ${SUBJECTS[n % 4]}`;
        const id = `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
        const described = [TYPES[n % 3] ?? null, title, title.toLowerCase(), JSON.stringify([`shelf-${n % 5}`]), '{}', '[]'];
        const read = ['completed', 1, LANGUAGES[n % 4] ?? null, '[]', `What document ${n} says in short.`, '[]', (n % 100) / 100];
        return { sql: insert, args: [id, owner, `test:${n}`, ...described, ...read, category, '[]', now - n * 60_000, now] };
      }),
      'write',
    );
  }
  db.close();
}

const link = (title: string) => page.getByRole('link', { name: title, exact: true });
const box = (title: string) => page.getByRole('checkbox', { name: `Select ${title}`, exact: true });
const total = async () => (await keeper.client.get('/resources', { params: { query: { limit: 1, total: 'true' } } })).total;
const says = (text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor();

describe('list', () => {
  test('library: ten thousand documents scroll to any place, and few rows exist at a time', async () => {
    await says('10,000 documents');
    await expectAccessible(page);
    await shoot(page, 'library');
    const rows = page.locator('tbody tr[aria-rowindex]');
    for (const place of [5_000, 9_999, 120, 7_777]) {
      await page.evaluate((row) => scrollTo(0, row * 44 - 200), place);
      await link(`Document ${place}: ${SUBJECTS[place % 4]}`).waitFor();
      expect(await rows.count()).toBeLessThan(80);
      expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001');
    }
    // The row stands where its number says, so that the scroll bar does not lie.
    const row = page.locator('tr', { has: link('Document 7777: Ölwechsel und Seilzug') });
    expect(await row.getAttribute('aria-rowindex')).toBe('7779');
    expect(await row.evaluate((each) => each.getBoundingClientRect().height)).toBe(44);
    under.expectQuiet();
  });

  test('library: as cards it is a grid of fixed height, and the choice outlasts the screen', async () => {
    await page.getByRole('button', { name: 'Cards' }).click();
    const card = page.locator('article', { has: link('Document 1: Ölwechsel und Seilzug') });
    await card.waitFor();
    expect(await card.evaluate((each) => each.getBoundingClientRect().height)).toBe(176);
    await expectAccessible(page);
    await shoot(page, 'library-cards');
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await link('Document 9999: 재난 대비 점검표').waitFor();
    expect(await page.locator('article').count()).toBeLessThan(160);
    await page.getByRole('link', { name: 'Add' }).first().click();
    await page.getByRole('heading', { name: 'Add documents' }).waitFor();
    await page.goBack();
    await page.locator('article').first().waitFor();
    await page.getByRole('button', { name: 'List' }).click();
    await page.getByRole('table').waitFor();
    under.expectQuiet();
  });

  test('library: filters have counts, stand in the address, and can be taken back', async () => {
    await page.getByRole('button', { name: 'Filters' }).click();
    const panel = page.getByRole('dialog', { name: 'Filters' });
    await panel.getByText('2,500').first().waitFor();
    await panel.getByLabel('German').check();
    await says('2,500 found');
    await panel.getByLabel('shelf-1').check();
    await says('500 found');
    await panel.getByLabel('Quality').selectOption('Good or better');
    await says('100 found');
    await expectAccessible(page);
    await shoot(page, 'library-filters');
    await page.keyboard.press('Escape');
    const query = new URL(page.url()).searchParams;
    expect([query.get('language'), query.get('tag'), query.get('quality')]).toEqual(['de', 'shelf-1', '75']);
    const address = new URL(page.url());
    page = await under.open({ account: keeper, path: address.pathname + address.search });
    await says('100 found');
    await page.getByRole('button', { name: 'Remove the filter Good or better' }).click();
    await says('500 found');
    await page.getByRole('button', { name: 'Remove the filters' }).click();
    await says('10,000 documents');
    expect(new URL(page.url()).search).toBe('');
    under.expectQuiet();
  });

  test('library: the title is filtered as one types, and an empty answer says what helps', async () => {
    const field = page.getByLabel('Filter by title');
    await field.fill('ÖLWECHSEL');
    await says('2,500 found');
    await field.fill('zeppelin');
    await page.getByRole('heading', { name: 'No title contains “zeppelin”' }).waitFor();
    expect(await page.getByRole('link', { name: 'Search for “zeppelin”' }).getAttribute('href')).toBe('/app/search?q=zeppelin');
    await expectAccessible(page);
    await shoot(page, 'library-nothing');
    await field.fill('');
    await says('10,000 documents');
    under.expectQuiet();
  });

  test('library: a filter that is chosen while the title is being typed is kept', async () => {
    await page.getByRole('button', { name: 'Filters' }).click();
    const english = page.getByRole('dialog', { name: 'Filters' }).getByLabel('English');
    await english.waitFor();
    // A double click on its label chooses it and gives it up again.
    await page.getByRole('dialog', { name: 'Filters' }).getByText('English').dblclick();
    await expect.poll(() => english.isChecked()).toBe(false);
    await page.getByLabel('Filter by title').fill('rye');
    // The address takes what was typed a moment later.
    await english.check();
    await expect.poll(() => new URL(page.url()).searchParams.get('title')).toBe('rye');
    expect(new URL(page.url()).searchParams.get('language')).toBe('en');
    expect(await page.getByLabel('Filter by title').inputValue()).toBe('rye');
    under.expectQuiet();
  });

  test('library: columns sort, and their heads say how', async () => {
    await page.getByRole('columnheader', { name: 'Quality' }).getByRole('button').click();
    await link('Document 99: 재난 대비 점검표').or(link('Document 9999: 재난 대비 점검표')).first().waitFor();
    expect(await page.getByRole('columnheader', { name: 'Quality' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Sort by').selectOption('title');
    await link('Document 1000: care of the lens').waitFor();
    expect(await page.getByRole('columnheader', { name: 'Title' }).getAttribute('aria-sort')).toBe('ascending');
    under.expectQuiet();
  });

  test('library: another order begins at the top, also where the list was scrolled', async () => {
    await page.evaluate(() => scrollTo(0, 5_000 * 44));
    await link('Document 5000: care of the lens').waitFor();
    await page.getByRole('columnheader', { name: 'Title' }).getByRole('button').click();
    await link('Document 1000: care of the lens').waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    expect(await page.locator('tr[aria-busy]').count()).toBe(0);
    under.expectQuiet();
  });

  test('library: a tag that is on its way while the list is read is shown once the server has it', async () => {
    const title = `Document 7: ${SUBJECTS[3]}`;
    await link(title).click();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/resources/*', async (route) => {
      if (route.request().method() === 'PATCH') await released;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.keyboard.type('on its way');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Library' }).first().click();
    await link(title).waitFor();
    release();
    await page.getByRole('cell', { name: 'on its way' }).waitFor();
  });

  test('library: arrows walk through the rows, x selects one, Enter opens it', async () => {
    // From the heading, on which a new screen puts the focus.
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(focused).toBe('Document 1: Ölwechsel und Seilzug');
    await page.keyboard.press('x');
    expect(await box('Document 1: Ölwechsel und Seilzug').isChecked()).toBe(true);
    // An arrow that comes before the next row is drawn does nothing.
    const last = 'Document 41: Ölwechsel und Seilzug';
    for (let presses = 0; presses < 400 && (await focused()) !== last; presses++) await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(last);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/app\/documents\/01900000-0000-7000-8000-000000000040$/);
    // The rail goes on showing where the document was opened.
    await page.getByRole('heading', { level: 1, name: 'Document 40' }).waitFor();
    expect(await page.locator('.nav [aria-current]').textContent()).toBe('Library');
  });

  test('library: Back leads through filters and orders, and past the letters of a title', async () => {
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('dialog', { name: 'Filters' }).getByLabel('English').check();
    await page.keyboard.press('Escape');
    await says('5,000 found');
    await page.getByLabel('Sort by').selectOption('title');
    await page.getByLabel('Filter by title').pressSequentially('rye', { delay: 250 });
    await says('2,500 found');
    const query = () => new URL(page.url()).search;
    const whole = query();
    expect(whole).toBe('?title=rye&language=en&sort=title');
    await page.goBack();
    expect(query()).toBe(whole.replace('title=rye&', ''));
    await says('5,000 found');
    await page.goBack();
    expect(query()).toBe('?language=en');
    await page.goBack();
    expect(query()).toBe('');
    await says('10,000 documents');
    under.expectQuiet();
  });
});

describe('many', () => {
  test('library: three are deleted at once on the page, come back with Undo, and are deleted when the message goes', async () => {
    await link('Document 4: care of the lens').waitFor();
    await box('Document 2: rye bread at home').check();
    await box('Document 4: care of the lens').click({ modifiers: ['Shift'] });
    await says('3 selected');
    await expectAccessible(page);
    await shoot(page, 'library-selected');
    await page.getByRole('button', { name: 'Delete' }).click();
    await link('Document 3: 재난 대비 점검표').waitFor({ state: 'detached' });
    await says('9,997 documents');
    expect(await total()).toBe(MANY);
    // With the keyboard, which goes on where it was.
    await page.getByLabel('Filter by title').focus();
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await link('Document 3: 재난 대비 점검표').waitFor();
    await says('10,000 documents');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Filter by title');

    for (const title of ['Document 2: rye bread at home', 'Document 3: 재난 대비 점검표']) await box(title).check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Deleted 2 documents.').waitFor();
    // The page is left before the message has gone: it is done all the same.
    await page.close({ runBeforeUnload: true });
    await expect.poll(total).toBe(MANY - 2);
    under.expectQuiet();
  });

  test('library: all that match are tagged, of which the list shows what was done at once', async () => {
    await page.getByLabel('Filter by title').fill('Document 77');
    await says('111 found');
    await page.getByRole('checkbox', { name: 'Select all that match' }).check();
    await says('111 selected');
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByLabel('Tag to add or remove').fill('lighthouse');
    await expectAccessible(page);
    await shoot(page, 'library-tagging');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText('Changed the tags of 111 documents.').waitFor();
    await page.getByRole('cell', { name: 'shelf-2, lighthouse' }).first().waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    const tagged = async () =>
      (await keeper.client.get('/resources', { params: { query: { tag: 'lighthouse', limit: 1, total: 'true' } } })).total;
    await expect.poll(tagged).toBe(111);
    await page.getByRole('cell', { name: 'shelf-2, lighthouse' }).first().waitFor();
    under.expectQuiet();
  });

  test('library: what was deleted just before a log-out is deleted all the same', async () => {
    await box('Document 9: Ölwechsel und Seilzug').check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Deleted 1 document.').waitFor();
    await page.getByRole('link', { name: 'Account' }).first().click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/app\/login/);
    const path = { id: '01900000-0000-7000-8000-000000000009' };
    await expect.poll(() => keeper.client.get('/resources/{id}', { params: { path } }).catch(({ status }) => status)).toBe(404);
    under.expectQuiet();
  });

  test('library: a log-out while a deletion is followed refuses no request, and the deletion is made', async () => {
    await box('Document 10: rye bread at home').check();
    await page.getByRole('button', { name: 'Delete' }).click();
    // The question how far the deletion is reaches the server only after the log-out has.
    const { promise: loggedOut, resolve: logOut } = Promise.withResolvers<void>();
    await page.route('**/tasks/*', async (route) => {
      await loggedOut;
      await route.continue().catch(() => undefined);
    });
    const asked = page.waitForRequest('**/tasks/*');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await asked;
    await page.getByRole('link', { name: 'Account' }).first().click();
    const ended = page.waitForResponse('**/auth/logout');
    await page.getByRole('button', { name: 'Log out' }).click();
    await ended.then(() => logOut());
    await page.waitForURL(/\/app\/login/);
    await page.getByLabel('Password').waitFor();
    const path = { id: '01900000-0000-7000-8000-000000000010' };
    await expect.poll(() => keeper.client.get('/resources/{id}', { params: { path } }).catch(({ status }) => status)).toBe(404);
    under.expectQuiet();
  });

  test('library: what could not be done to some of many is said, with the reason', async () => {
    await box('Document 6: rye bread at home').check();
    await keeper.client.delete('/resources/{id}', { params: { path: { id: '01900000-0000-7000-8000-000000000006' } } });
    await page.getByRole('button', { name: 'Reprocess' }).click();
    await page.getByText('Queued 1 document again.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Nothing was done: other documents match by now, or some are gone.').waitFor();
    await link('Document 6: rye bread at home').waitFor({ state: 'detached' });
    under.expectQuiet(/409/);
  });
});

test('library: an account without documents is told how to begin', async () => {
  const other = await under.account();
  page = await under.open({ account: other, path: '/app/library' });
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'library-empty');
  await page.getByRole('link', { name: 'Add documents' }).click();
  await page.getByRole('heading', { name: 'Add documents' }).waitFor();
  under.expectQuiet();
});
