/** Accounts in the console: the first one, registration, one login for many tabs, the account screen. */
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

const PASSWORD = 'a long phrase for the light';

let pharos: ConsoleUnderTest;
beforeAll(async () => {
  pharos = await startConsole();
});
afterAll(() => pharos?.close());
/** Refusals that a test asks for; the browser logs each of them. */
afterEach(() => pharos.expectQuiet(/status of 4\d\d/));

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const pathOf = (page: Page) => new URL(page.url()).pathname;
const inside = (page: Page) => page.getByRole('navigation', { name: 'Main' }).waitFor();
const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function register(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@example.org`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await inside(page);
}

test('first run: / leads to the first account, which is logged in and becomes admin', async () => {
  const page = await pharos.open({ path: '/' });
  await heading(page, 'Create the first account');
  await expectAccessible(page);
  await shoot(page, 'welcome');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByText('Enter a username.').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('username');
  await page.getByLabel('Username').fill('keeper');
  await page.getByLabel('E-mail').fill('keeper@example.org');
  await page.getByLabel('Password').fill('short');
  await page.getByText('Too short: 8 characters at least.').waitFor();
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByText('This password must have at least 8 characters.').waitFor();
  await expectAccessible(page);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await inside(page);
  await page.goto(`${pharos.url}/app/account`);
  await page.getByText('keeper · keeper@example.org · admin').waitFor();
});

test('register: a taken name is said under its field, and another one is logged in', async () => {
  const page = await pharos.open({ path: '/app/login' });
  await page.getByRole('link', { name: 'Create one' }).click();
  await heading(page, 'Create an account');
  await expectAccessible(page);
  await shoot(page, 'register');
  await page.getByLabel('Username').fill('keeper');
  await page.getByLabel('E-mail').fill('another@example.org');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByText('This username is already taken.').waitFor();
  expect(await page.getByLabel('Username').getAttribute('aria-invalid')).toBe('true');
  await register(page, 'ada');
});

test('session: no script can read the cookie, and no storage holds a token', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'pharos_session', httpOnly: true, sameSite: 'Strict', path: '/' });
  const seen = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
  expect(seen).not.toMatch(/pr1\.|eyJ/);
});

test('tabs: a login in one tab logs in another, and a logout in one logs out all', async () => {
  const account = await pharos.account();
  const first = await pharos.open({ path: '/app/login?next=/app/account' });
  const second = await pharos.open({ path: '/app/login?next=/app/account', beside: first });
  await heading(second, 'Log in');
  await first.getByLabel('Username').fill(account.username);
  await first.getByLabel('Password').fill(account.password);
  await first.getByRole('button', { name: 'Log in' }).click();
  await heading(first, 'Account');
  await heading(second, 'Account');
  const third = await pharos.open({ path: '/app/account', beside: first });
  await heading(third, 'Account');
  await second.getByRole('button', { name: 'Log out' }).click();
  for (const tab of [first, second, third]) await heading(tab, 'Log in');
  expect(await first.context().cookies()).toEqual([]);
});

test('tabs: two that log in at once both go on', async () => {
  const account = await pharos.account();
  const first = await pharos.open({ path: '/app/login?next=/app/account' });
  const second = await pharos.open({ path: '/app/login?next=/app/account', beside: first });
  const tabs = [first, second];
  for (const tab of tabs) {
    await tab.getByLabel('Username').fill(account.username);
    await tab.getByLabel('Password').fill(account.password);
  }
  await Promise.all(tabs.map((tab) => tab.keyboard.press('Enter')));
  for (const tab of tabs) await heading(tab, 'Account');
  await first.reload();
  await heading(first, 'Account');
});

test('tabs: an account that another tab logged in replaces the one that is shown', async () => {
  const [one, two] = [await pharos.account(), await pharos.account()];
  const first = await pharos.open({ account: one, path: '/app/account' });
  await first.getByText(`${one.username} · `).waitFor();
  // A login of the same browser, as from a page that was open before.
  const second = await pharos.open({ path: '/app/account', beside: first });
  await second.evaluate(
    async ({ username, password }) => {
      const body = JSON.stringify({ username, password, cookie: true });
      await fetch('/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
      new BroadcastChannel('pharos-session').postMessage({ began: 'another' });
    },
    { username: two.username, password: two.password },
  );
  await first.getByText(`${two.username} · `).waitFor();
});

test('session: one that ended elsewhere leads to the login, and back', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  await heading(page, 'Account');
  await account.client.delete('/auth/sessions');
  await page.reload();
  await heading(page, 'Log in');
  expect(page.url()).toContain('next=%2Fapp%2Faccount');
  await page.getByLabel('Username').fill(account.username);
  await page.getByLabel('Password').fill(account.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Account');
});

test('keys: one is made, shown once, works and is revoked at once', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const keys = part(page, 'API keys');
  await keys.getByText('No key yet.').waitFor();
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await keys.getByText('Give the key a name').waitFor();
  await keys.getByLabel('Name of a new key').fill('nightly-import');
  await keys.getByLabel('It may').selectOption('all');
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await keys.getByText('Copy this key now.').waitFor();
  const key = (await keys.locator('.copyline code').textContent()) ?? '';
  const status = async () => (await fetch(`${pharos.url}/auth/me`, { headers: { 'X-API-Key': key } })).status;
  expect(await status()).toBe(200);
  await expectAccessible(page);
  await shoot(page, 'account');
  await keys.getByRole('button', { name: 'I have stored it' }).click();
  await keys.getByText('Searches, reads, adds, deletes · made just now').waitFor();
  expect(await page.content()).not.toContain(key);
  const isRead = (route: Route) => route.request().method() === 'GET';
  await page.route('**/auth/api-keys', (route) => (isRead(route) ? route.fulfill({ status: 500, body: '' }) : route.continue()));
  await keys.getByRole('button', { name: 'Revoke nightly-import' }).click();
  await page.getByText('Revoked the key nightly-import.').waitFor();
  await keys.getByText('Not loaded again: the server did not answer. What is shown may be old.').waitFor();
  await page.unroute('**/auth/api-keys');
  await keys.getByRole('button', { name: 'Try again' }).click();
  await keys.getByText('No key yet.').waitFor();
  pharos.expectQuiet(/500/);
  expect(await status()).toBe(403);
});

test('sessions: another browser is listed and ended', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  await part(page, 'Sessions').getByText('Chrome on Linux').waitFor();
  const other = await pharos.open({ account, path: '/app/account' });
  await page.reload();
  const sessions = part(page, 'Sessions');
  await sessions.getByRole('button', { name: 'End all others' }).click();
  await page.getByText(/^Ended \d+ other sessions?\.$/).waitFor();
  await sessions.getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
  await other.reload();
  await heading(other, 'Log in');
});

test('profile: a new name is shown at once, and a taken one is said under its field', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const profile = part(page, 'Name and address');
  await profile.getByLabel('Username').fill('keeper');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.getByText('This username is already taken.').waitFor();
  await profile.getByLabel('Username').fill('lovelace');
  await profile.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`lovelace · ${account.email} · free`).waitFor();
});

test('password: changed with the present one, and the new one logs in', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const ways = part(page, 'Ways to log in');
  await ways.getByRole('button', { name: 'Change Password' }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('current_password');
  await page.keyboard.type('not this one');
  await ways.getByLabel('New password').fill('another phrase for the light');
  await ways.getByRole('button', { name: 'Set the password' }).click();
  await ways.getByRole('alert').waitFor();
  await ways.getByLabel('Present password').fill(account.password);
  await ways.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Change Password');
  const again = await pharos.open({ account: { ...account, password: 'another phrase for the light' }, path: '/app/account' });
  await heading(again, 'Account');
});

/** As the server answers when the login is more than 15 minutes ago. */
const refuse = (route: Route) =>
  route.fulfill({
    status: 401,
    contentType: 'application/problem+json',
    headers: { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", max_age=900' },
    body: JSON.stringify({
      type: 'urn:pharos:error:insufficient_user_authentication',
      title: 'Not recent',
      status: 401,
      detail: 'This needs a recent login',
    }),
  });

/** Refuses what is sent with a method until a password was confirmed, and says how often it was sent. */
async function needsConfirmation(page: Page, address: string, method: string) {
  const sent = { count: 0 };
  let isConfirmed = false;
  page.on('response', (response) => {
    if (response.url().endsWith('/auth/confirm') && response.ok()) isConfirmed = true;
  });
  await page.route(address, async (route) => {
    if (route.request().method() !== method) return await route.continue();
    sent.count += 1;
    if (isConfirmed) await route.continue();
    else await refuse(route);
  });
  return sent;
}

test('confirmation: the question goes with its screen, and its action is not done on another one', async () => {
  const page = await pharos.open({ account: await pharos.account(), path: '/app/connect' });
  await inside(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click();
  const keys = part(page, 'API keys');
  await keys.getByLabel('Name of a new key').fill('abandoned');
  const sent = await needsConfirmation(page, '**/auth/api-keys', 'POST');
  await keys.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Connect' }).waitFor();
  await dialog.waitFor({ state: 'detached' });
  expect(sent.count).toBe(1);
});

test('confirmation: two changes that wait for the password both go on', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const [keys, profile] = [part(page, 'API keys'), part(page, 'Name and address')];
  await needsConfirmation(page, '**/auth/api-keys', 'POST');
  await needsConfirmation(page, '**/auth/me', 'PATCH');
  await keys.getByLabel('Name of a new key').fill('both');
  await profile.getByLabel('Username').fill('both');
  // Both are sent before either is refused.
  await page.evaluate(() => {
    for (const form of document.querySelectorAll('form')) {
      const names = [...form.querySelectorAll('input')].map(({ value }) => value);
      if (names.includes('both')) form.requestSubmit();
    }
  });
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.waitFor();
  await dialog.getByLabel('Password').fill(account.password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await keys.getByText('Copy this key now.').waitFor();
  await page.getByText(`both · ${account.email} · free`).waitFor();
});

test('confirmation: a change long after the login asks for the password, and goes on', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const keys = part(page, 'API keys');
  await keys.getByLabel('Name of a new key').fill('late');
  let refusals = 0;
  await page.route('**/auth/api-keys', async (route) => {
    if (route.request().method() !== 'POST' || refusals > 0) return await route.continue();
    refusals += 1;
    await refuse(route);
  });
  await keys.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.waitFor();
  await expectAccessible(page);
  await shoot(page, 'confirm');
  await dialog.getByLabel('Password').fill('not this one');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByText('The password is wrong.').waitFor();
  await dialog.getByLabel('Password').fill(account.password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await keys.getByText('Copy this key now.').waitFor();
});

test('deletion: asks for the name, deletes the account, and its login is refused', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  await page.getByRole('button', { name: 'Delete my account…' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete the account ${account.username}?` });
  await dialog.waitFor();
  await expectAccessible(page);
  await shoot(page, 'delete-account');
  const remove = dialog.getByRole('button', { name: 'Delete everything' });
  expect(await remove.isDisabled()).toBe(true);
  await dialog.getByLabel(`Type ${account.username} to confirm`).fill(account.username);
  await remove.click();
  await heading(page, 'Log in');
  await page.getByLabel('Username').fill(account.username);
  await page.getByLabel('Password').fill(account.password);
  await page.keyboard.press('Enter');
  await page.getByText('Username or password is wrong.').waitFor();
  expect(pathOf(page)).toBe('/app/login');
});
