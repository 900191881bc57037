import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { keyValueContract } from './key-value.ts';

keyValueContract('memory', async () => {
  const clock = manualClock();
  const kv = createMemoryKeyValue({ clock });
  return { kv, advance: async (ms) => clock.advance(ms), close: () => kv.close() };
});
