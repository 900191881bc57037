/** A login at an OpenID provider, and the consent to an app, in the console's browser. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startOpenIdServer } from '../support/fakes/identity-providers.ts';
import { exchange, newRequest, registerApp } from '../support/kits/oauth-client.ts';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type ConsoleUnderTest, startConsole } from './support/console.ts';

let provider: Awaited<ReturnType<typeof startOpenIdServer>>;
let pharos: ConsoleUnderTest;
beforeAll(async () => {
  provider = await startOpenIdServer();
  provider.says({ sub: 'p-1', email: 'ada@example.org', email_verified: true, name: 'Ada' });
  const OIDC_CLIENT_SECRET = 'the-secret-of-this-client-0123';
  pharos = await startConsole({ env: { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: 'pharos', OIDC_CLIENT_SECRET } });
});
afterAll(async () => {
  await pharos?.close();
  await provider?.stop();
});
/** The person leaves for the provider and for the app: those are the requests to other servers. */
afterEach(() => pharos.expectQuiet(/status of 4\d\d|request: (?:http:\/\/127\.0\.0\.1|https:\/\/app\.example\.org)/));

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('provider: a login through OpenID ends where the person was going, with the session in the cookie', async () => {
  await pharos.account('keeper');
  const page = await pharos.open({ path: '/app/account' });
  await heading(page, 'Log in');
  await expectAccessible(page);
  await shoot(page, 'login-providers');
  // The provider of the test logs everybody in at once.
  await page.getByRole('link', { name: 'Continue with OpenID' }).click();
  await heading(page, 'Account');
  expect(page.url()).toBe(`${pharos.url}/app/account`);
  await page.getByRole('region', { name: 'Ways to log in' }).getByText('Not set. Reset it by mail to have one.').waitFor();
  const names = (await page.context().cookies()).map(({ name }) => name);
  expect(names).toContain('pharos_session');
});

test('provider: a login that the person cancelled is told on the login page', async () => {
  const page = await pharos.open({ path: '/app/login' });
  const state = await page.evaluate(async () => {
    const response = await fetch('/auth/oidc?return_to=/app/login', { headers: { Accept: 'application/json' } });
    return ((await response.json()) as { state: string }).state;
  });
  await page.goto(`${pharos.url}/auth/oidc/callback?${new URLSearchParams({ error: 'access_denied', state })}`);
  await page.getByText('The login was cancelled. Nothing was changed.').waitFor();
  expect(page.url()).toBe(`${pharos.url}/app/login`);
  await expectAccessible(page);
});

test('consent: with a session in this browser the person is asked at once, and stays logged in', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ account, path: '/app/account' });
  await heading(page, 'Account');
  const send = (path: string, init?: RequestInit) => fetch(pharos.url + path, init);
  const app = await registerApp(send, 'https://app.example.org/callback', 'An assistant');
  const { parameters, verifier } = newRequest(app);
  await page.route('https://app.example.org/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>The app</h1>' }),
  );
  await page.goto(`${pharos.url}/oauth/authorize?${new URLSearchParams(parameters)}`);
  await page.getByText(`Logged in as ${account.username}.`).waitFor();
  expect(await page.getByLabel('Delete documents for ever').isChecked()).toBe(false);
  await expectAccessible(page);
  await shoot(page, 'consent');
  await page.getByRole('button', { name: 'Connect' }).click();
  await heading(page, 'The app');
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  expect((await exchange(send, app, code, verifier)).status).toBe(200);
  await page.goto(`${pharos.url}/app/account`);
  const apps = page.getByRole('region', { name: 'Connected apps' });
  await apps.locator('b', { hasText: 'An assistant' }).waitFor();
  await apps.getByRole('button', { name: 'Disconnect An assistant' }).click();
  await page.getByText('Disconnected An assistant.').waitFor();
  await apps.getByText('No app is connected.').waitFor();
});

test('consent: without a session the login is for the consent alone', async () => {
  const account = await pharos.account();
  const page = await pharos.open({ path: '/app/login' });
  const send = (path: string, init?: RequestInit) => fetch(pharos.url + path, init);
  const app = await registerApp(send, 'https://app.example.org/callback', 'Another assistant');
  await page.route('https://app.example.org/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>The app</h1>' }),
  );
  await page.goto(`${pharos.url}/oauth/authorize?${new URLSearchParams(newRequest(app).parameters)}`);
  await expectAccessible(page);
  await shoot(page, 'consent-login');
  await page.getByLabel('Username').fill(account.username);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Connect' }).click();
  await heading(page, 'The app');
  expect(await page.context().cookies(pharos.url)).toEqual([]);
});

test('not found: a browser gets a page with a way to the login', async () => {
  const page = await pharos.open({ path: '/resources' });
  await heading(page, 'There is no such page here');
  await expectAccessible(page);
  await shoot(page, 'not-found-page');
  await page.getByRole('link', { name: 'Log in' }).click();
  await heading(page, 'Log in');
});
