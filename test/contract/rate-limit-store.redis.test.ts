import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisKeyValue } from '../../src/kernel/kv/ioredis.ts';
import { decide, emptyWindow } from '../../src/kernel/model/sliding-window.ts';
import { createRedisRateLimitStore } from '../../src/kernel/rate-limits/redis-store.ts';
import { CONSUME_SCRIPT } from '../../src/kernel/rate-limits/script.ts';
import { moveWindows } from '../support/kits/redis-time.ts';
import { startRedis } from '../support/servers/redis.ts';
import { rateLimitStoreContract, WINDOWS } from './rate-limit-store.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

function open() {
  const commands = new Redis(redis.url, { enableAutoPipelining: true });
  const kv = createRedisKeyValue({ commands, listener: new Redis(redis.url) });
  return { kv, store: createRedisRateLimitStore({ commands }) };
}

rateLimitStoreContract('Redis 7', async () => ({
  ...open(),
  advance: (ms, key) => moveWindows(redis.probe, key, ms, WINDOWS),
  setClockBack: (key, ms) => moveWindows(redis.probe, key, -ms, WINDOWS),
}));

test('rate limit script: it decides as sliding-window.ts does, for any schedule of requests under two policies and any clock', async () => {
  // Mostly forward; a clock that is set back goes back by milliseconds, minutes or hours.
  const gap = fc.oneof(
    { weight: 8, arbitrary: fc.nat(30_000) },
    ...[2_000, 700_000, 20_000_000].map((most) => ({ weight: 1, arbitrary: fc.nat(most).map((back) => -back) })),
  );
  const paid = fc.oneof({ weight: 2, arbitrary: fc.constant([0, 0]) }, { weight: 1, arbitrary: fc.tuple(fc.nat(3), fc.nat(3)) });
  const step = fc.record({ gap, cost: fc.nat(3), peek: fc.boolean(), paid });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 3, max: 20 }),
      fc.integer({ min: 5, max: 60 }),
      async (steps, perMinute, perTen) => {
        const policies = [
          { name: 'minute', windowMs: 60_000, limit: perMinute },
          { name: 'ten', windowMs: 600_000, limit: perTen },
        ];
        const windows = policies.map(emptyWindow);
        const key = `schedule:${++run}`;
        let now = 1_700_000_000_000;
        for (const { gap, cost, peek, paid } of steps) {
          now += gap;
          const paidFor = policies.map((policy, i) => ({ ...policy, paid: paid[i] ?? 0 }));
          const expected = decide(paidFor, windows, cost, now, peek);
          const args = paidFor.flatMap(({ windowMs, limit, paid }) => [windowMs, limit, paid]);
          const reply = (await redis.probe.eval(CONSUME_SCRIPT, 1, key, now, 1, peek ? -cost : cost, 2, ...args)) as number[];
          expect(reply.slice(1)).toEqual([
            expected.retryAfterMs,
            ...expected.states.flatMap(({ remaining, resetAt }) => [remaining, resetAt]),
          ]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('rate limit script: it decides as sliding-window.ts does on a store whose clock fell back to 1970', async () => {
  const policies = [{ name: 'minute', windowMs: 60_000, limit: 3 }];
  const windows = policies.map(emptyWindow);
  for (const now of [1_700_000_000_000, 1_700_000_030_000, 5, 5, 40_000, 60_000, 61_000]) {
    const expected = decide(policies, windows, 1, now);
    const reply = (await redis.probe.eval(CONSUME_SCRIPT, 1, 'fallen back', now, 1, 1, 1, 60_000, 3, 0)) as number[];
    expect(reply.slice(1)).toEqual([expected.retryAfterMs, expected.states[0]?.remaining, expected.states[0]?.resetAt]);
  }
});

test('rate limit store on Redis 7: a request’s limit and revocations are one command', async () => {
  const { kv, store } = open();
  const consume = () =>
    store.consume([
      {
        limit: { key: 'one', policies: [{ name: 'minute', windowMs: 60_000, limit: 1000 }], cost: 1 },
        read: ['a', 'b', 'c'],
      },
    ]);
  await consume();
  const calls = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.probe.info('stats'))?.[1]);
  const before = await calls();
  for (let i = 0; i < 10; i++) await consume();
  const scripts = /cmdstat_evalsha:calls=(\d+)/.exec(await redis.probe.info('commandstats'))?.[1];
  expect(Number(scripts)).toBeGreaterThanOrEqual(10);
  expect(await calls()).toBeGreaterThan(before);
  await kv.close();
});
