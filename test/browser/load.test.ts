/** The first load: what is asked for at once, what nothing waits for, and that nothing moves while answers come one by one. */
import type { Locator, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';
import { addDocument, DOCUMENTS } from './support/documents.ts';
import { watchShifts } from './support/shifts.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
let newcomer: Account;
let longest: string;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
  newcomer = await console_.account('newcomer');
  const ids = [];
  for (const document of DOCUMENTS) ids.push(await addDocument(keeper, document));
  longest = ids[0] ?? '';
  await console_.makeAdmin(keeper);
});
afterAll(() => console_?.close());

/** A second tab of a browser that is logged in. `release` lets it have the console's largest file. */
async function openHeld(account: Account) {
  const first = await console_.open({ account });
  const page = await first.context().newPage();
  const asked: string[] = [];
  page.on('request', (request: Request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/assets/console/base-*.js', async (route) => {
    await released;
    await route.continue();
  });
  return { first, page, asked, release };
}

test('first load: the session and the modules of the screen are asked for before the rest of the console has arrived', async () => {
  const { page, asked, release } = await openHeld(keeper);
  await page.goto(`${console_.url}/app/library`, { waitUntil: 'commit' });
  const paths = () => asked.map((request) => request.replace(/-[\w-]{8}\.js$/, ''));
  await expect.poll(paths).toEqual(expect.arrayContaining(['POST /auth/refresh', 'GET /assets/console/library-screen']));
  expect(await page.locator('main').count()).toBe(0);
  release();
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  await page.getByRole('link', { name: 'Sourdough with rye' }).waitFor();
  expect(asked.filter((request) => request.includes('/auth/'))).toEqual(['POST /auth/refresh']);
  console_.expectQuiet();
});

test('first load: the page of a visitor asks for no session, and the login comes without a file of its own', async () => {
  const page = await console_.open();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  const asked: string[] = [];
  page.on('request', (request) =>
    asked.push(`${request.method()} ${new URL(request.url()).pathname.replace(/-[\w-]{8}\./, '.')}`),
  );
  await page.goto(`${console_.url}/app/login`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(asked.filter((request) => /\/auth\/refresh|screen/.test(request))).toEqual([]);
  console_.expectQuiet();
});

test('first load: a login as another account in another tab, while the page is on its way, is that of the page', async () => {
  const { first, page, asked, release } = await openHeld(keeper);
  await page.goto(`${console_.url}/app/account`, { waitUntil: 'commit' });
  await expect.poll(() => asked).toContain('POST /auth/refresh');
  await logOut(first);
  await first.getByLabel('Username').fill(newcomer.username);
  await first.getByLabel('Password').fill(newcomer.password);
  await first.keyboard.press('Enter');
  await first.getByRole('navigation', { name: 'Main' }).waitFor();
  release();
  await page.getByText(`${newcomer.username} · `).waitFor();
  expect(asked.filter((request) => request === 'POST /auth/refresh')).toHaveLength(2);
  console_.expectQuiet();
});

test('first load: a log-out in another tab, while the page is on its way, leads it to the login', async () => {
  const { first, page, asked, release } = await openHeld(keeper);
  await page.goto(`${console_.url}/app/account`, { waitUntil: 'commit' });
  await expect.poll(() => asked).toContain('POST /auth/refresh');
  await logOut(first);
  release();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  console_.expectQuiet();
});

async function logOut(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to a page or do something' }).fill('log out');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
}

/** Milliseconds until an answer comes, so that each comes in a frame of its own. The order is that of a slow line. */
const DELAYS: readonly (readonly [path: RegExp, delay: number])[] = [
  [/\/taxonomy$/, 900],
  [/facets=true/, 600],
  [/\/auth\/refresh$/, 0],
  [/\/auth\//, 500],
  [/\/(?:resources|search|admin|monitoring|health)/, 300],
];

/** `there`: is shown last. */
const SCREENS: readonly { path: string; who: 'keeper' | 'newcomer' | 'a visitor'; there: (page: Page) => Locator }[] = [
  { path: '/app/login', who: 'a visitor', there: (page) => page.getByRole('link', { name: 'Create one' }) },
  { path: '/app/search', who: 'keeper', there: (page) => page.getByRole('heading', { name: 'Added last' }) },
  { path: '/app/search', who: 'newcomer', there: (page) => page.getByRole('heading', { name: 'Nothing to search yet' }) },
  { path: '/app/library', who: 'keeper', there: (page) => page.getByRole('link', { name: 'Sourdough with rye' }) },
  { path: '/app/library', who: 'newcomer', there: (page) => page.getByRole('heading', { name: 'Nothing here yet' }) },
  { path: '/app/search?q=lamp+glass', who: 'keeper', there: (page) => page.locator('.hit').first() },
  { path: '/app/documents/ID', who: 'keeper', there: (page) => page.getByRole('complementary', { name: 'About this document' }) },
  { path: '/app/account', who: 'keeper', there: (page) => page.getByRole('region', { name: 'API keys', exact: true }) },
  { path: '/app/admin', who: 'keeper', there: (page) => page.getByRole('region', { name: 'Users', exact: true }) },
  { path: '/app/connect', who: 'keeper', there: (page) => page.getByRole('heading', { level: 1 }) },
  { path: '/docs', who: 'a visitor', there: (page) => page.getByRole('heading', { name: 'Resources', level: 2 }) },
  { path: '/app/add', who: 'keeper', there: (page) => page.getByRole('heading', { name: 'Add documents' }) },
];

test.each(SCREENS)('layout: nothing moves while answers come to $path, as $who sees it', async ({ path, who, there }) => {
  for (const width of [390, 1440]) {
    const account = { keeper, newcomer, 'a visitor': undefined }[who];
    const page = await console_.open({ ...(account ? { account } : {}), width });
    const shifts = await watchShifts(page);
    await delayAnswers(page);
    await page.goto(console_.url + path.replace('ID', longest));
    await there(page).waitFor();
    await page.waitForLoadState('networkidle');
    expect([width, await shifts()]).toEqual([width, []]);
    await page.close();
  }
  console_.expectQuiet();
});

async function delayAnswers(page: Page): Promise<void> {
  // What people are made to wait for at most (api/in-time.ts) may be over sooner on a busy machine than the answers are there.
  await page.addInitScript(() => {
    const original = globalThis.setTimeout;
    const patient = (run: TimerHandler, ms?: number, ...given: unknown[]) => original(run, ms === 2_500 ? 60_000 : ms, ...given);
    Object.assign(globalThis, { setTimeout: patient });
  });
  await page.route(/^https?:\/\/[^/]+\/(?!app\/|assets\/|docs$)/, async (route) => {
    const url = route.request().url();
    const delay = DELAYS.find(([path]) => path.test(url))?.[1] ?? 100;
    await new Promise((resolve) => setTimeout(resolve, delay));
    await route.continue().catch(() => undefined);
  });
}
