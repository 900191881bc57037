/** One limit, many processes, and the three stores side by side. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis as UpstashRedis } from '@upstash/redis';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisKeyValue } from '../../src/kernel/kv/ioredis.ts';
import type { KeyValue } from '../../src/kernel/kv/key-value.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createUpstashKeyValue } from '../../src/kernel/kv/upstash.ts';
import { CONSUME_SCRIPT } from '../../src/kernel/rate-limits/script.ts';
import { type Stores, startStores } from '../support/kits/store.ts';

const HAMMER = fileURLToPath(new URL('../support/servers/load.ts', import.meta.url));
const PROCESSES = 8;
const TIMES = 100;
const LIMIT = 100;

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

/** How many of all that eight processes ask at once are let through. */
async function admitted(settings: Record<string, string>, key: string): Promise<number> {
  const children = Array.from({ length: PROCESSES }, () =>
    fork(HAMMER, [JSON.stringify(settings), String(TIMES), key, String(LIMIT)], { execArgv: [] }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const counts = children.map((child) => once(child, 'message'));
  for (const child of children) child.send('go');
  return (await Promise.all(counts)).reduce((sum, [count]) => sum + Number(count), 0);
}

describe('eight processes that ask for one key 800 times at once get exactly the limit', () => {
  test('from Redis', async () => {
    expect(await admitted({ REDIS_URL: stores.redis.url }, 'limit:eight:redis')).toBe(LIMIT);
  });
  test('from Upstash', async () => {
    expect(await admitted(stores.settings, 'limit:eight:upstash')).toBe(LIMIT);
  });
});

test('the three stores decide the same for any schedule of requests', async () => {
  let now = 0;
  const memory = createMemoryKeyValue({ clock: { now: () => now } });
  const overTcp = new Redis(stores.redis.url);
  const overRest = new UpstashRedis({
    url: stores.front.url,
    token: stores.front.token,
    automaticDeserialization: false,
    enableTelemetry: false,
  });
  // The adapters as they are, but for the clock: each store's own would differ.
  const byOurClock = (script: string) => script.replace('tonumber(ARGV[1])', "tonumber(redis.call('GET', 'test:now'))");
  const three: KeyValue[] = [
    memory,
    createRedisKeyValue({
      commands: Object.assign(overTcp, {
        defineCommand: (name: string, { lua }: { lua: string }) =>
          Redis.prototype.defineCommand.call(overTcp, name, { lua: byOurClock(lua) }),
      }),
      listener: new Redis(stores.redis.url),
    }),
    createUpstashKeyValue({
      redis: Object.assign(overRest, {
        createScript: (lua: string) => Object.getPrototypeOf(overRest).createScript.call(overRest, byOurClock(lua)),
      }),
    }),
  ];
  expect(byOurClock(CONSUME_SCRIPT)).not.toBe(CONSUME_SCRIPT);
  let run = 0;
  const step = fc.record({ gap: fc.nat(40_000), cost: fc.nat(3) });
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
        for (const { gap, cost } of steps) {
          now += gap;
          await stores.redis.probe.set('test:now', now);
          const answers = [];
          for (const [index, kv] of three.entries()) {
            const [answer] = await kv.consume([{ limit: { key: `same:${run}:${index}`, policies, cost }, read: [] }]);
            answers.push(answer?.decision);
          }
          expect(answers[1]).toEqual(answers[0]);
          expect(answers[2]).toEqual(answers[0]);
        }
      },
    ),
    { numRuns: 25 },
  );
  await Promise.all(three.map((kv) => kv.close()));
});
