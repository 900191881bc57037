import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
afterEach(() => app.close());

const options = async () => {
  const response = await app.request('/auth/options');
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return response.json();
};

test('GET /auth/options: without credentials, says that registration is open, that mail can be sent, and that no account exists', async () => {
  app = await createTestApp();
  expect(await options()).toEqual({ registration: 'open', providers: [], mail: true, first_run: true });
});

test('GET /auth/options: lists the configured providers, and that registration is closed and there is no mail', async () => {
  app = await createTestApp({
    env: {
      REGISTRATION: 'closed',
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'secret',
      GITHUB_REDIRECT_URI: 'http://localhost:8000/auth/github/callback',
    },
    overrides: { mailer: null },
  });
  expect(await options()).toEqual({ registration: 'closed', providers: ['github'], mail: false, first_run: true });
});

test('GET /auth/options: it is a first run until an account exists; the user behind the master key is none', async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: 'm'.repeat(32) } });
  const asService = await app.request('/resources', { headers: { 'X-API-Key': 'm'.repeat(32) } });
  expect(asService.status).toBe(200);
  expect(await options()).toMatchObject({ first_run: true });
  await app.login();
  expect(await options()).toMatchObject({ first_run: false });
});
