import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/kernel/core/backoff.ts';

test('backoff: the wait doubles from one second to sixteen', () => {
  expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([1000, 2000, 4000, 8000, 16_000]);
});

test('backoff: the wait is its step plus or minus a quarter, at least what the origin asked for, at most an hour', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -2, max: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      (attempt, random, retryAfter) => {
        const step = 1000 * ([1, 2, 4, 8, 16][Math.min(Math.max(attempt, 1), 5) - 1] as number);
        const plain = backoffMs(attempt, () => random);
        expect(plain).toBeGreaterThanOrEqual(step * 0.75);
        expect(plain).toBeLessThanOrEqual(step * 1.25);
        expect(backoffMs(attempt, () => random, retryAfter)).toBe(Math.min(3_600_000, Math.max(plain, retryAfter * 1000)));
      },
    ),
  );
});
