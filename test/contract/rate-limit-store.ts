/** The contract of every rate limit store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyValue } from '../../src/kernel/kv/key-value.ts';
import type { ConsumeResult, RateLimitStore } from '../../src/kernel/rate-limits/store.ts';

export interface RateLimitStoreHarness {
  readonly store: RateLimitStore;
  /** The key-value store whose keys `store` reads. */
  readonly kv: KeyValue;
  /** Lets `ms` pass for a limited key of the store, without waiting. */
  advance(ms: number, key: string): Promise<void>;
  /** Leaves `key` as if the store's clock had been set back by `ms` since its last admission. */
  setClockBack(key: string, ms: number): Promise<void>;
}

const TTL = { ttlMs: 60_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Windows by policy, the only ones whose time is moved. */
export const WINDOWS = { 1: MINUTE, 2: HOUR } as const;

/** `make` opens a store before each test; its `kv` is closed afterwards. */
export function rateLimitStoreContract(name: string, make: () => Promise<RateLimitStoreHarness>): void {
  describe(`rate limit store on ${name}`, () => {
    let harness: RateLimitStoreHarness;
    let store: RateLimitStore;
    let count = 0;
    /** A key that no other test of this run uses: a shared store is not emptied between tests. */
    const fresh = (prefix = 'limit') => `${prefix}:${name}:${Date.now()}:${++count}`;

    beforeEach(async () => {
      harness = await make();
      store = harness.store;
    });
    afterEach(() => harness.kv.close());

    const policies = [
      { name: 'brief', windowMs: MINUTE, limit: 3 },
      { name: 'long', windowMs: HOUR, limit: 5 },
    ];
    const consume = async (key: string, cost = 1, read: string[] = []) => {
      const [result] = await store.consume([{ limit: { key, policies, cost }, read }]);
      return result as ConsumeResult;
    };

    it('consume: admits requests up to the limit, and says when the next one passes', async () => {
      const key = fresh();
      const admitted: (boolean | undefined)[] = [];
      for (let i = 0; i < 5; i++) admitted.push((await consume(key)).decision?.admitted);
      expect(admitted).toEqual([true, true, true, false, false]);
      const { decision } = await consume(key);
      expect(decision?.retryAfterMs).toBeGreaterThan(0);
      expect(decision?.retryAfterMs).toBeLessThanOrEqual(MINUTE);
      await harness.advance(2 * MINUTE, key);
      expect((await consume(key)).decision).toMatchObject({ admitted: true, states: [{ remaining: 2 }, { remaining: 1 }] });
    });

    it('consume: charges all policies or none', async () => {
      const key = fresh();
      await consume(key, 3);
      expect((await consume(key, 3)).decision).toMatchObject({ admitted: false, states: [{ remaining: 0 }, { remaining: 2 }] });
    });

    it('consume: charges nothing for a cost of 0', async () => {
      const key = fresh();
      for (let i = 0; i < 10; i++) {
        expect((await consume(key, 0)).decision).toMatchObject({ admitted: true, states: [{ remaining: 3 }, { remaining: 5 }] });
      }
    });

    it('consume: peeks without charging, and says when the request would pass', async () => {
      const key = fresh();
      const peek = async (cost: number) => {
        const [result] = await store.consume([{ limit: { key, policies, cost, peek: true }, read: [] }]);
        return result?.decision;
      };
      for (let i = 0; i < 10; i++) expect(await peek(3)).toMatchObject({ admitted: true, states: [{ remaining: 3 }, {}] });
      await consume(key, 2);
      expect(await peek(1)).toMatchObject({ admitted: true, retryAfterMs: 0, states: [{ remaining: 1 }, { remaining: 3 }] });
      const refused = await peek(2);
      expect(refused).toMatchObject({ admitted: false, states: [{ remaining: 1 }, { remaining: 3 }] });
      expect(refused?.retryAfterMs).toBeGreaterThan(0);
      expect(refused?.retryAfterMs).toBeLessThanOrEqual(MINUTE);
    });

    it('consume: admits exactly the limit of a hundred concurrent requests', async () => {
      const key = fresh();
      const results = await Promise.all(Array.from({ length: 100 }, () => consume(key)));
      expect(results.filter(({ decision }) => decision?.admitted)).toHaveLength(3);
    });

    it('consume: reads values with and without a limit', async () => {
      const [present, absent] = [fresh('value'), fresh('value')];
      await harness.kv.set(present, '0012', TTL);
      expect((await consume(fresh(), 1, [absent, present])).values).toEqual([undefined, '0012']);
      expect(await store.consume([{ read: [present, absent] }])).toEqual([{ values: ['0012', undefined] }]);
      expect(await store.consume([{ read: [] }])).toEqual([{ values: [] }]);
      expect(await store.consume([])).toEqual([]);
    });

    it('consume: decides the requests of one call in order, and returns a result for each', async () => {
      const [one, other, value] = [fresh(), fresh(), fresh('value')];
      await harness.kv.set(value, 'v', TTL);
      const limit = (key: string, cost: number) => ({ key, policies, cost });
      const results = await store.consume([
        { limit: limit(one, 2), read: [] },
        { read: [value] },
        { limit: limit(one, 2), read: [value] },
        { limit: { key: other, policies: policies.slice(1), cost: 5 }, read: [] },
        { limit: limit(one, 1), read: [] },
      ]);
      expect(results.map(({ values }) => values)).toEqual([[], ['v'], ['v'], [], []]);
      expect(results.map(({ decision }) => decision?.admitted)).toEqual([true, undefined, false, true, true]);
      expect(results[3]?.decision?.states).toMatchObject([{ policy: { name: 'long' }, remaining: 0 }]);
      expect(results[4]?.decision?.states).toMatchObject([{ remaining: 0 }, { remaining: 2 }]);
    });

    it('consume: after the store’s clock was set back by hours, what was admitted counts for one window', async () => {
      const key = fresh();
      const minutes = [{ name: 'minute', windowMs: MINUTE, limit: 2 }];
      const ask = async () => (await store.consume([{ limit: { key, policies: minutes, cost: 1 }, read: [] }]))[0]?.decision;
      for (let i = 0; i < 2; i++) expect((await ask())?.admitted).toBe(true);
      await harness.setClockBack(key, 5 * 60 * MINUTE);
      const waits = [(await ask())?.retryAfterMs ?? 0, (await ask())?.retryAfterMs ?? 0] as const;
      for (const wait of waits) {
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(MINUTE + MINUTE / 60);
      }
      await harness.advance(MINUTE / 60, key);
      // The second refusal did not begin the wait again.
      expect((await ask())?.retryAfterMs).toBeLessThan(waits[0]);
    });

    it('consume: what is paid under a policy is not counted there, and does not wait for room there', async () => {
      const key = fresh();
      const total = { name: 'hour', windowMs: HOUR, limit: 3 };
      const writes = { name: 'hour-writes', windowMs: HOUR, limit: 2 };
      const send = async (cost: number, paid: readonly [number, number]) => {
        const policies = [
          { ...total, paid: paid[0] },
          { ...writes, paid: paid[1] },
        ];
        return (await store.consume([{ limit: { key, policies, cost }, read: [] }]))[0]?.decision;
      };
      expect(await send(1, [1, 0])).toMatchObject({ admitted: true, states: [{ remaining: 3 }, { remaining: 1 }] });
      expect(await send(3, [0, 3])).toMatchObject({ admitted: true, states: [{ remaining: 0 }, { remaining: 1 }] });
      expect(await send(1, [1, 0])).toMatchObject({ admitted: true, states: [{ remaining: 0 }, { remaining: 0 }] });
      expect(await send(1, [1, 0])).toMatchObject({ admitted: false, states: [{ remaining: 0 }, { remaining: 0 }] });
      expect(await send(1, [1, 1])).toMatchObject({ admitted: true });
    });

    it('consume: of one key some requests count under more policies than others', async () => {
      const key = fresh();
      const total = [{ name: 'hour', windowMs: HOUR, limit: 4 }];
      const writes = [...total, { name: 'hour-writes', windowMs: HOUR, limit: 2 }];
      const send = async (policies: typeof total) =>
        (await store.consume([{ limit: { key, policies, cost: 1 }, read: [] }]))[0]?.decision;
      expect((await send(total))?.states).toMatchObject([{ remaining: 3 }]);
      expect((await send(writes))?.states).toMatchObject([{ remaining: 2 }, { remaining: 1 }]);
      expect((await send(writes))?.states).toMatchObject([{ remaining: 1 }, { remaining: 0 }]);
      expect((await send(writes))?.admitted).toBe(false);
      expect((await send(total))?.admitted).toBe(true);
      expect((await send(total))?.admitted).toBe(false);
    });
  });
}
