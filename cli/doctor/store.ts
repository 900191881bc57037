/** The key-value store takes and returns a value. */
import { openStores } from '../../src/adapters/open-stores.ts';
import { type Check, failed, ok } from './check.ts';

const PROBE = 'doctor:probe';
const WAIT_MS = 3000;
const PAUSE_MS = 50;

export const storeCheck: Check = {
  name: 'store',
  run: async ({ config, clock, log }) => {
    if (config.kv.kind === 'memory') return ok('in memory of the API: enough for one process');
    const setting = config.kv.kind === 'redis' ? 'REDIS_URL' : 'UPSTASH_REDIS_REST_URL';
    const { kv } = openStores(config, { clock, log });
    try {
      const written = String(clock.now());
      // A command is refused until the connection stands.
      for (let waited = 0; ; waited += PAUSE_MS) {
        try {
          await kv.set(PROBE, written, { ttlMs: 60_000 });
          break;
        } catch (error) {
          if (waited >= WAIT_MS) throw error;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
      if ((await kv.get(PROBE)) === written) return ok(`${config.kv.kind} takes and returns values`);
      return failed(`${setting}: the store does not return what was written`);
    } catch {
      return failed(
        `${setting}: the store cannot be reached; limits are kept per process, and progress is read from the database`,
      );
    } finally {
      await kv.close();
    }
  },
};
