import { expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { keyValueContract } from './key-value.ts';

keyValueContract('memory', async () => {
  const clock = manualClock();
  const kv = createMemoryKeyValue({ clock });
  return { kv, advance: async (ms) => clock.advance(ms), close: () => kv.close() };
});

test('memory key-value store: a value lives as long as it was given, whichever way the wall clock is set in between', async () => {
  for (const hours of [-5, 5]) {
    const clock = manualClock();
    const kv = createMemoryKeyValue({ clock });
    await kv.set('key', 'value', { ttlMs: 1000 });
    clock.step(hours * 3_600_000);
    clock.advance(999);
    expect(await kv.get('key'), `set by ${hours} h`).toBe('value');
    clock.advance(1);
    expect(await kv.get('key'), `set by ${hours} h`).toBeUndefined();
  }
});
