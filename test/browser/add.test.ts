/** Adding documents and watching them: files, folders, texts, addresses, refusals, lost connections. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

let under: ConsoleUnderTest;
let keeper: Account;
let folder: string;
let page: Page;
beforeAll(async () => {
  under = await startConsole();
  folder = await mkdtemp(join(tmpdir(), 'pharos-add-'));
});
afterAll(async () => {
  await under?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  keeper = await under.account();
  page = await under.open({ account: keeper, path: '/app/add' });
  await page.getByRole('heading', { name: 'Add documents' }).waitFor();
});

/** Files of different content: one that is sent twice is the same document. */
let made = 0;
async function file(name: string, content?: string | Buffer): Promise<string> {
  made += 1;
  const path = join(folder, name);
  await writeFile(
    path,
    content ?? `# Of lamp ${made}\n\nThe glass of lamp ${made} is to be cleaned every morning, and again at midnight.`,
  );
  return path;
}
const choose = (paths: readonly string[]) => page.getByLabel('Files', { exact: true }).setInputFiles([...paths]);
const row = (name: string) => page.getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) });
const isReady = (name: string) =>
  row(name)
    .getByRole('link', { name: `Open ${name}` })
    .waitFor({ timeout: 60_000 });
const shown = (kind: string) => page.getByRole('group', { name: 'Show' }).getByRole('button', { name: kind });

describe('add', () => {
  test('add: chosen files go through five stages, are announced once, and open as documents', async () => {
    const announced = await page.evaluateHandle(() => {
      const said: string[] = [];
      const region = document.querySelector('[aria-live=polite]');
      if (region)
        new MutationObserver(() => said.push(region.textContent)).observe(region, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      return said;
    });
    await choose([await file('one.md'), await file('two.md')]);
    await isReady('one.md');
    await isReady('two.md');
    const stages = row('one.md').getByRole('list', { name: 'Stages' }).getByRole('listitem');
    expect(await stages.evaluateAll((all) => all.map(({ dataset }) => dataset.state))).toEqual(Array(5).fill('done'));
    expect(await stages.first().textContent()).toContain('Ingestion: done');
    const said = async () =>
      (await announced.jsonValue())
        .join(' ')
        .match(/\S+ is ready\./g)
        ?.sort();
    await expect.poll(said).toEqual(['one.md is ready.', 'two.md is ready.']);
    await expectAccessible(page);
    await shoot(page, 'add-ready');
    const { resources } = await keeper.client.get('/resources');
    expect(resources.map(({ filename }) => filename).sort()).toEqual(['one.md', 'two.md']);
    expect(await row('one.md').getByRole('link', { name: 'Open' }).getAttribute('href')).toMatch(
      /^\/app\/documents\/[0-9a-f-]+$/,
    );
    await page.getByRole('button', { name: 'Clear the ready ones' }).click();
    await page.getByText('Cleared 2 documents from this list.').waitFor();
    expect(await shown('All').textContent()).toBe('All 0');
    await page.getByRole('button', { name: 'Undo' }).click();
    await isReady('one.md');
    under.expectQuiet();
  });

  test('add: a folder is taken with the folders inside of it, without hidden files; dropped files are taken too', async () => {
    const root = join(folder, 'papers');
    await mkdir(join(root, 'deep/deeper'), { recursive: true });
    await writeFile(join(root, 'first.txt'), 'The first paper is about glass.');
    await writeFile(join(root, 'deep/deeper/second.txt'), 'The second paper is about oil.');
    await writeFile(join(root, '.hidden'), 'not to be sent');
    await page.getByLabel('Folder', { exact: true }).setInputFiles(root);
    await isReady('first.txt');
    await isReady('second.txt');
    await page.locator('.drop').evaluate((zone) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['Dropped words about the wick.'], 'dropped.txt', { type: 'text/plain' }));
      for (const type of ['dragover', 'drop'])
        zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    });
    await isReady('dropped.txt');
    expect(await shown('All').textContent()).toBe('All 3');
    under.expectQuiet();
  });

  test('add: pasted addresses are a document each and a text is one; what fails says why and can be tried again', async () => {
    const field = page.getByLabel('Paste text or addresses');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Paste an address or a text first.').waitFor();
    await field.fill('http://127.0.0.1:9/one\nhttp://127.0.0.1:9/two\n');
    await page.getByText('2 addresses').waitFor();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await field.fill('The keeper enters the lantern each morning.\nSee http://127.0.0.1:9/ for more.');
    await page.getByText('Text, 11 words').waitFor();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await isReady('The keeper enters the lantern each morning.');
    await row('http://127.0.0.1:9/one').getByText('Needs you').waitFor({ timeout: 60_000 });
    await row('http://127.0.0.1:9/two').getByText('Needs you').waitFor({ timeout: 60_000 });
    await shown('Needs you').click();
    expect(await page.locator('.job').count()).toBe(2);
    await expectAccessible(page);
    await shoot(page, 'add-failed');

    // Another page, as one that is loaded again, finds what failed, with its reason.
    page = await under.open({ account: keeper, path: '/app/add' });
    await page.getByRole('heading', { name: 'Add documents' }).waitFor();
    const fault = row('http://127.0.0.1:9/one').locator('.job__fault strong');
    await fault.waitFor();
    expect((await fault.textContent())?.length).toBeGreaterThan(10);
    await row('http://127.0.0.1:9/one').getByRole('button', { name: 'Try again' }).click();
    await fault.waitFor({ state: 'detached' });
    await fault.waitFor({ timeout: 60_000 });

    await row('http://127.0.0.1:9/two').getByRole('button', { name: 'Remove' }).click();
    await row('http://127.0.0.1:9/two').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row('http://127.0.0.1:9/two').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect
      .poll(async () => (await keeper.client.get('/resources', { params: { query: { status: 'failed' } } })).resources.length)
      .toBe(1);
    under.expectQuiet();
  });

  test('add: of thousands of addresses those without room stay in the field, and none that waits is lost', async () => {
    await page.route('**/resources', (route) => (route.request().method() === 'POST' ? undefined : route.continue()));
    const field = page.getByLabel('Paste text or addresses');
    const left = async () => (await field.inputValue()).split('\n').filter((line) => line !== '').length;
    const addresses = Array.from({ length: 6_000 }, (_, n) => `http://127.0.0.1:9/${n}`);
    // As one change: Chromium takes half a minute to type as many lines.
    await field.evaluate((area: HTMLTextAreaElement, text) => {
      area.value = text;
      area.dispatchEvent(new Event('input', { bubbles: true }));
    }, addresses.join('\n'));
    await page.getByText('6,000 addresses').waitFor();
    for (const [added, rest] of [
      [2_000, 4_000],
      [4_000, 2_000],
      [5_000, 1_000],
      [5_000, 1_000],
    ]) {
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expect.poll(left).toBe(rest);
      expect(await shown('All').textContent()).toBe(`All ${added}`);
    }
    expect((await field.inputValue()).split('\n')).toEqual(addresses.slice(5_000));
    await page.getByText('Nothing was added: 5,000 documents are in the queue.').waitFor();
    under.expectQuiet();
  });

  test('add: files that no server takes and files that this one refuses say so in words', async () => {
    await choose([
      await file('empty.txt', ''),
      await file('program.exe', Buffer.from([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0xff, 0xff, 0, 0, 0xb8])),
    ]);
    await row('empty.txt').getByText('This file is empty.').waitFor();
    expect(await row('empty.txt').getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await row('program.exe').locator('.job__fault strong').waitFor();
    expect(await row('program.exe').locator('.job__fault').textContent()).not.toMatch(/\d{3}|undefined|unsupported_|file:/);
    expect(await row('program.exe').getByRole('button', { name: 'Try again' }).count()).toBe(0);
    expect(await row('program.exe').getByRole('list', { name: 'Stages' }).textContent()).not.toContain('waits');
    await row('program.exe').getByRole('button', { name: 'Remove' }).click();
    await row('program.exe').waitFor({ state: 'detached' });
    under.expectQuiet(/415/);
  });
});

describe('queue', () => {
  /** Uploads wait until the test lets them go. */
  async function holdUploads() {
    const held: Route[] = [];
    await page.route('**/resources/upload', (route) => void held.push(route));
    return held;
  }

  test('queue: three files are sent at once; one that is cancelled is not stored; the others go on when another screen is open', async () => {
    const held = await holdUploads();
    const names = ['a.md', 'b.md', 'c.md', 'd.md', 'e.md'];
    await choose(await Promise.all(names.map((name) => file(name))));
    await expect.poll(() => held.length).toBe(3);
    await page.getByText('to be sent').first().waitFor();
    expect(await page.getByText('to be sent').count()).toBe(2);
    await page.getByRole('link', { name: /Add.*5 in work/ }).waitFor();
    await shoot(page, 'add-sending');
    await row('a.md').getByRole('button', { name: 'Cancel a.md' }).click();
    await row('a.md').waitFor({ state: 'detached' });
    // Its place is free: the next one is sent.
    await expect.poll(() => held.length).toBe(4);

    await page.getByRole('link', { name: 'Library' }).click();
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await page.unroute('**/resources/upload');
    for (const route of held) await route.continue().catch(() => undefined);
    await page.getByRole('link', { name: /^Add/ }).first().click();
    for (const name of names.slice(1)) await isReady(name);
    expect(await row('a.md').count()).toBe(0);
    const { resources } = await keeper.client.get('/resources');
    expect(resources.map(({ filename }) => filename).sort()).toEqual(names.slice(1));
    under.expectQuiet();
  });

  test('queue: a server that takes no more for a while holds the queue, and says for how long', async () => {
    const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '300' };
    const body = JSON.stringify({ type: 'about:blank', title: 'Too Many Requests', status: 429, detail: 'Too many requests' });
    await page.route('**/resources/upload', (route) => route.fulfill({ status: 429, headers, body }));
    await choose([await file('held.md')]);
    await row('held.md')
      .getByText(/goes on in \d+ s/)
      .waitFor();
    expect(await row('held.md').getByText('Needs you').count()).toBe(0);
    await row('held.md').getByRole('button', { name: 'Cancel held.md' }).click();
    await row('held.md').waitFor({ state: 'detached' });
    under.expectQuiet(/429/);
  });

  test('queue: a file that was moved meanwhile is refused in words, and those behind it are sent', async () => {
    const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '2' };
    const body = JSON.stringify({ type: 'about:blank', title: 'Too Many Requests', status: 429, detail: 'Too many requests' });
    await page.route('**/resources/upload', (route) => route.fulfill({ status: 429, headers, body }));
    const moved = await file('moved.md');
    await choose([moved, await file('behind.md')]);
    await row('moved.md')
      .getByText(/goes on in \d+ s/)
      .waitFor();
    await rm(moved);
    await page.unroute('**/resources/upload');
    await row('moved.md').getByText('This file was moved or changed.').waitFor();
    expect(await row('moved.md').getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await isReady('behind.md');
    under.expectQuiet(/429|ERR_/);
  });

  test('queue: a log-out asks first while a document is unsent', async () => {
    const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '300' };
    const body = JSON.stringify({ type: 'about:blank', title: 'Too Many Requests', status: 429, detail: 'Too many requests' });
    await page.route('**/resources/upload', (route) => route.fulfill({ status: 429, headers, body }));
    await choose([await file('unsent.md')]);
    await row('unsent.md')
      .getByText(/goes on in \d+ s/)
      .waitFor();
    await page.getByRole('link', { name: 'Account' }).first().click();
    const logOut = page.getByRole('button', { name: 'Log out', exact: true });
    const question = page.getByRole('dialog', { name: 'Log out with documents unsent?' });
    await logOut.click();
    await question.getByText('1 document has not been sent').waitFor();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Stay' }).click();
    await question.waitFor({ state: 'detached' });
    await logOut.click();
    await question.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/app\/login/);
    // The browser does not ask a second time.
    under.expectQuiet(/429/);
  });

  test('queue: while the server is away progress is grey and its time not known; afterwards every document gets ready', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `away-${n}.md`);
    const long = 'The clockwork that turns the lens shall be oiled weekly. '.repeat(400);
    await choose(await Promise.all(names.map((name, n) => file(name, `# Away ${n}\n\n${long} ${n}`))));
    await expect
      .poll(async () => (await keeper.client.get('/resources')).resources.length, { timeout: 30_000 })
      .toBe(names.length);
    await under.stopServer();
    await page.getByText('Connection lost.').first().waitFor();
    await shoot(page, 'add-reconnecting');
    const open = page.locator('.job').filter({ hasNot: page.getByRole('link', { name: 'Open' }) });
    expect(await open.getByText('not known').count()).toBe(await open.count());
    expect(await page.locator('.stage[data-state=active]').count()).toBe(0);
    await under.startServer();
    for (const name of names) await isReady(name);
    expect(await shown('Ready').textContent()).toBe('Ready 12');
    under.expectQuiet(/ERR_|502|503/);
  });
});
