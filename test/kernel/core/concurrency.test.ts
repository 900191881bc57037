import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createMutex, createSemaphore } from '../../../src/kernel/core/concurrency.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('semaphore: never more than max run at once, all run, and they start in order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(5), { maxLength: 20 }), async (max, turns) => {
      const semaphore = createSemaphore({ max });
      const started: number[] = [];
      let running = 0;
      let most = 0;
      const all = Promise.all(
        turns.map((microtasks, index) =>
          semaphore.run(async () => {
            started.push(index);
            running += 1;
            most = Math.max(most, running);
            for (let i = 0; i < microtasks; i += 1) await undefined;
            running -= 1;
          }),
        ),
      );
      expect(semaphore.state()).toEqual({ taken: Math.min(max, turns.length), waiting: Math.max(0, turns.length - max) });
      await all;
      expect(started).toEqual(turns.map((_, index) => index));
      expect(most).toBeLessThanOrEqual(max);
      expect(semaphore.state()).toEqual({ taken: 0, waiting: 0 });
    }),
  );
});

test('semaphore: work that throws releases its slot', async () => {
  const semaphore = createSemaphore({ max: 1 });
  await expect(semaphore.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(semaphore.run(async () => 'next')).resolves.toBe('next');
});

test('semaphore: a slot released twice counts once', async () => {
  const semaphore = createSemaphore({ max: 1 });
  const release = await semaphore.acquire();
  release();
  await semaphore.acquire();
  release();
  expect(semaphore.state()).toEqual({ taken: 1, waiting: 0 });
});

test('semaphore: a waiter is rejected after waitMs and does not take a slot that becomes free later', async () => {
  vi.useFakeTimers();
  const semaphore = createSemaphore({ max: 1, waitMs: 100, timeoutError: () => new Error('too long') });
  const release = await semaphore.acquire();
  const waiting = expect(semaphore.acquire()).rejects.toThrow('too long');
  expect(semaphore.state()).toEqual({ taken: 1, waiting: 1 });
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
  release();
  expect(semaphore.state()).toEqual({ taken: 0, waiting: 0 });
});

test('semaphore: a waiter that gets its slot in time leaves no timer', async () => {
  vi.useFakeTimers();
  const semaphore = createSemaphore({ max: 1, waitMs: 100 });
  const release = await semaphore.acquire();
  const next = semaphore.acquire();
  release();
  await next;
  expect(vi.getTimerCount()).toBe(0);
});

test('semaphore: without a timeoutError the rejection names the slots and the wait', async () => {
  vi.useFakeTimers();
  const semaphore = createSemaphore({ max: 1, waitMs: 100 });
  await semaphore.acquire();
  const waiting = expect(semaphore.acquire()).rejects.toThrow('no slot of 1 became free within 100 ms');
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
});

test('semaphore: enqueue begins within the call where a slot is free, and by a release where none is', () => {
  const semaphore = createSemaphore({ max: 1 });
  const begun: string[] = [];
  let release: () => void = () => {};
  const reject = () => {};
  semaphore.enqueue((end) => {
    begun.push('first');
    release = end;
  }, reject);
  semaphore.enqueue(() => begun.push('second'), reject);
  expect(begun).toEqual(['first']);
  release();
  expect(begun).toEqual(['first', 'second']);
});

test('semaphore: Infinity lets everything run at once; other limits below 1 or with a fraction are refused', async () => {
  const semaphore = createSemaphore({ max: Number.POSITIVE_INFINITY });
  await Promise.all(Array.from({ length: 50 }, () => semaphore.acquire()));
  expect(semaphore.state()).toEqual({ taken: 50, waiting: 0 });
  for (const max of [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
    expect(() => createSemaphore({ max })).toThrow(RangeError);
  }
});

test('mutex: one runs at a time', async () => {
  const mutex = createMutex();
  const release = await mutex.acquire();
  let ran = false;
  const second = mutex.run(async () => {
    ran = true;
  });
  await Promise.resolve();
  expect(ran).toBe(false);
  release();
  await second;
  expect(ran).toBe(true);
});
