import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, emptyWindow, type Policy, SUB_WINDOWS } from '../../../src/kernel/model/sliding-window.ts';

const MINUTE = 60_000;
const policy = (limit: number, windowMs = MINUTE, name = 'minute'): Policy => ({ name, windowMs, limit });

/** A schedule of requests: the gap before each in ms, and its cost. */
const schedule = fc.array(fc.record({ gap: fc.nat(20_000), cost: fc.integer({ min: 1, max: 3 }) }), {
  minLength: 1,
  maxLength: 200,
});

describe('sliding window', () => {
  test('sliding window: no rolling window admits more than the limit, for any schedule and every policy', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 3, max: 20 }), fc.integer({ min: 3, max: 60 }), (requests, perMinute, perHour) => {
        const policies = [policy(perMinute), policy(perHour, 60 * MINUTE, 'hour')];
        const windows = policies.map(emptyWindow);
        const admitted: { at: number; cost: number }[] = [];
        let now = 1_000_000;
        for (const { gap, cost } of requests) {
          now += gap;
          if (decide(policies, windows, cost, now).admitted) admitted.push({ at: now, cost });
        }
        for (const { windowMs, limit } of policies) {
          for (const { at: end } of admitted) {
            const within = admitted.filter(({ at }) => at > end - windowMs && at <= end);
            expect(within.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(limit);
          }
        }
      }),
    );
  });

  test('sliding window: a steady client below the limit by one sub-window’s share is never refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: SUB_WINDOWS, max: 600 }), fc.nat(MINUTE), (limit, phase) => {
        const policies = [policy(limit)];
        const windows = policies.map(emptyWindow);
        const gap = Math.ceil(MINUTE / (limit - Math.ceil(limit / SUB_WINDOWS) - 1));
        for (let i = 0; i < limit * 3; i++) expect(decide(policies, windows, 1, phase + i * gap).admitted).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('sliding window: a request passes after exactly retryAfterMs, and not a millisecond before', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 3, max: 10 }), (requests, limit) => {
        const policies = [policy(limit), policy(limit * 4, 10 * MINUTE, 'ten')];
        const windows = policies.map(emptyWindow);
        let now = 5_000_000;
        for (const { gap, cost } of requests) {
          now += gap;
          const decision = decide(policies, windows, cost, now);
          if (decision.admitted) continue;
          const early = structuredClone(windows);
          expect(decide(policies, early, cost, now + decision.retryAfterMs - 1).admitted).toBe(false);
          expect(decide(policies, structuredClone(windows), cost, now + decision.retryAfterMs).admitted).toBe(true);
        }
      }),
    );
  });

  test('sliding window: a refused request is charged under no policy', () => {
    const policies = [policy(10), policy(3, 60 * MINUTE, 'hour')];
    const windows = policies.map(emptyWindow);
    for (let i = 0; i < 3; i++) decide(policies, windows, 1, 1000 + i);
    const before = structuredClone(windows);
    expect(decide(policies, windows, 1, 2000)).toMatchObject({ admitted: false, retryAfterMs: 1002 + 60 * MINUTE - 2000 });
    expect(windows).toEqual(before);
  });

  test('sliding window: a limit of 100 admits exactly 100 of 200 simultaneous requests', () => {
    const policies = [policy(100)];
    const windows = policies.map(emptyWindow);
    const results = Array.from({ length: 200 }, () => decide(policies, windows, 1, 59_999).admitted);
    expect(results.filter(Boolean)).toHaveLength(100);
    expect(decide(policies, windows, 1, 60_001).admitted).toBe(false);
  });

  test('sliding window: cost 0 charges nothing and returns what remains and the reset time', () => {
    const policies = [policy(5)];
    const windows = policies.map(emptyWindow);
    expect(decide(policies, windows, 0, 100).states).toEqual([{ policy: policies[0], remaining: 5, resetAt: 100 }]);
    decide(policies, windows, 2, 100);
    expect(decide(policies, windows, 0, 150).states).toEqual([{ policy: policies[0], remaining: 3, resetAt: 100 + MINUTE }]);
  });

  test('sliding window: a clock that steps back by less than a sub-window changes nothing', () => {
    const policies = [policy(2)];
    const windows = policies.map(emptyWindow);
    expect(decide(policies, windows, 1, 100_000).admitted).toBe(true);
    expect(decide(policies, windows, 1, 99_001).admitted).toBe(true);
    expect(decide(policies, windows, 1, 100_001).admitted).toBe(false);
    expect(decide(policies, windows, 1, 99_999 + MINUTE).admitted).toBe(false);
    expect(decide(policies, windows, 1, 100_000 + MINUTE).admitted).toBe(true);
  });

  test('sliding window: however often the clock is set back, no window admits more than the limit, and none is closed for longer', () => {
    const step = fc.record({ gap: fc.nat(20_000), back: fc.oneof(fc.constant(0), fc.nat(2_000), fc.nat(18_000_000)) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), fc.integer({ min: 1, max: 10 }), (steps, limit) => {
        const policies = [policy(limit)];
        const windows = policies.map(emptyWindow);
        const admitted: number[] = [];
        let passed = 0;
        let clock = 1_700_000_000_000;
        for (const { gap, back } of steps) {
          passed += gap;
          clock += gap - back;
          const decision = decide(policies, windows, 1, clock);
          if (decision.admitted) admitted.push(passed);
          else expect(decision.retryAfterMs).toBeLessThan(MINUTE + MINUTE / SUB_WINDOWS);
          if (!decision.admitted)
            expect(decide(policies, structuredClone(windows), 1, clock + decision.retryAfterMs).admitted).toBe(true);
        }
        for (const end of admitted)
          expect(admitted.filter((at) => at > end - MINUTE && at <= end).length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('sliding window: after the clock was set back by hours, a refused client passes one window later', () => {
    const policies = [policy(2), policy(3, 24 * 60 * MINUTE, 'day')];
    const windows = policies.map(emptyWindow);
    const noon = 1_700_000_000_000;
    for (const at of [0, 1000]) expect(decide(policies, windows, 1, noon + at).admitted).toBe(true);
    const set = noon - 5 * 60 * MINUTE;
    for (const at of [0, 30_000, 58_999]) expect(decide(policies, windows, 1, set + at).admitted).toBe(false);
    expect(decide(policies, windows, 1, set + 59_000).admitted).toBe(true);
    expect(decide(policies, windows, 1, set + 3 * MINUTE)).toMatchObject({ admitted: false, retryAfterMs: expect.any(Number) });
  });

  test('sliding window: a policy without a window is treated as new', () => {
    expect(decide([policy(1)], [], 1, 1).admitted).toBe(true);
  });
});
