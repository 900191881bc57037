/** One limit under many processes, and the three rate limit stores side by side. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis as UpstashRedis } from '@upstash/redis';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryRateLimitStore } from '../../src/kernel/rate-limits/memory-store.ts';
import { createRedisRateLimitStore } from '../../src/kernel/rate-limits/redis-store.ts';
import { CONSUME_SCRIPT } from '../../src/kernel/rate-limits/script.ts';
import type { RateLimitStore } from '../../src/kernel/rate-limits/store.ts';
import { createUpstashRateLimitStore } from '../../src/kernel/rate-limits/upstash-store.ts';
import { type Stores, startStores } from '../support/kits/store.ts';

const LOAD = fileURLToPath(new URL('../support/servers/load.ts', import.meta.url));
const PROCESSES = 8;
const TIMES = 100;
const LIMIT = 100;

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

/** The number of requests admitted to eight processes that send 100 each at once. */
async function admitted(settings: Record<string, string>, key: string): Promise<number> {
  const children = Array.from({ length: PROCESSES }, () =>
    fork(LOAD, [JSON.stringify(settings), String(TIMES), key, String(LIMIT)], { execArgv: [] }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const counts = children.map((child) => once(child, 'message'));
  for (const child of children) child.send('go');
  return (await Promise.all(counts)).reduce((sum, [count]) => sum + Number(count), 0);
}

describe('rate limits across processes', () => {
  test('800 concurrent requests of eight processes for one key: exactly the limit is admitted on Redis', async () => {
    expect(await admitted({ REDIS_URL: stores.redis.url }, 'limit:eight:redis')).toBe(LIMIT);
  });
  test('800 concurrent requests of eight processes for one key: exactly the limit is admitted on Upstash', async () => {
    expect(await admitted(stores.settings, 'limit:eight:upstash')).toBe(LIMIT);
  });
});

test('rate limit stores: memory, Redis and Upstash decide the same for any schedule of requests', async () => {
  let now = 0;
  const overTcp = new Redis(stores.redis.url);
  const overRest = new UpstashRedis({
    url: stores.front.url,
    token: stores.front.token,
    automaticDeserialization: false,
    enableTelemetry: false,
  });
  // The adapters unchanged except for the clock, because each store's own would differ.
  const byOurClock = (script: string) => script.replace('tonumber(ARGV[1])', "tonumber(redis.call('GET', 'test:now'))");
  const three: RateLimitStore[] = [
    createMemoryRateLimitStore({ clock: { now: () => now, monotonic: () => now } }),
    createRedisRateLimitStore({
      commands: Object.assign(overTcp, {
        defineCommand: (name: string, { lua }: { lua: string }) =>
          Redis.prototype.defineCommand.call(overTcp, name, { lua: byOurClock(lua) }),
      }),
    }),
    createUpstashRateLimitStore({
      redis: Object.assign(overRest, {
        createScript: (lua: string) => Object.getPrototypeOf(overRest).createScript.call(overRest, byOurClock(lua)),
      }),
    }),
  ];
  expect(byOurClock(CONSUME_SCRIPT)).not.toBe(CONSUME_SCRIPT);
  let run = 0;
  const step = fc.record({ gap: fc.nat(40_000), cost: fc.nat(3), peek: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 3, max: 30 }),
      async (steps, perMinute, perTen) => {
        const policies = [
          { name: 'minute', windowMs: 60_000, limit: perMinute },
          { name: 'ten', windowMs: 600_000, limit: perTen },
        ];
        run += 1;
        now = 1_700_000_000_000 + run * 10_000_000;
        for (const { gap, cost, peek } of steps) {
          now += gap;
          await stores.redis.probe.set('test:now', now);
          const decisions = [];
          for (const [index, store] of three.entries()) {
            const [result] = await store.consume([{ limit: { key: `same:${run}:${index}`, policies, cost, peek }, read: [] }]);
            decisions.push(result?.decision);
          }
          expect(decisions[1]).toEqual(decisions[0]);
          expect(decisions[2]).toEqual(decisions[0]);
        }
      },
    ),
    { numRuns: 25 },
  );
  overTcp.disconnect();
});
