import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { addressKey } from '../../../src/kernel/rate-limits/address.ts';
import { createCircuitBreaker, STORE_DEADLINE_MS } from '../../../src/kernel/rate-limits/circuit-breaker.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import type { RateLimitStore } from '../../../src/kernel/rate-limits/store.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { type ManualClock, manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { testConfig } from '../../support/kits/config.ts';

const MINUTE = [{ name: 'minute', windowMs: 60_000, limit: 2 }];

let clock: ManualClock;
let log: ReturnType<typeof memoryLog>;
beforeEach(() => {
  clock = manualClock();
  log = memoryLog();
});

describe('rate limit policies', () => {
  test('rateLimitPolicies: policies per minute, hour and day follow the configuration; an unlimited tier has none', () => {
    const limits = rateLimitPolicies(
      testConfig({
        RATE_LIMIT_FREE_TIER: '5',
        RATE_LIMIT_FREE_HOUR: '50',
        RATE_LIMIT_FREE_DAY: '500',
        RATE_LIMIT_LOGIN_FAILURES: '3',
      }),
    );
    expect(limits.tier.free).toEqual([
      { name: 'minute', windowMs: 60_000, limit: 5 },
      { name: 'hour', windowMs: 3_600_000, limit: 50 },
      { name: 'day', windowMs: 86_400_000, limit: 500 },
    ]);
    expect(limits.tier.admin).toEqual([]);
    expect([limits.loginPair[0]?.limit, limits.loginEither[0]?.limit]).toEqual([3, 30]);
  });
});

describe('addressKey', () => {
  test('addressKey: IPv4 addresses count alone, IPv6 addresses by /64, in any notation', () => {
    expect(addressKey('192.0.2.7')).toBe('192.0.2.7');
    expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:0db8:0001:0002::1'));
    expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'));
  });

  test('addressKey: unknown and invalid addresses share one key', () => {
    expect([null, '', 'nonsense', '999.1.1.1'].map(addressKey)).toEqual(Array(4).fill('unknown'));
  });

  test('addressKey: returns a key for any text', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => addressKey(address).length > 0));
  });
});

describe('limiter', () => {
  test('limiter: the store decides and reads values in the same call', async () => {
    const kv = createMemoryKeyValue({ clock });
    const limiter = createLimiter({ rateLimitStore: createMemoryRateLimitStore({ clock, kv }), clock, log });
    await kv.set('a', '1', { ttlMs: 1000 });
    const ask = () => limiter.consume({ limit: { key: 'k', policies: MINUTE, cost: 1 }, read: ['a', 'b'] });
    expect(await ask()).toMatchObject({ values: ['1', undefined], decision: { admitted: true } });
    await ask();
    expect(await ask()).toMatchObject({ decision: { admitted: false, retryAfterMs: 60_000 } });
    expect(await limiter.consume({ read: ['a'] })).toEqual({ values: ['1'] });
    expect((await limiter.decide('other', MINUTE)).admitted).toBe(true);
    expect(limiter.failOpens()).toBe(0);
  });

  test('limiter: local limits apply during an outage, which is logged once, until the store replies again', async () => {
    const store = createMemoryRateLimitStore({ clock });
    let down = true;
    const rateLimitStore: RateLimitStore = {
      consume: (requests) => (down ? Promise.reject(new Error('READONLY')) : store.consume(requests)),
    };
    const limiter = createLimiter({ rateLimitStore, clock, log });
    const results: boolean[] = [];
    for (let i = 0; i < 4; i++) results.push((await limiter.decide('k', MINUTE)).admitted);
    expect(results).toEqual([true, true, false, false]);
    expect((await limiter.consume({ read: ['a'] })).values).toBeUndefined();
    expect(limiter.failOpens()).toBe(5);
    down = false;
    clock.advance(1000);
    expect((await limiter.decide('k', MINUTE)).admitted).toBe(true);
    expect(log.lines.map(({ level }) => level)).toEqual(['warning', 'info']);
  });
});

describe('limiter batches', () => {
  const asked: number[] = [];
  let down = false;
  let turn: (() => void)[] = [];
  const endOfTurn = (work: () => void) => void turn.push(work);
  const endTurn = () => {
    for (const work of turn.splice(0)) work();
  };
  function open() {
    asked.length = 0;
    down = false;
    turn = [];
    const store = createMemoryRateLimitStore({ clock });
    const rateLimitStore: RateLimitStore = {
      consume: (requests) => {
        asked.push(requests.length);
        return down ? Promise.reject(new Error('down')) : store.consume(requests);
      },
    };
    return createLimiter({ rateLimitStore, clock, log, endOfTurn });
  }

  test('limiter: requests of one turn share calls of at most 16, and each gets its own result', async () => {
    const limiter = open();
    const decisions = Array.from({ length: 40 }, (_, i) => limiter.decide(`k${i % 15}`, MINUTE));
    expect(asked).toEqual([]);
    endTurn();
    const admitted = (await Promise.all(decisions)).map((decision) => decision.admitted);
    expect(asked).toEqual([16, 16, 8]);
    expect(admitted).toEqual(Array.from({ length: 40 }, (_, i) => i < 30));
  });

  test('limiter: during an outage requests are decided locally, and a single one probes the store', async () => {
    const limiter = open();
    const decide = async (count: number) => {
      const decisions = Array.from({ length: count }, () => limiter.decide('k', MINUTE));
      endTurn();
      return (await Promise.all(decisions)).filter(({ admitted }) => admitted).length;
    };
    down = true;
    expect(await decide(5)).toBe(2);
    expect(await decide(5)).toBe(0);
    clock.advance(1000);
    expect(await decide(5)).toBe(0);
    expect(asked).toEqual([5, 1]);
    expect(limiter.failOpens()).toBe(15);
    down = false;
    clock.advance(1000);
    expect(await decide(5)).toBeGreaterThan(0);
    expect(await decide(5)).toBeLessThanOrEqual(2);
    expect(asked).toEqual([5, 1, 1, 5]);
  });
});

describe('circuit breaker', () => {
  test('circuit breaker: a hanging store delays one call by the deadline, and no other until the next probe', async () => {
    vi.useFakeTimers();
    try {
      const breaker = createCircuitBreaker({ name: 'test', clock, log });
      const hang = vi.fn(() => new Promise<string>(() => {}));
      const first = breaker.call(hang);
      await vi.advanceTimersByTimeAsync(STORE_DEADLINE_MS);
      expect(await first).toBeUndefined();
      expect(breaker.healthy).toBe(false);
      for (let i = 0; i < 10; i++) expect(await breaker.call(hang)).toBeUndefined();
      expect(hang).toHaveBeenCalledTimes(1);
      clock.advance(1000);
      const probes = [breaker.call(hang), breaker.call(hang), breaker.call(hang)];
      await vi.advanceTimersByTimeAsync(STORE_DEADLINE_MS);
      expect(await Promise.all(probes)).toEqual([undefined, undefined, undefined]);
      expect(hang).toHaveBeenCalledTimes(2);
      clock.advance(1000);
      expect(await breaker.call(async () => 'back')).toBe('back');
      expect(breaker.healthy).toBe(true);
      expect(breaker.failures).toBe(14);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('circuit breaker: the store is asked again a second after a failure, whichever way the wall clock is set in between', async () => {
  for (const hours of [-5, 5]) {
    const breaker = createCircuitBreaker({ name: 'limits', clock, log });
    await breaker.call(() => Promise.reject(new Error('down')));
    clock.step(hours * 3_600_000);
    clock.advance(999);
    expect(await breaker.call(async () => 'answer'), `set by ${hours} h`).toBeUndefined();
    clock.advance(1);
    expect(await breaker.call(async () => 'answer'), `set by ${hours} h`).toBe('answer');
  }
});
