import { expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createMemoryRateLimitStore } from '../../src/kernel/rate-limits/memory-store.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { rateLimitStoreContract } from './rate-limit-store.ts';

rateLimitStoreContract('memory', async () => {
  const clock = manualClock();
  const kv = createMemoryKeyValue({ clock });
  return { kv, store: createMemoryRateLimitStore({ clock, kv }), advance: async (ms) => clock.advance(ms) };
});

test('memory rate limit store: every value is undefined if it was made without a key-value store', async () => {
  const store = createMemoryRateLimitStore({ clock: manualClock() });
  expect(await store.consume([{ read: ['a', 'b'] }])).toEqual([{ values: [undefined, undefined] }]);
});
