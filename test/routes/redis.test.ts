/** The API on a Redis server that is killed, suspended and restarted during requests. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { openStore } from '../support/kits/store.ts';
import { startRedis } from '../support/servers/redis.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
let app: TestApp;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  redis.server.kill('SIGCONT');
  await app.services.kv.close();
  await app.close();
});

async function onRedis(env: Record<string, string> = {}) {
  const settings = { REDIS_URL: redis.url, ...env };
  app = await createTestApp({ env: settings, overrides: await openStore(settings) });
}

const sessions = (headers: Record<string, string>) => app.request('/auth/sessions', { headers });

test('Redis: two API processes share limits and revocations', async () => {
  await onRedis({ RATE_LIMIT_FREE_TIER: '5' });
  const first = app;
  const headers = await first.login('shared');
  const stores = await openStore({ REDIS_URL: redis.url });
  const second = await createTestApp({
    env: { REDIS_URL: redis.url, RATE_LIMIT_FREE_TIER: '5' },
    overrides: { ...stores, db: first.services.db },
  });
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await (i % 2 ? first : second).request('/auth/sessions', { headers })).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(5);
  const other = await first.login('other');
  expect((await first.request('/auth/logout', { method: 'POST', headers: other })).status).toBe(204);
  expect((await second.request('/auth/sessions', { headers: other })).status).toBe(401);
  await stores.kv.close();
  await second.close();
});

test('Redis: while it hangs no request fails and limits are local; it is used again when it responds', async () => {
  await onRedis();
  const headers = await app.login('patient');
  expect((await sessions(headers)).status).toBe(200);
  redis.server.kill('SIGSTOP');
  const during = await Promise.all(Array.from({ length: 30 }, () => sessions(headers)));
  expect(new Set(during.map(({ status }) => status))).toEqual(new Set([200]));
  expect(app.services.limiter.failOpens()).toBeGreaterThan(0);
  redis.server.kill('SIGCONT');
  app.clock.advance(2000);
  await expect
    .poll(async () => {
      const before = app.services.limiter.failOpens();
      app.clock.advance(2000);
      await sessions(headers);
      return app.services.limiter.failOpens() === before;
    })
    .toBe(true);
});

test('Redis: after it was killed no request fails, and revoked tokens stay revoked', async () => {
  await onRedis();
  const [alive, dead] = [await app.login('alive'), await app.login('dead')];
  await app.request('/auth/logout', { method: 'POST', headers: dead });
  await redis.stop();
  for (let i = 0; i < 5; i++) {
    expect((await sessions(alive)).status).toBe(200);
    expect((await sessions(dead)).status).toBe(401);
  }
  redis = await startRedis();
});
