/** The contract of every key-value store. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyValue } from '../../src/kernel/kv/key-value.ts';

export interface KeyValueHarness {
  readonly kv: KeyValue;
  /** Lets `ms` pass for the store, without waiting. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const TTL = { ttlMs: 60_000 };
/** A time to live that no test outlasts, and a time that does. */
const BRIEF = 30_000;
const OVER = 40_000;

export function keyValueContract(name: string, make: () => Promise<KeyValueHarness>): void {
  describe(`key-value store on ${name}`, () => {
    let harness: KeyValueHarness;
    let kv: KeyValue;
    let count = 0;
    /** A key that no other test of this run uses: a shared store is not emptied between tests. */
    const fresh = (prefix = 'test') => `${prefix}:${name}:${Date.now()}:${++count}`;

    beforeEach(async () => {
      harness = await make();
      kv = harness.kv;
    });
    afterEach(() => harness.close());

    it('ping: resolves while the store is up', async () => {
      await expect(kv.ping()).resolves.toBeUndefined();
    });

    describe('single values', () => {
      it('get: any string comes back unchanged', async () => {
        const key = fresh();
        const strings = fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.constantFrom('', '0', '007', '1e3', 'null', 'true', '{"a":1}', '"quoted"', '9007199254740993', 'a\nb\0c'),
        );
        await fc.assert(
          fc.asyncProperty(strings, async (value) => {
            await kv.set(key, value, TTL);
            expect(await kv.get(key)).toBe(value);
          }),
          { numRuns: 50 },
        );
      });

      it('get and take: undefined for a key that was never written', async () => {
        expect(await kv.get(fresh())).toBeUndefined();
        expect(await kv.take(fresh())).toBeUndefined();
      });

      it('set: a value is gone after its time to live', async () => {
        const key = fresh();
        await kv.set(key, 'short', { ttlMs: BRIEF });
        expect(await kv.get(key)).toBe('short');
        await harness.advance(OVER);
        expect(await kv.get(key)).toBeUndefined();
        expect(await kv.take(key)).toBeUndefined();
      });

      it('set: the time to live starts with the last write', async () => {
        const key = fresh();
        await kv.set(key, 'short', { ttlMs: BRIEF });
        await kv.set(key, 'long', TTL);
        await harness.advance(OVER);
        expect(await kv.get(key)).toBe('long');
      });

      it('set: a time to live that is not positive is refused', async () => {
        await expect(kv.set(fresh(), 'value', { ttlMs: 0 })).rejects.toThrow();
        await expect(kv.set(fresh(), 'value', { ttlMs: Number.NaN })).rejects.toThrow();
      });

      it('set onlyIfAbsent: writes once, and again after the value has expired or was deleted', async () => {
        const key = fresh();
        expect(await kv.set(key, 'first', { ttlMs: BRIEF, onlyIfAbsent: true })).toBe(true);
        expect(await kv.set(key, 'second', { ...TTL, onlyIfAbsent: true })).toBe(false);
        expect(await kv.get(key)).toBe('first');
        await harness.advance(OVER);
        expect(await kv.set(key, 'third', { ...TTL, onlyIfAbsent: true })).toBe(true);
        await kv.delete(key);
        expect(await kv.set(key, 'fourth', { ...TTL, onlyIfAbsent: true })).toBe(true);
        expect(await kv.get(key)).toBe('fourth');
      });

      it('set onlyIfAbsent: one of twenty concurrent writers wins', async () => {
        const key = fresh();
        const wins = await Promise.all(
          Array.from({ length: 20 }, (_, n) => kv.set(key, String(n), { ...TTL, onlyIfAbsent: true })),
        );
        expect(wins.filter(Boolean)).toHaveLength(1);
        expect(await kv.get(key)).toBe(String(wins.indexOf(true)));
      });

      it('take: one of twenty concurrent calls gets the value', async () => {
        const key = fresh();
        await kv.set(key, 'once', TTL);
        const taken = await Promise.all(Array.from({ length: 20 }, () => kv.take(key)));
        expect(taken.filter((value) => value === 'once')).toHaveLength(1);
        expect(taken.filter((value) => value === undefined)).toHaveLength(19);
      });

      it('delete: removes a key, and succeeds for a missing key', async () => {
        const key = fresh();
        await kv.set(key, 'value', TTL);
        await kv.delete(key);
        await kv.delete(key);
        expect(await kv.get(key)).toBeUndefined();
      });
    });

    describe('versioned hashes', () => {
      const write = (key: string, fields: Record<string, [version: number, value: string]>, now = 1000, ttlMs = 60_000) =>
        kv.writeHash(
          key,
          Object.entries(fields).map(([field, [version, value]]) => ({ field, version, value })),
          { ttlMs, now },
        );

      it('writeHash: several fields are written in one step and read back with their versions', async () => {
        const key = fresh();
        const { hash, written } = await write(key, { a: [0, 'zero'], b: [Number.MAX_SAFE_INTEGER, 'huge'] });
        expect([...written].sort()).toEqual(['a', 'b']);
        expect(hash).toEqual({
          sequence: 1000,
          fields: { a: { version: 0, value: 'zero' }, b: { version: Number.MAX_SAFE_INTEGER, value: 'huge' } },
        });
        expect(await kv.readHash(key)).toEqual(hash);
      });

      it('writeHash: a field with an equal or greater version stays; the written fields are returned', async () => {
        const key = fresh();
        await write(key, { a: [5, 'five'], b: [5, 'five'] });
        const { hash, written } = await write(key, { a: [5, 'again'], b: [6, 'six'] });
        expect(written).toEqual(['b']);
        expect(hash.fields).toEqual({ a: { version: 5, value: 'five' }, b: { version: 6, value: 'six' } });
      });

      it('writeHash: versions near 2^53 that differ by one are distinct', async () => {
        const key = fresh();
        await write(key, { a: [Number.MAX_SAFE_INTEGER - 1, 'older'] });
        const { written } = await write(key, { a: [Number.MAX_SAFE_INTEGER, 'newer'] });
        expect(written).toEqual(['a']);
      });

      it('writeHash: a change raises the sequence to the time or by one; a write without a change does not', async () => {
        const key = fresh();
        expect((await write(key, { a: [1, ''] }, 1000)).hash.sequence).toBe(1000);
        expect((await write(key, { a: [2, ''] }, 1000)).hash.sequence).toBe(1001);
        expect((await write(key, { a: [2, ''] }, 5000)).hash.sequence).toBe(1001);
        expect((await write(key, { a: [3, ''] }, 500)).hash.sequence).toBe(1002);
        const time = 1_790_000_000_000;
        expect((await write(key, { a: [4, ''] }, time)).hash.sequence).toBe(time);
      });

      it('writeHash: twenty concurrent writers lose no field', async () => {
        const key = fresh();
        const names = Array.from({ length: 20 }, (_, n) => `field-${n}`);
        const results = await Promise.all(names.map((field) => write(key, { [field]: [1, field] })));
        const hash = await kv.readHash(key);
        expect(Object.keys(hash?.fields ?? {}).sort()).toEqual([...names].sort());
        expect(new Set(results.map((result) => result.hash.sequence)).size).toBe(names.length);
      });

      it('writeHash: every field ends with its greatest version, for any order and repetition of writes', async () => {
        const writes = fc.array(fc.record({ field: fc.constantFrom('a', 'b', 'c'), version: fc.nat({ max: 20 }) }), {
          minLength: 1,
          maxLength: 30,
        });
        await fc.assert(
          fc.asyncProperty(writes, async (all) => {
            const key = fresh();
            await Promise.all(all.map(({ field, version }) => write(key, { [field]: [version, `v${version}`] })));
            const expected: Record<string, { version: number; value: string }> = {};
            for (const { field, version } of all) {
              if (version >= (expected[field]?.version ?? 0)) expected[field] = { version, value: `v${version}` };
            }
            expect((await kv.readHash(key))?.fields).toEqual(expected);
          }),
          { numRuns: 30 },
        );
      });

      it('writeHash: a hash is gone after its time to live, and the next write starts anew', async () => {
        const key = fresh();
        await write(key, { a: [9, 'old'] }, 1000, BRIEF);
        await harness.advance(OVER);
        expect(await kv.readHash(key)).toBeUndefined();
        const { hash } = await write(key, { a: [1, 'new'] }, 2000);
        expect(hash).toEqual({ sequence: 2000, fields: { a: { version: 1, value: 'new' } } });
      });

      it('writeHash: the time to live starts with the last write, even one without a change', async () => {
        const key = fresh();
        await write(key, { a: [1, ''] }, 1000, BRIEF);
        await write(key, { a: [1, ''] });
        await harness.advance(OVER);
        expect(await kv.readHash(key)).toBeDefined();
      });

      it('delete: removes a hash', async () => {
        const key = fresh();
        await write(key, { a: [1, ''] });
        await kv.delete(key);
        expect(await kv.readHash(key)).toBeUndefined();
      });
    });

    describe('messages', () => {
      /** Waits for delivery, which takes a moment on a store across a network. */
      const expectMessages = (listener: ReturnType<typeof vi.fn>, messages: string[]) =>
        vi.waitFor(() => expect(received(listener)).toEqual(messages), { timeout: 60_000, interval: 20 });

      /** The messages received, without probes that were on their way when the subscription began. */
      const received = (listener: ReturnType<typeof vi.fn>) =>
        listener.mock.calls.map(([message]) => message).filter((message) => message !== 'probe');

      /** Waits until a subscription is effective, which takes a moment across a network. */
      async function untilSubscribed(channel: string): Promise<void> {
        const probe = vi.fn();
        const stop = kv.subscribe(channel, probe);
        await vi.waitFor(
          async () => {
            await kv.publish(channel, 'probe');
            expect(probe).toHaveBeenCalled();
          },
          { timeout: 60_000, interval: 20 },
        );
        stop();
      }

      it('publish: every listener of the channel receives the messages in order, other channels do not', async () => {
        const [channel, other] = [fresh('channel'), fresh('channel')];
        await Promise.all([untilSubscribed(channel), untilSubscribed(other)]);
        const [one, two, elsewhere] = [vi.fn(), vi.fn(), vi.fn()];
        kv.subscribe(channel, one);
        kv.subscribe(channel, two);
        kv.subscribe(other, elsewhere);
        await untilSubscribed(channel);
        one.mockClear();
        two.mockClear();
        for (const message of ['1', '2', '{"three":3}']) await kv.publish(channel, message);
        await expectMessages(one, ['1', '2', '{"three":3}']);
        await expectMessages(two, ['1', '2', '{"three":3}']);
        expect(received(elsewhere)).toEqual([]);
      });

      it('subscribe: a listener that unsubscribed receives nothing more, the others do', async () => {
        const channel = fresh('channel');
        const [leaving, staying] = [vi.fn(), vi.fn()];
        const leave = kv.subscribe(channel, leaving);
        kv.subscribe(channel, staying);
        await untilSubscribed(channel);
        leave();
        leave();
        leaving.mockClear();
        staying.mockClear();
        await kv.publish(channel, 'after');
        await expectMessages(staying, ['after']);
        expect(received(leaving)).toEqual([]);
      });

      it('subscribe: a function that subscribed twice receives each message twice', async () => {
        const channel = fresh('channel');
        const listener = vi.fn();
        const leave = kv.subscribe(channel, listener);
        kv.subscribe(channel, listener);
        await untilSubscribed(channel);
        listener.mockClear();
        await kv.publish(channel, 'twice');
        await expectMessages(listener, ['twice', 'twice']);
        leave();
        listener.mockClear();
        await kv.publish(channel, 'once');
        await expectMessages(listener, ['once']);
      });

      it('publish: a listener that throws does not keep others from receiving the message', async () => {
        const channel = fresh('channel');
        const good = vi.fn();
        kv.subscribe(channel, () => {
          throw new Error('a faulty listener');
        });
        kv.subscribe(channel, good);
        await untilSubscribed(channel);
        good.mockClear();
        await expect(kv.publish(channel, 'message')).resolves.toBeUndefined();
        await expectMessages(good, ['message']);
      });

      it('publish: succeeds for a channel without listeners', async () => {
        await expect(kv.publish(fresh('channel'), 'unheard')).resolves.toBeUndefined();
      });
    });
  });
}
