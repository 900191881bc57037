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

  const minutesBefore = async (before: string) => {
    const read = await app.request(`/admin/statistics?before=${encodeURIComponent(before)}`, {
      headers: { 'X-API-Key': MASTER },
    });
    return ((await read.json()) as { minutes: unknown[] }).minutes.length;
  };
  // An hour later in UTC, written with the offset of another place, and an hour earlier.
  const offsetTime = (ms: number) => new Date(app.clock.now() + ms + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
  expect(await minutesBefore(offsetTime(3_600_000))).toBe(1);
  expect(await minutesBefore(offsetTime(-3_600_000))).toBe(0);
});
