import { expect, test } from 'vitest';
import { createLoginLimits } from '../../../src/kernel/auth/login-limits.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import type { RateLimitStore } from '../../../src/kernel/rate-limits/store.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { testConfig } from '../../support/kits/config.ts';

const MINUTE = 60_000;

function kit() {
  const clock = manualClock();
  const store = createMemoryRateLimitStore({ clock });
  let storeCalls = 0;
  const rateLimitStore: RateLimitStore = {
    consume: (requests) => {
      storeCalls += 1;
      return store.consume(requests);
    },
  };
  const limiter = createLimiter({ rateLimitStore, clock, log: memoryLog() });
  const loginLimits = createLoginLimits({ limiter, limits: rateLimitPolicies(testConfig({ RATE_LIMIT_LOGIN_FAILURES: '3' })) });
  let checks = 0;
  const check = (right: boolean) => async () => {
    checks += 1;
    return right;
  };
  const attempt = (login: string, address: string, right = false) =>
    loginLimits.guard(login, address, check(right), Boolean).then(
      (result) => (result ? 'in' : 'wrong'),
      (error: { code: string }) => error.code,
    );
  /** Seconds until the attempt passes; undefined if it was not refused. */
  const retryAfter = (login: string, address: string) =>
    loginLimits.guard(login, address, check(false), Boolean).then(
      () => undefined,
      (error: { retryAfter: number }) => error.retryAfter,
    );
  return { clock, attempt, retryAfter, checks: () => checks, storeCalls: () => storeCalls };
}

test('login limits: no password is hashed for 15 minutes after three failures of one account from one address', async () => {
  const { clock, attempt, checks } = kit();
  const results = [];
  for (let i = 0; i < 5; i++) results.push(await attempt('ada', '192.0.2.1'));
  expect(results).toEqual(['wrong', 'wrong', 'wrong', 'rate_limited', 'rate_limited']);
  expect(checks()).toBe(3);
  expect(await attempt('ada', '192.0.2.1', true)).toBe('rate_limited');
  expect(await attempt('ada', '192.0.2.2', true)).toBe('in');
  expect(await attempt('eve', '192.0.2.1', true)).toBe('in');
  clock.advance(15 * MINUTE);
  expect(await attempt('ada', '192.0.2.1', true)).toBe('in');
});

test('login limits: Retry-After of a locked-out login is the time after which the same login passes', async () => {
  const { clock, attempt, retryAfter } = kit();
  for (let i = 0; i < 3; i++) {
    await attempt('ada', '192.0.2.1');
    clock.advance(4 * MINUTE);
  }
  // The first failure leaves the window of 15 minutes in 3 minutes, the last one in 11.
  expect(await retryAfter('ada', '192.0.2.1')).toBe(180);
  clock.advance(180_000 - 1);
  expect(await retryAfter('ada', '192.0.2.1')).toBe(1);
  clock.advance(1);
  expect(await attempt('ada', '192.0.2.1', true)).toBe('in');
});

test('login limits: Retry-After is the longest wait if both the pair and the account are locked out', async () => {
  const { clock, attempt, retryAfter } = kit();
  for (let i = 0; i < 27; i++) await attempt('ada', `192.0.2.${i + 10}`);
  clock.advance(5 * MINUTE);
  for (let i = 0; i < 3; i++) await attempt('ada', '192.0.2.1');
  expect(await retryAfter('ada', '192.0.2.2')).toBe(10 * 60);
  expect(await retryAfter('ada', '192.0.2.1')).toBe(15 * 60);
});

test('login limits: successful logins cost nothing', async () => {
  const { attempt } = kit();
  for (let i = 0; i < 50; i++) expect(await attempt('ada', '192.0.2.1', true)).toBe('in');
});

test('login limits: a hundred concurrent guesses check at most three passwords', async () => {
  const { attempt, checks } = kit();
  const results = await Promise.all(Array.from({ length: 100 }, () => attempt('ada', '192.0.2.1')));
  expect(checks()).toBeLessThanOrEqual(3);
  expect(results.filter((result) => result === 'rate_limited').length).toBeGreaterThanOrEqual(97);
});

test('login limits: Retry-After is one second if only running attempts are in the way', async () => {
  const { retryAfter } = kit();
  const waits = await Promise.all(Array.from({ length: 5 }, () => retryAfter('ada', '192.0.2.1')));
  const refused = waits.filter((seconds) => seconds !== undefined);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(new Set(refused)).toEqual(new Set([1]));
});

test('login limits: an account from many addresses and an address with many accounts end at ten times the limit', async () => {
  const spread = kit();
  for (let i = 0; i < 30; i++) expect(await spread.attempt('ada', `192.0.2.${i}`)).toBe('wrong');
  expect(await spread.attempt('ada', '198.51.100.1')).toBe('rate_limited');
  const spray = kit();
  for (let i = 0; i < 30; i++) expect(await spray.attempt(`user${i}`, '192.0.2.1')).toBe('wrong');
  expect(await spray.attempt('fresh', '192.0.2.1')).toBe('rate_limited');
});

test('login limits: a successful or locked-out login is one store call, a failed login is two', async () => {
  const { attempt, storeCalls } = kit();
  const callsOf = async (right: boolean) => {
    const before = storeCalls();
    const result = await attempt('ada', '192.0.2.1', right);
    return [result, storeCalls() - before];
  };
  expect(await callsOf(true)).toEqual(['in', 1]);
  for (let i = 0; i < 3; i++) expect(await callsOf(false)).toEqual(['wrong', 2]);
  expect(await callsOf(false)).toEqual(['rate_limited', 1]);
});
