import { expect, test } from 'vitest';
import { limitHeaders } from '../../../src/kernel/rate-limits/headers.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { createUserLimits } from '../../../src/kernel/rate-limits/user-limits.ts';
import { manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { testConfig } from '../../support/kits/config.ts';

function setUp() {
  const clock = manualClock();
  const limiter = createLimiter({ rateLimitStore: createMemoryRateLimitStore({ clock }), clock, log: memoryLog() });
  const rateLimits = rateLimitPolicies(testConfig({ RATE_LIMIT_FREE_TIER: '2' }));
  return { clock, countRequest: createUserLimits({ limiter, rateLimits }) };
}

test("user limits: a user's requests count under one key, another user's under another", async () => {
  const { countRequest } = setUp();
  const admitted = async (userId: string) => (await countRequest({ userId, tier: 'free' }))?.admitted;
  expect([await admitted('ada'), await admitted('ada'), await admitted('ada'), await admitted('bob')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

test('user limits: a tier without limits has no decision', async () => {
  expect(await setUp().countRequest({ userId: 'ada', tier: 'admin' })).toBeUndefined();
});

test('limit headers: the tightest policy, and every policy in the draft form; none without policies', () => {
  const minute = { policy: { name: 'minute', windowMs: 60_000, limit: 100 }, remaining: 50, resetAt: 31_000 };
  const hour = { policy: { name: 'hour', windowMs: 3_600_000, limit: 1000 }, remaining: 100, resetAt: 500 };
  expect(limitHeaders({ admitted: true, retryAfterMs: 0, states: [minute, hour] }, 1_000)).toEqual({
    'X-RateLimit-Limit': '1000',
    'X-RateLimit-Remaining': '100',
    'X-RateLimit-Reset': '1',
    'RateLimit-Policy': '"minute";q=100;w=60, "hour";q=1000;w=3600',
    RateLimit: '"minute";r=50;t=30, "hour";r=100;t=0',
  });
  expect(limitHeaders({ admitted: true, retryAfterMs: 0, states: [] }, 0)).toEqual({});
});
