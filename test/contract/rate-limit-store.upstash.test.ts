import { afterAll, beforeAll, expect, test } from 'vitest';
import { openUpstash } from '../../src/adapters/open-upstash.ts';
import { createUpstashKeyValue } from '../../src/kernel/kv/upstash.ts';
import { createUpstashRateLimitStore } from '../../src/kernel/rate-limits/upstash-store.ts';
import { moveWindows } from '../support/kits/redis-time.ts';
import { type Stores, startStores } from '../support/kits/store.ts';
import { rateLimitStoreContract, WINDOWS } from './rate-limit-store.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

function open() {
  const redis = openUpstash({ url: stores.front.url, token: stores.front.token, autoPipelining: true });
  return { kv: createUpstashKeyValue({ redis }), store: createUpstashRateLimitStore({ redis }) };
}

rateLimitStoreContract('Upstash', async () => ({
  ...open(),
  advance: (ms, key) => moveWindows(stores.redis.probe, key, ms, WINDOWS),
  setClockBack: (key, ms) => moveWindows(stores.redis.probe, key, -ms, WINDOWS),
}));

test('rate limit store on Upstash: a request’s limit and revocations are one HTTP request', async () => {
  const { kv, store } = open();
  const policies = [{ name: 'minute', windowMs: 60_000, limit: 1000 }];
  const consume = () => store.consume([{ limit: { key: 'one', policies, cost: 1 }, read: ['a', 'b'] }]);
  await consume();
  const before = stores.front.requests();
  for (let i = 0; i < 5; i++) await consume();
  expect(stores.front.requests() - before).toBe(5);
  const together = stores.front.requests();
  await Promise.all(Array.from({ length: 50 }, consume));
  expect(stores.front.requests() - together).toBe(1);
  await kv.close();
});
