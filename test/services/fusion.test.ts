import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuse, rankResources } from '../../src/services/search/fusion.ts';

const list = fc
  .uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 12 })
  .map((ids) => rankResources(ids.map((id) => ({ resourceId: `r${id}`, seq: id, score: 1 }))));

test('rank fusion: a resource is ranked once, by its best chunk', () => {
  const hits = [
    { resourceId: 'a', seq: 1, score: 9 },
    { resourceId: 'b', seq: 2, score: 8 },
    { resourceId: 'a', seq: 3, score: 7 },
    { resourceId: 'c', seq: 4, score: 6 },
  ];
  expect(rankResources(hits).map(({ resourceId, seq, rank }) => [resourceId, seq, rank])).toEqual([
    ['a', 1, 1],
    ['b', 2, 2],
    ['c', 4, 3],
  ]);
});

test('rank fusion: scores are sums of 1 / (60 + rank), best first, each resource once, in a deterministic order', () => {
  fc.assert(
    fc.property(list, list, (semantic, keyword) => {
      const fused = fuse(semantic, keyword);
      expect(new Set(fused.map((hit) => hit.resourceId))).toEqual(
        new Set([...semantic, ...keyword].map((hit) => hit.resourceId)),
      );
      expect(fused.length).toBe(new Set(fused.map((hit) => hit.resourceId)).size);
      for (const hit of fused) {
        const share = (rank: number | undefined) => (rank === undefined ? 0 : 1 / (60 + rank));
        expect(hit.score).toBeCloseTo(share(hit.semanticRank) + share(hit.keywordRank), 12);
      }
      for (const [i, hit] of fused.slice(1).entries()) expect(fused[i]!.score).toBeGreaterThanOrEqual(hit.score);
      expect(fuse(keyword, semantic).map((hit) => hit.resourceId)).toEqual(fused.map((hit) => hit.resourceId));
    }),
  );
});

test('rank fusion: the passage comes from the list that ranks the resource higher', () => {
  const one = (resourceId: string, seq: number, rank: number) => ({ resourceId, seq, rank, score: 1 });
  expect(fuse([one('a', 1, 2)], [one('a', 9, 1)])[0]?.seq).toBe(9);
  expect(fuse([one('a', 1, 1)], [one('a', 9, 3)])[0]?.seq).toBe(1);
  expect(fuse([], [one('a', 9, 3)])[0]).toMatchObject({ seq: 9, keywordRank: 3 });
});
