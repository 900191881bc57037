import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanExactly } from '../../../src/kernel/db/exact-scan.ts';

test('exact scan: it finds what a comparison of all vectors at once finds, whatever the size of a block', async () => {
  const scored = fc.uniqueArray(fc.record({ seq: fc.nat({ max: 200 }), score: fc.integer({ min: 0, max: 9 }) }), {
    selector: ({ seq }) => seq,
    maxLength: 80,
  });
  await fc.assert(
    fc.asyncProperty(scored, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }), async (all, limit, blockSize) => {
      const rank = (hits: readonly (typeof all)[number][]) =>
        hits.map((hit) => ({ ...hit, resourceId: 'r' })).toSorted((a, b) => b.score - a.score || a.seq - b.seq);
      let longest = 0;
      const found = await scanExactly(
        {
          keys: async (after, most) =>
            all
              .map(({ seq }) => seq)
              .filter((seq) => seq > after)
              .toSorted((a, b) => a - b)
              .slice(0, most),
          nearest: async (keys, most) => {
            longest = Math.max(longest, keys.length);
            return rank(all.filter(({ seq }) => keys.includes(seq))).slice(0, most);
          },
        },
        limit,
        { blockSize },
      );
      expect(found).toEqual(rank(all).slice(0, limit));
      expect(longest).toBeLessThanOrEqual(blockSize);
    }),
  );
});

test('exact scan: it pauses after each block, so that a thread whose statements block it can do other work', async () => {
  const order: string[] = [];
  const scan = {
    keys: async () => [1, 2, 3],
    nearest: async (keys: readonly number[]) => {
      order.push(`block ${keys.join()}`);
      return [];
    },
  };
  const pause = async () => {
    order.push('pause');
  };
  await scanExactly(scan, 1, { blockSize: 2, pause });
  expect(order).toEqual(['block 1,2', 'pause', 'block 3', 'pause']);
});
