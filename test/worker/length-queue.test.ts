import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLengthQueue } from '../../worker-node/embedder/length-queue.ts';

interface Item {
  readonly length: number;
  readonly order: number;
}

const queueOf = (lengths: readonly number[]) => {
  const queue = createLengthQueue<Item>();
  const items = lengths.map((length, order) => ({ length, order }));
  for (const item of items) queue.add(item);
  return { queue, items };
};

const lengths = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(0, 1, 16, 17, 64)), { maxLength: 80 });
const budgets = fc.integer({ min: 1, max: 2000 });

test('length queue: every text is taken exactly once, and each batch contains the oldest one', () => {
  fc.assert(
    fc.property(lengths, budgets, (given, budget) => {
      const { queue, items } = queueOf(given);
      const waiting = new Set(items);
      while (queue.size > 0) {
        const [oldest] = waiting;
        const batch = queue.take(budget);
        expect(batch).toContain(oldest);
        for (const item of batch) expect(waiting.delete(item)).toBe(true);
        expect(queue.size).toBe(waiting.size);
        expect(queue.tokens).toBe([...waiting].reduce((sum, { length }) => sum + length, 0));
      }
      expect(waiting.size).toBe(0);
      expect(queue.take(budget)).toEqual([]);
    }),
  );
});

test('length queue: a batch with padding fits the budget, unless it is a single longer text', () => {
  fc.assert(
    fc.property(lengths, budgets, (given, budget) => {
      const { queue } = queueOf(given);
      while (queue.size > 0) {
        const batch = queue.take(budget);
        const columns = Math.max(1, ...batch.map(({ length }) => length));
        if (batch.length > 1) expect(batch.length * columns).toBeLessThanOrEqual(budget);
      }
    }),
  );
});

test('length queue: padding at most doubles a text of 16 tokens or more', () => {
  fc.assert(
    fc.property(lengths, budgets, (given, budget) => {
      const { queue } = queueOf(given);
      while (queue.size > 0) {
        const batch = queue.take(budget).map(({ length }) => length);
        const longest = Math.max(...batch);
        for (const length of batch) expect(longest).toBeLessThanOrEqual(Math.max(16, 2 * length));
      }
    }),
  );
});

test('length queue: padding is below 10% for many texts', () => {
  const { queue } = queueOf(Array.from({ length: 600 }, (_, index) => 8 + ((index * 97) % 249)));
  let [real, padded] = [0, 0];
  while (queue.size > 0) {
    const batch = queue.take(1024).map(({ length }) => length);
    real += batch.reduce((sum, length) => sum + length, 0);
    padded += batch.length * Math.max(...batch);
  }
  expect(padded / real).toBeLessThan(1.1);
});

test('length queue: a removed text is not taken, and removing it again returns false', () => {
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(79)), (given, removals) => {
      const { queue, items } = queueOf(given);
      const remaining = new Set(items);
      for (const index of removals) {
        const item = items[index];
        if (item) expect(queue.remove(item)).toBe(remaining.delete(item));
      }
      expect(queue.size).toBe(remaining.size);
      const taken: Item[] = [];
      while (queue.size > 0) taken.push(...queue.take(512));
      expect(new Set(taken)).toEqual(remaining);
    }),
  );
});
