import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeadlineError, untilAborted, withDeadline } from '../../../src/kernel/core/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});

test('deadline: work that takes too long rejects with DeadlineError and sees its signal aborted for the same reason', async () => {
  let seen: AbortSignal | undefined;
  const outcome = withDeadline({ ms: 100, subject: 'the store' }, (signal) => {
    seen = signal;
    return never();
  }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(99);
  expect(seen?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const error = await outcome;
  expect(error).toBeInstanceOf(DeadlineError);
  expect(error).toMatchObject({ message: 'the store did not finish within 100 ms' });
  expect(seen?.reason).toBe(error);
});

test('deadline: work that settles in time decides the result, and no timer is left', async () => {
  await expect(withDeadline({ ms: 100 }, async () => 'done')).resolves.toBe('done');
  const broken = new Error('broken');
  await expect(withDeadline({ ms: 100 }, () => Promise.reject(broken))).rejects.toBe(broken);
  await expect(
    withDeadline({ ms: 100 }, () => {
      throw broken;
    }),
  ).rejects.toBe(broken);
  expect(vi.getTimerCount()).toBe(0);
});

test('deadline: work that rejects after its deadline causes no unhandled rejection', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const late = Promise.withResolvers<never>();
  const outcome = withDeadline({ ms: 10 }, () => late.promise).catch(() => 'late');
  await vi.advanceTimersByTimeAsync(10);
  expect(await outcome).toBe('late');
  late.reject(new Error('after the deadline'));
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('abort: a signal that fires ends the wait with its reason, and so does one that has fired before', async () => {
  const controller = new AbortController();
  const waiting = untilAborted(never(), controller.signal);
  controller.abort('stop');
  await expect(waiting).rejects.toBe('stop');
  await expect(untilAborted(never(), controller.signal)).rejects.toBe('stop');
});

test('abort: without a signal, or with one that does not fire, the work decides the result', async () => {
  await expect(untilAborted(Promise.resolve(1), undefined)).resolves.toBe(1);
  await expect(untilAborted(Promise.resolve(2), new AbortController().signal)).resolves.toBe(2);
});

test('abort: no listener is left on the signal when the work has settled', async () => {
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, 'removeEventListener');
  const added = vi.spyOn(signal, 'addEventListener');
  await untilAborted(Promise.resolve(), signal);
  expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
});
