/** A process whose event loop is late, while Redis replies in time: the delay is not the store's. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStores, type Stores } from '../../src/adapters/open-stores.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createLimiter, type Limiter } from '../../src/kernel/rate-limits/limiter.ts';
import { type MemoryLog, memoryLog, randomIds } from '../support/fakes/doubles.ts';
import { createTestApp } from '../support/kits/app.ts';
import { testConfig } from '../support/kits/config.ts';
import { startRedis } from '../support/servers/redis.ts';

const LIMIT = 100;
const MINUTE = [{ name: 'minute', windowMs: 60_000, limit: LIMIT }];
const endOfTurn = (work: () => void) => void setImmediate(work);

let redis: Awaited<ReturnType<typeof startRedis>>;
let stores: Stores;
let log: MemoryLog;
let limiter: Limiter;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  log = memoryLog();
  stores = openStores(testConfig({ REDIS_URL: redis.url }), { clock: systemClock, log });
  await expect.poll(() => stores.kv.ping().then(() => 'ready', String)).toBe('ready');
  limiter = createLimiter({ rateLimitStore: stores.rateLimitStore, clock: systemClock, log, endOfTurn });
  return () => stores.kv.close();
});

/** Holds the event loop up, as parsing a large body or other requests do. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const admittedOf = (decisions: readonly { admitted: boolean }[]) => decisions.filter(({ admitted }) => admitted).length;
const askAtOnce = (count: number) => {
  const key = `user:${randomIds.next()}`;
  return Array.from({ length: count }, () => limiter.decide(key, MINUTE));
};

describe('limiter in a busy process', () => {
  const blocked: Record<string, () => void> = {
    'before the requests are sent': () => block(300),
    'at the end of the turn in which they are sent': () => setImmediate(() => block(300)),
    'when the replies have arrived': () => setTimeout(() => block(300), 1),
    'in each of eight turns': () => {
      for (let turn = 0; turn < 8; turn += 1) setTimeout(() => block(150), turn * 5);
    },
    'for longer than the deadline of a command': () => setImmediate(() => block(1500)),
  };

  test.each(
    Object.keys(blocked),
  )('limiter: 200 requests at once pass exactly 100 when the event loop is blocked %s', async (when) => {
    const decisions = askAtOnce(200);
    blocked[when]?.();
    expect(admittedOf(await Promise.all(decisions))).toBe(LIMIT);
    expect(limiter.failOpens()).toBe(0);
    expect(log.lines).toEqual([]);
  });

  test('limiter: 200 requests at once pass exactly 100 while four other processes use the processors', async () => {
    const burners = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['-e', 'const end = Date.now() + 20_000; while (Date.now() < end);'], { stdio: 'ignore' }),
    );
    try {
      for (let round = 0; round < 5; round += 1) expect(admittedOf(await Promise.all(askAtOnce(200)))).toBe(LIMIT);
      expect(limiter.failOpens()).toBe(0);
    } finally {
      for (const burner of burners) burner.kill('SIGKILL');
    }
  });

  test('key-value store: a reply that came while the event loop was blocked beyond the deadline is read', async () => {
    await stores.kv.set('key', 'value', { ttlMs: 60_000 });
    const reading = stores.kv.get('key');
    setImmediate(() => block(1500));
    expect(await reading).toBe('value');
  });

  test('limiter: a store that hangs is given up after the deadline all the same', async () => {
    const hanging = createLimiter({
      rateLimitStore: { consume: () => new Promise(() => {}) },
      clock: systemClock,
      log,
      endOfTurn,
    });
    const decided = hanging.decide('user:waits', MINUTE);
    block(300);
    expect((await decided).admitted).toBe(true);
    expect(hanging.failOpens()).toBe(1);
  });
});

test('GET /resources: 200 at once at a limit of 100 pass exactly 100 while the event loop is blocked', async () => {
  let blocks = 0;
  const rateLimitStore: typeof stores.rateLimitStore = {
    consume: (requests) => {
      if (blocks > 0) setImmediate(() => block(300));
      blocks -= 1;
      return stores.rateLimitStore.consume(requests);
    },
  };
  const app = await createTestApp({
    env: { REDIS_URL: redis.url, RATE_LIMIT_FREE_TIER: String(LIMIT) },
    overrides: { ...stores, rateLimitStore, clock: systemClock, endOfTurn, log },
  });
  try {
    const headers = await app.login();
    blocks = 5;
    const answers = Array.from({ length: 200 }, () => app.request('/resources', { headers }));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(LIMIT);
    // The store decided: another process would have to refuse the next request, too.
    expect(log.lines.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('the store does not reply'));
  } finally {
    await app.close();
  }
});
