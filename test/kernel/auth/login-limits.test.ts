import { expect, test } from 'vitest';
import { createLoginLimits } from '../../../src/kernel/auth/login-limits.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { testConfig } from '../../support/kits/config.ts';

function kit() {
  const clock = manualClock();
  const limiter = createLimiter({ rateLimitStore: createMemoryRateLimitStore({ clock }), clock, log: memoryLog() });
  const loginLimits = createLoginLimits({ limiter, limits: rateLimitPolicies(testConfig({ RATE_LIMIT_LOGIN_FAILURES: '3' })) });
  let checks = 0;
  const attempt = (login: string, address: string, right = false) =>
    loginLimits
      .guard(
        login,
        address,
        async () => {
          checks += 1;
          return right;
        },
        Boolean,
      )
      .then(
        (result) => (result ? 'in' : 'wrong'),
        (error: { code: string; retryAfter: number }) => `${error.code}`,
      );
  return { clock, attempt, checks: () => checks };
}

test('after three failures of one account from one address no password is hashed for a quarter of an hour', async () => {
  const { clock, attempt, checks } = kit();
  const results = [];
  for (let i = 0; i < 5; i++) results.push(await attempt('ada', '192.0.2.1'));
  expect(results).toEqual(['wrong', 'wrong', 'wrong', 'rate_limited', 'rate_limited']);
  expect(checks()).toBe(3);
  expect(await attempt('ADA', '192.0.2.1', true)).toBe('rate_limited');
  expect(await attempt('ada', '192.0.2.2', true)).toBe('in');
  expect(await attempt('eve', '192.0.2.1', true)).toBe('in');
  clock.advance(15 * 60_000);
  expect(await attempt('ada', '192.0.2.1', true)).toBe('in');
});

test('successes cost nothing', async () => {
  const { attempt } = kit();
  for (let i = 0; i < 50; i++) expect(await attempt('ada', '192.0.2.1', true)).toBe('in');
});

test('a hundred guesses at once are three guesses', async () => {
  const { attempt, checks } = kit();
  const results = await Promise.all(Array.from({ length: 100 }, () => attempt('ada', '192.0.2.1')));
  expect(checks()).toBeLessThanOrEqual(3);
  expect(results.filter((result) => result === 'rate_limited').length).toBeGreaterThanOrEqual(97);
});

test('one account from many addresses, and many accounts from one address, end at ten times that', async () => {
  const spread = kit();
  for (let i = 0; i < 30; i++) expect(await spread.attempt('ada', `192.0.2.${i}`)).toBe('wrong');
  expect(await spread.attempt('ada', '198.51.100.1')).toBe('rate_limited');
  const spray = kit();
  for (let i = 0; i < 30; i++) expect(await spray.attempt(`user${i}`, '192.0.2.1')).toBe('wrong');
  expect(await spray.attempt('fresh', '192.0.2.1')).toBe('rate_limited');
});
