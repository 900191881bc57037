/** What @upstash/ratelimit decides for the same requests: the reasons for our own script (docs/decisions/0006). */
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMemoryRateLimitStore } from '../../src/kernel/rate-limits/memory-store.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { type Stores, startStores } from '../support/kits/store.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());
afterEach(() => {
  vi.useRealTimers();
});

const LIMIT = 10;
const WINDOW_MS = 60_000;
/** A multiple of the window, where a fixed window of @upstash/ratelimit starts. */
const START = 1_700_000_040_000;

const client = () =>
  new Redis({ url: stores.front.url, token: stores.front.token, enableTelemetry: false, retry: { retries: 0 } });

/** A client that drops the flag line of its scripts, which a plain Redis does not know. */
function withoutFlags(): Redis {
  const plain = new Redis({
    url: stores.front.url,
    token: stores.front.token,
    enableTelemetry: false,
    enableAutoPipelining: false,
  });
  const run = plain.eval;
  return Object.assign(plain, {
    evalsha: () => Promise.reject(new Error('NOSCRIPT')),
    eval: (script: string, keys: string[], args: unknown[]) => run(script.replace(/^\s*#!.*\n/, ''), keys, args),
  });
}

/** Runs batches of `count` requests `seconds` after START. Returns how many of each batch both limiters admit. */
async function schedule(batches: readonly (readonly [seconds: number, count: number])[]) {
  vi.useFakeTimers({ toFake: ['Date'] });
  const theirs = new Ratelimit({
    redis: withoutFlags(),
    limiter: Ratelimit.slidingWindow(LIMIT, '60 s'),
    prefix: `theirs:${Math.random()}`,
    ephemeralCache: false,
  });
  const clock = manualClock();
  const ours = createMemoryRateLimitStore({ clock });
  const policies = [{ name: 'minute', windowMs: WINDOW_MS, limit: LIMIT }];
  const passed = { theirs: [] as number[], ours: [] as number[] };
  for (const [seconds, count] of batches) {
    vi.setSystemTime(START + seconds * 1000);
    clock.set(START + seconds * 1000);
    let [a, b] = [0, 0];
    for (let i = 0; i < count; i++) {
      if ((await theirs.limit('key')).success) a += 1;
      const [result] = await ours.consume([{ limit: { key: 'key', policies, cost: 1 }, read: [] }]);
      if (result?.decision?.admitted) b += 1;
    }
    passed.theirs.push(a);
    passed.ours.push(b);
  }
  return passed;
}

describe('@upstash/ratelimit', () => {
  test('@upstash/ratelimit: does not run on a plain Redis', async () => {
    const limiter = new Ratelimit({ redis: client(), limiter: Ratelimit.slidingWindow(LIMIT, '60 s'), ephemeralCache: false });
    await expect(limiter.limit('key')).rejects.toThrow(/allow-key-locking|Unexpected flag/);
  });

  test('@upstash/ratelimit: admits more than the limit in a rolling window, because it keeps two counters without times', async () => {
    // Ten requests at the end of one window; half a minute later it counts only half of them.
    const { theirs, ours } = await schedule([
      [59, 10],
      [90, 10],
    ]);
    expect(theirs[0]).toBe(10);
    expect((theirs[0] ?? 0) + (theirs[1] ?? 0)).toBeGreaterThan(LIMIT);
    expect(ours).toEqual([10, 0]);
  });

  test('@upstash/ratelimit: refuses a client that has waited a whole window', async () => {
    const { theirs, ours } = await schedule([
      [0, 10],
      [61, 10],
    ]);
    expect(theirs[1]).toBeLessThan(LIMIT);
    expect(ours).toEqual([10, 10]);
  });
});
