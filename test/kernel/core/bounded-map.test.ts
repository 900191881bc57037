import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBoundedMap } from '../../../src/kernel/core/bounded-map.ts';

const operation = fc.record({ set: fc.boolean(), key: fc.nat(8), value: fc.nat(), ttl: fc.nat(6), pass: fc.nat(2) });

test.each([
  'oldest',
  'least-recently-used',
] as const)('bounded map, %s: holds at most its capacity, never returns expired or evicted entries, and evicts the right one', (evict) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(operation, { maxLength: 60 }), (capacity, operations) => {
      let now = 0;
      const map = createBoundedMap<number, number>({ capacity, evict, now: () => now });
      // The model: entries in the order in which they make room.
      let model: { key: number; value: number; expiresAt: number }[] = [];
      for (const { set, key, value, ttl, pass } of operations) {
        now += pass;
        if (set) {
          model = model.filter((entry) => entry.key !== key);
          while (model[0] && (model.length >= capacity || model[0].expiresAt <= now)) model.shift();
          model.push({ key, value, expiresAt: now + ttl });
          map.set(key, value, now + ttl);
        } else {
          const known = model.find((entry) => entry.key === key);
          expect(map.get(key)).toBe(known && known.expiresAt > now ? known.value : undefined);
          if (known && known.expiresAt <= now) model = model.filter((entry) => entry !== known);
          else if (known && evict !== 'oldest') model = [...model.filter((entry) => entry !== known), known];
        }
        expect(map.size).toBe(model.length);
        expect(map.size).toBeLessThanOrEqual(capacity);
      }
    }),
  );
});

test('bounded map: without a clock and without expiries entries stay until others need the room', () => {
  const map = createBoundedMap<string, number>({ capacity: 2, evict: 'oldest' });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 2, 3]);
});

test('bounded map: a deleted entry is gone and leaves room', () => {
  const map = createBoundedMap<string, number>({ capacity: 1, evict: 'least-recently-used' });
  map.set('a', 1);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
  expect(map.size).toBe(0);
});

test('bounded map: a capacity of 0 holds nothing', () => {
  const map = createBoundedMap<string, number>({ capacity: 0, evict: 'least-recently-used' });
  map.set('a', 1);
  expect(map.get('a')).toBeUndefined();
  expect(map.size).toBe(0);
});
