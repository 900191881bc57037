/** What every key-value store must do, whatever it is made of. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyValue } from '../../src/kernel/kv/key-value.ts';

export interface KeyValueHarness {
  readonly kv: KeyValue;
  /** Lets `ms` pass for the store: a manual clock is moved, a real store is waited for. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const TTL = { ttlMs: 60_000 };
/** Long enough to read what was written, short enough to wait for. */
const BRIEF = 400;
const OVER = 600;

export function keyValueContract(name: string, make: () => Promise<KeyValueHarness>): void {
  describe(`${name} as a key-value store`, () => {
    let harness: KeyValueHarness;
    let kv: KeyValue;
    let count = 0;
    /** A name no other test of this run uses: a shared store is not emptied between tests. */
    const fresh = (prefix = 'test') => `${prefix}:${name}:${Date.now()}:${++count}`;

    beforeEach(async () => {
      harness = await make();
      kv = harness.kv;
    });
    afterEach(() => harness.close());

    it('answers a ping', async () => {
      await expect(kv.ping()).resolves.toBeUndefined();
    });

    describe('single values', () => {
      it('gives back any string as the same string', async () => {
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

      it('knows nothing of a key that was never written', async () => {
        expect(await kv.get(fresh())).toBeUndefined();
        expect(await kv.take(fresh())).toBeUndefined();
      });

      it('forgets a value when its time is over', async () => {
        const key = fresh();
        await kv.set(key, 'short', { ttlMs: BRIEF });
        expect(await kv.get(key)).toBe('short');
        await harness.advance(OVER);
        expect(await kv.get(key)).toBeUndefined();
        expect(await kv.take(key)).toBeUndefined();
      });

      it('counts the time to live from the last write', async () => {
        const key = fresh();
        await kv.set(key, 'short', { ttlMs: BRIEF });
        await kv.set(key, 'long', TTL);
        await harness.advance(OVER);
        expect(await kv.get(key)).toBe('long');
      });

      it('refuses a value that would live for ever or not at all', async () => {
        await expect(kv.set(fresh(), 'value', { ttlMs: 0 })).rejects.toThrow();
        await expect(kv.set(fresh(), 'value', { ttlMs: Number.NaN })).rejects.toThrow();
      });

      it('writes onlyIfAbsent once, and again after the first has expired or was deleted', async () => {
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

      it('lets one of many onlyIfAbsent writers win', async () => {
        const key = fresh();
        const wins = await Promise.all(
          Array.from({ length: 20 }, (_, n) => kv.set(key, String(n), { ...TTL, onlyIfAbsent: true })),
        );
        expect(wins.filter(Boolean)).toHaveLength(1);
        expect(await kv.get(key)).toBe(String(wins.indexOf(true)));
      });

      it('hands out a taken value once, however many ask', async () => {
        const key = fresh();
        await kv.set(key, 'once', TTL);
        const taken = await Promise.all(Array.from({ length: 20 }, () => kv.take(key)));
        expect(taken.filter((value) => value === 'once')).toHaveLength(1);
        expect(taken.filter((value) => value === undefined)).toHaveLength(19);
      });

      it('deletes, and does not mind deleting nothing', async () => {
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

      it('writes several fields in one step and reads them back with their versions', async () => {
        const key = fresh();
        const { hash, written } = await write(key, { a: [0, 'zero'], b: [Number.MAX_SAFE_INTEGER, 'huge'] });
        expect([...written].sort()).toEqual(['a', 'b']);
        expect(hash).toEqual({
          sequence: 1000,
          fields: { a: { version: 0, value: 'zero' }, b: { version: Number.MAX_SAFE_INTEGER, value: 'huge' } },
        });
        expect(await kv.readHash(key)).toEqual(hash);
      });

      it('keeps a field that is as new or newer, and says what it wrote', async () => {
        const key = fresh();
        await write(key, { a: [5, 'five'], b: [5, 'five'] });
        const { hash, written } = await write(key, { a: [5, 'again'], b: [6, 'six'] });
        expect(written).toEqual(['b']);
        expect(hash.fields).toEqual({ a: { version: 5, value: 'five' }, b: { version: 6, value: 'six' } });
      });

      it('tells versions apart that differ by one near 2^53', async () => {
        const key = fresh();
        await write(key, { a: [Number.MAX_SAFE_INTEGER - 1, 'older'] });
        const { written } = await write(key, { a: [Number.MAX_SAFE_INTEGER, 'newer'] });
        expect(written).toEqual(['a']);
      });

      it('raises the sequence with every change, to the time or by one, and leaves it where nothing changed', async () => {
        const key = fresh();
        expect((await write(key, { a: [1, ''] }, 1000)).hash.sequence).toBe(1000);
        expect((await write(key, { a: [2, ''] }, 1000)).hash.sequence).toBe(1001);
        expect((await write(key, { a: [2, ''] }, 5000)).hash.sequence).toBe(1001);
        expect((await write(key, { a: [3, ''] }, 500)).hash.sequence).toBe(1002);
        const time = 1_790_000_000_000;
        expect((await write(key, { a: [4, ''] }, time)).hash.sequence).toBe(time);
      });

      it('loses no field to writers that write at once', async () => {
        const key = fresh();
        const names = Array.from({ length: 20 }, (_, n) => `field-${n}`);
        const answers = await Promise.all(names.map((field) => write(key, { [field]: [1, field] })));
        const hash = await kv.readHash(key);
        expect(Object.keys(hash?.fields ?? {}).sort()).toEqual([...names].sort());
        expect(new Set(answers.map((answer) => answer.hash.sequence)).size).toBe(names.length);
      });

      it('ends with the greatest version of every field, in whatever order writes arrive and however often', async () => {
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

      it('forgets a hash when its time is over, and starts anew', async () => {
        const key = fresh();
        await write(key, { a: [9, 'old'] }, 1000, BRIEF);
        await harness.advance(OVER);
        expect(await kv.readHash(key)).toBeUndefined();
        const { hash } = await write(key, { a: [1, 'new'] }, 2000);
        expect(hash).toEqual({ sequence: 2000, fields: { a: { version: 1, value: 'new' } } });
      });

      it('sets the time to live again with every write', async () => {
        const key = fresh();
        await write(key, { a: [1, ''] }, 1000, BRIEF);
        await write(key, { a: [1, ''] });
        await harness.advance(OVER);
        expect(await kv.readHash(key)).toBeDefined();
      });

      it('deletes a hash like any key', async () => {
        const key = fresh();
        await write(key, { a: [1, ''] });
        await kv.delete(key);
        expect(await kv.readHash(key)).toBeUndefined();
      });
    });

    describe('messages', () => {
      /** Delivery may take a moment on a store across a network; nothing here depends on how long. */
      const received = (listener: ReturnType<typeof vi.fn>, messages: string[]) =>
        vi.waitFor(() => expect(heard(listener)).toEqual(messages));

      /** Probes that were still on their way when the listening began do not count. */
      const heard = (listener: ReturnType<typeof vi.fn>) =>
        listener.mock.calls.map(([message]) => message).filter((message) => message !== 'probe');

      /** A subscription across a network takes effect some time after it was asked for. */
      async function listening(channel: string): Promise<void> {
        const probe = vi.fn();
        const stop = kv.subscribe(channel, probe);
        await vi.waitFor(async () => {
          await kv.publish(channel, 'probe');
          expect(probe).toHaveBeenCalled();
        });
        stop();
      }

      it('reach every listener of their channel, in order, and nobody else', async () => {
        const [channel, other] = [fresh('channel'), fresh('channel')];
        await Promise.all([listening(channel), listening(other)]);
        const [one, two, elsewhere] = [vi.fn(), vi.fn(), vi.fn()];
        kv.subscribe(channel, one);
        kv.subscribe(channel, two);
        kv.subscribe(other, elsewhere);
        await listening(channel);
        one.mockClear();
        two.mockClear();
        for (const message of ['1', '2', '{"three":3}']) await kv.publish(channel, message);
        await received(one, ['1', '2', '{"three":3}']);
        await received(two, ['1', '2', '{"three":3}']);
        expect(heard(elsewhere)).toEqual([]);
      });

      it('stop reaching a listener that has left, and still reach the others', async () => {
        const channel = fresh('channel');
        const [leaving, staying] = [vi.fn(), vi.fn()];
        const leave = kv.subscribe(channel, leaving);
        kv.subscribe(channel, staying);
        await listening(channel);
        leave();
        leave();
        leaving.mockClear();
        staying.mockClear();
        await kv.publish(channel, 'after');
        await received(staying, ['after']);
        expect(heard(leaving)).toEqual([]);
      });

      it('reach a function as often as it subscribed', async () => {
        const channel = fresh('channel');
        const listener = vi.fn();
        const leave = kv.subscribe(channel, listener);
        kv.subscribe(channel, listener);
        await listening(channel);
        listener.mockClear();
        await kv.publish(channel, 'twice');
        await received(listener, ['twice', 'twice']);
        leave();
        listener.mockClear();
        await kv.publish(channel, 'once');
        await received(listener, ['once']);
      });

      it('reach the others where one listener throws', async () => {
        const channel = fresh('channel');
        const good = vi.fn();
        kv.subscribe(channel, () => {
          throw new Error('a faulty listener');
        });
        kv.subscribe(channel, good);
        await listening(channel);
        good.mockClear();
        await expect(kv.publish(channel, 'message')).resolves.toBeUndefined();
        await received(good, ['message']);
      });

      it('to a channel without listeners go nowhere', async () => {
        await expect(kv.publish(fresh('channel'), 'unheard')).resolves.toBeUndefined();
      });
    });
  });
}
