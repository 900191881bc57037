import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'm'.repeat(32);
let app: TestApp;
afterEach(() => app.close());

test('GET /admin/statistics: counts the requests of the app, and is for admins', async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
  const headers = await app.login('ada');
  await app.request('/resources', { headers });
  await app.request('/monitoring/health');
  expect((await app.request('/admin/statistics', { headers })).status).toBe(403);
  await app.services.statistics.write();
  const response = await app.request('/admin/statistics', { headers: { 'X-API-Key': MASTER } });
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { minutes } = (await response.json()) as { minutes: { requests: number; client_errors: number }[] };
  // Registration, login, the list, and the refusal.
  expect(minutes).toMatchObject([{ requests: 4, client_errors: 1, server_errors: 0 }]);
  for (const query of ['limit=0', 'limit=1441', 'before=yesterday'])
    expect((await app.request(`/admin/statistics?${query}`, { headers: { 'X-API-Key': MASTER } })).status).toBe(422);
});
