import { expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createMemoryRateLimitStore } from '../../src/kernel/rate-limits/memory-store.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { rateLimitStoreContract } from './rate-limit-store.ts';

rateLimitStoreContract('memory', async () => {
  const clock = manualClock();
  const kv = createMemoryKeyValue({ clock });
  return {
    kv,
    store: createMemoryRateLimitStore({ clock, kv }),
    advance: async (ms) => clock.advance(ms),
    setClockBack: async (_key, ms) => clock.step(-ms),
  };
});

test('memory rate limit store: every value is undefined if it was made without a key-value store', async () => {
  const store = createMemoryRateLimitStore({ clock: manualClock() });
  expect(await store.consume([{ read: ['a', 'b'] }])).toEqual([{ values: [undefined, undefined] }]);
});

test('memory rate limit store: a window is as long whichever way the wall clock is set, and its reset is in Unix time', async () => {
  for (const hours of [-5, 5]) {
    const clock = manualClock();
    const store = createMemoryRateLimitStore({ clock });
    const limit = { key: 'k', policies: [{ name: 'minute', windowMs: 60_000, limit: 1 }], cost: 1 };
    const ask = async () => (await store.consume([{ limit, read: [] }]))[0]?.decision;
    expect((await ask())?.admitted).toBe(true);
    clock.step(hours * 3_600_000);
    clock.advance(59_999);
    const refused = await ask();
    expect([refused?.admitted, refused?.retryAfterMs, (refused?.states[0]?.resetAt ?? 0) - clock.now()]).toEqual([false, 1, 1]);
    clock.advance(1);
    expect((await ask())?.admitted, `set by ${hours} h`).toBe(true);
  }
});
