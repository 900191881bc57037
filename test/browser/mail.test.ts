/** Links that are mailed: a new password, and the proof of an address, from the request to the end. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../support/fakes/mail-server.ts';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

let mails: MailServer;
let pharos: ConsoleUnderTest;
beforeAll(async () => {
  mails = await startMailServer();
  pharos = await startConsole({ env: { SMTP_URL: mails.url } });
});
afterAll(async () => {
  await pharos?.close();
  await mails?.stop();
});
/** Refusals of the server are part of the flows. */
afterEach(() => pharos.expectQuiet(/status of 4\d\d/));

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const profile = (page: Page) => page.getByRole('region', { name: 'Name and address' });

/** The link of the newest mail to an address, once there are `count` of them. */
async function linkTo(address: string, path: 'reset' | 'verify', count = 1): Promise<string> {
  const links = () =>
    mails.received
      .filter(({ to }) => to.includes(address))
      .flatMap(({ text }) => text.match(/http:\/\/\S+#\S+/g) ?? [])
      .filter((link) => link.startsWith(`${pharos.url}/app/${path}#`));
  await expect.poll(() => links().length).toBe(count);
  return links().at(-1) ?? '';
}

async function askForLink(page: Page, email: string): Promise<void> {
  await heading(page, 'Reset the password');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await heading(page, 'Look into your mailbox');
}

test('reset: the link of the mail sets a new password once, and ends the sessions of before', async () => {
  const account = await pharos.account();
  const before = await pharos.open({ account, path: '/app/account' });
  await heading(before, 'Account');
  const page = await pharos.open({ path: '/app/login' });
  await page.getByRole('link', { name: 'Forgot it?' }).click();
  await page.getByRole('heading', { name: 'Reset the password' }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'reset');
  await askForLink(page, account.email);
  await expectAccessible(page);

  const link = await linkTo(account.email, 'reset');
  // In the tab in which it was asked for: the browser does not load the page anew.
  await page.goto(link);
  await heading(page, 'Choose a new password');
  // The secret does not stay where a screen or the history shows it.
  expect(page.url()).toBe(`${pharos.url}/app/reset`);
  await page.getByLabel('New password').fill('another phrase for the light');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await heading(page, 'Your new password is set');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Username').fill(account.username);
  await page.getByLabel('Password').fill('another phrase for the light');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  // The reset proved the address too.
  await page.goto(`${pharos.url}/app/account`);
  await profile(page).waitFor();
  expect(await page.getByText('This address is not confirmed yet.').count()).toBe(0);
  await before.reload();
  await heading(before, 'Log in');

  const again = await pharos.open({ path: link.slice(pharos.url.length) });
  await again.getByLabel('New password').fill('a third phrase for the light');
  await again.getByRole('button', { name: 'Set the password' }).click();
  await again.getByText('This link was used already, or has expired.').waitFor();
  await expectAccessible(again);
  await again.getByRole('button', { name: 'Send another link' }).click();
  await askForLink(again, account.email);
  await linkTo(account.email, 'reset', 2);
});

test('reset: an address without an account gets no mail, and the page says the same', async () => {
  const page = await pharos.open({ path: '/app/reset' });
  await askForLink(page, 'stranger@example.org');
  const account = await pharos.account();
  await page.goto(`${pharos.url}/app/reset`);
  await askForLink(page, account.email);
  await linkTo(account.email, 'reset');
  expect(mails.received.flatMap(({ to }) => to)).not.toContain('stranger@example.org');
});

test('verification: the link counts with the session of this browser, and elsewhere with the password', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  await profile(page).getByText('This address is not confirmed yet.').waitFor();
  await profile(page).getByRole('button', { name: 'Mail the link again' }).click();
  await page.getByText(`A link is on its way to ${account.email}.`).waitFor();
  const link = await linkTo(account.email, 'verify');

  const elsewhere = await pharos.open({ path: link.slice(pharos.url.length) });
  await heading(elsewhere, 'Confirm your e-mail address');
  expect(elsewhere.url()).toBe(`${pharos.url}/app/verify`);
  await elsewhere.getByLabel('Password').fill('not this one');
  await elsewhere.getByRole('button', { name: 'Confirm the address' }).click();
  await elsewhere.getByText(/password is wrong/i).waitFor();
  await expectAccessible(elsewhere);
  await shoot(elsewhere, 'verify');

  await page.goto(link);
  await heading(page, 'Your address is confirmed');
  await expectAccessible(page);
  await page.goto(`${pharos.url}/app/account`);
  await profile(page).waitFor();
  expect(await page.getByText('This address is not confirmed yet.').count()).toBe(0);

  await elsewhere.getByLabel('Password').fill(account.password);
  await elsewhere.getByRole('button', { name: 'Confirm the address' }).click();
  await elsewhere.getByText('Ask for another one under Account.').waitFor();
});

test('verification: a new address counts when its link was opened with the password, in any browser', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  const next = `new-${account.email}`;
  await profile(page).getByLabel('E-mail').fill(next);
  await profile(page).getByRole('button', { name: 'Save' }).click();
  await page.getByText(`Saved. Open the link that was mailed to ${next}.`).waitFor();
  const link = await linkTo(next, 'verify');
  expect((await account.client.get('/auth/me')).email).toBe(account.email);
  const elsewhere = await pharos.open({ path: link.slice(pharos.url.length) });
  await elsewhere.getByLabel('Password').fill(account.password);
  await elsewhere.getByRole('button', { name: 'Confirm the address' }).click();
  await heading(elsewhere, 'Your address is confirmed');
  expect(await account.client.get('/auth/me')).toMatchObject({ email: next, email_verified: true });
  // The owner is told at the former address.
  await expect.poll(() => mails.received.some(({ to, text }) => to.includes(account.email) && text.includes(next))).toBe(true);
});
