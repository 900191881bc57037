/** The frame around every screen: login, addresses, theme, the lost connection. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
});
afterAll(() => console_?.close());

test('login: a visitor is led to the login, and back to the address that was asked for', async () => {
  const page = await console_.open({ path: '/app/nowhere?q=1' });
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('username');
  await expectAccessible(page);
  await shoot(page, 'login');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Enter your password.').waitFor();
  await expectAccessible(page);
  await shoot(page, 'login-missing');
  await page.getByLabel('Username').fill(keeper.username);
  await page.getByLabel('Password').fill('not this one');
  await page.keyboard.press('Enter');
  await page.getByText('Username or password is wrong.').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password');
  await page.getByLabel('Password').fill(keeper.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/app/nowhere?q=1');
  await expectAccessible(page);
  await shoot(page, 'not-found');
  console_.expectQuiet(/401/);
});

test('theme: the button switches it, and it outlasts the page', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: 'Theme' }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.locator('h1').waitFor();
  expect(await background()).toBe(dark);
  console_.expectQuiet();
});

test('palette: Ctrl K opens it, typing narrows it, Enter goes there, Escape gives the focus back', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  const theme = page.getByRole('button', { name: 'Theme' });
  await theme.focus();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Go to a page or do something' });
  await field.waitFor();
  await expectAccessible(page);
  await shoot(page, 'palette');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await expect.poll(() => theme.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Control+k');
  await field.fill('add doc');
  expect(await page.getByRole('option').first().getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Add documents' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await page.keyboard.press('Control+k');
  await field.fill('log out');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  console_.expectQuiet();
});

test('palette: a log-out that fails is told, and can be tried again', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  const logOut = async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to a page or do something' }).fill('log out');
    await page.keyboard.press('Enter');
  };
  await page.route('**/auth/logout', (route) => route.abort());
  await logOut();
  await page.getByText('Not logged out: the server did not answer.').waitFor();
  await page.unroute('**/auth/logout');
  await logOut();
  await page.waitForURL(/\/app\/login/);
  console_.expectQuiet(/ERR_FAILED/);
});

test('keyboard: ? lists the keys, g a goes to Add, and keys of one letter can be turned off', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  await help.waitFor();
  await expectAccessible(page);
  await shoot(page, 'keyboard');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Add documents' }).waitFor();
  await page.keyboard.press('?');
  await help.getByRole('checkbox').click();
  await help.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('?');
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to a page or do something' }).waitFor();
  expect([await help.count(), new URL(page.url()).pathname]).toEqual([0, '/app/add']);
  console_.expectQuiet();
});

test('connection: a screen that is first opened while the browser is offline says so in the frame, and comes when it is back', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  await page.locator('h1').waitFor();
  await page.context().setOffline(true);
  const library = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Library' });
  await library.click();
  await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'not-loaded');
  await library.click();
  expect(await page.getByText('You are offline.').count()).toBeGreaterThan(0);
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  console_.expectQuiet(/Failed to load resource/);
});

test('limit: while the account has no requests left a banner says for how long, and what waits goes on', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  await page.locator('h1').waitFor();
  let refused = 0;
  await page.route(/\/resources\?/, async (route) => {
    if (refused > 0) return await route.continue();
    refused += 1;
    await route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      headers: { 'Retry-After': '3', 'X-RateLimit-Remaining': '0', 'X-Request-Id': 'one' },
      body: JSON.stringify({ type: 'urn:pharos:error:rate_limited', status: 429, detail: 'Too many requests' }),
    });
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Library' }).click();
  await page.getByText('Many requests in one minute.').first().waitFor();
  await expectAccessible(page);
  await shoot(page, 'limited');
  await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
  await page.getByText('Many requests in one minute.').first().waitFor({ state: 'detached' });
  console_.expectQuiet(/429/);
});

test('connection: while the server is away a banner says so, and goes when it is back', async () => {
  const page = await console_.open({ account: keeper, path: '/app/nowhere' });
  await page.getByRole('heading').waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').first().waitFor();
  await expectAccessible(page);
  await shoot(page, 'offline');
  await page.context().setOffline(false);
  await page.getByText('Connected again. Nothing was lost.').waitFor();
  await page.getByText('You are offline.').first().waitFor({ state: 'detached' });
  console_.expectQuiet(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|502/);
});
