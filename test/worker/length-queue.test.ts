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

test('every text is taken exactly once, the one that waited longest in every batch', () => {
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

test('a batch fits the budget with its padding, unless one text alone does not', () => {
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

test('no text is padded to more than twice its length, short ones apart', () => {
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

test('texts of like length fill the budget: padding stays small for many of them', () => {
  const { queue } = queueOf(Array.from({ length: 600 }, (_, index) => 8 + ((index * 97) % 249)));
  let [real, padded] = [0, 0];
  while (queue.size > 0) {
    const batch = queue.take(1024).map(({ length }) => length);
    real += batch.reduce((sum, length) => sum + length, 0);
    padded += batch.length * Math.max(...batch);
  }
  expect(padded / real).toBeLessThan(1.1);
});

test('what is removed is not taken, and removing it again says so', () => {
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(79)), (given, removals) => {
      const { queue, items } = queueOf(given);
      const left = new Set(items);
      for (const index of removals) {
        const item = items[index];
        if (item) expect(queue.remove(item)).toBe(left.delete(item));
      }
      expect(queue.size).toBe(left.size);
      const taken: Item[] = [];
      while (queue.size > 0) taken.push(...queue.take(512));
      expect(new Set(taken)).toEqual(left);
    }),
  );
});
