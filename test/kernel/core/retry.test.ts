import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { exponentialPause, retry } from '../../../src/kernel/core/retry.ts';

test('retry: work runs until it succeeds, until tries are used up, or until `when` declines, whichever comes first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      async (tries, failures, patience) => {
        let calls = 0;
        const work = async () => {
          calls += 1;
          if (calls <= failures) throw new Error(`failure ${calls}`);
          return calls;
        };
        const outcome = await retry(work, { tries, when: (_, attempt) => attempt <= patience }).catch(
          (error: Error) => error.message,
        );
        const allowed = Math.min(tries, patience + 1);
        expect(outcome).toBe(failures < allowed ? failures + 1 : `failure ${allowed}`);
        expect(calls).toBe(Math.min(failures + 1, allowed));
      },
    ),
  );
});

test('retry: pauses follow every failed attempt but the last', async () => {
  const sleep = vi.fn(async () => {});
  const options = { tries: 3, when: () => true, pauseMs: (attempt: number) => attempt * 10, sleep };
  await expect(retry(() => Promise.reject(new Error('no')), options)).rejects.toThrow('no');
  expect(sleep.mock.calls).toEqual([[10], [20]]);
});

test('retry: the default sleep waits for as long as the pause says', async () => {
  let calls = 0;
  const startedAt = performance.now();
  await retry(
    async () => {
      calls += 1;
      if (calls === 1) throw new Error('once');
    },
    { when: () => true, pauseMs: () => 15 },
  );
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(14);
});

test('exponential pause: doubles from the first to the maximum, between half and one and a half of each step', () => {
  const steps = [1, 2, 3, 4, 5, 50];
  const pausesWith = (random: number) => steps.map(exponentialPause({ firstMs: 5, maxMs: 30, random: () => random }));
  expect(pausesWith(0.5)).toEqual([5, 10, 20, 30, 30, 30]);
  expect(pausesWith(0)).toEqual([2.5, 5, 10, 15, 15, 15]);
});
