import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownCalibration } from '../../../worker-node/analysis/calibration.ts';
import { toDirectedEdges } from '../../../worker-node/analysis/graph/directed-edges.ts';
import { estimateRank, isRankingDue, pageRank } from '../../../worker-node/analysis/graph/pagerank.ts';
import { MAX_NEIGHBOURS, MIN_SIMILARITY, nearestNeighbours, similarity } from '../../../worker-node/analysis/graph/similarity.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const anyGraph = fc.record({
  nodes: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
  edges: fc.array(
    fc.record({
      source: fc.constantFrom(...names),
      target: fc.constantFrom(...names),
      weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
    }),
    { maxLength: 40 },
  ),
});

const STATIC = knownCalibration('pharos-static-192')!;

describe('PageRank', () => {
  it('PageRank: ranks of any graph are positive and sum to 1', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const ranks = pageRank(nodes, edges);
        expect([...ranks.keys()].sort()).toEqual([...nodes].sort());
        expect([...ranks.values()].reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 6);
        for (const rank of ranks.values()) expect(rank).toBeGreaterThan(0);
      }),
    );
  });

  it('PageRank: ranks do not depend on the order of nodes and edges', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const reversed = pageRank([...nodes].reverse(), [...edges].reverse());
        for (const [node, rank] of pageRank(nodes, edges)) expect(reversed.get(node)).toBeCloseTo(rank, 6);
      }),
    );
  });

  it('PageRank: ranks of a small graph equal the published example', () => {
    const links = [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
      ['c', 'a'],
      ['d', 'c'],
    ].map(([source, target]) => ({ source: source!, target: target!, weight: 1 }));
    const ranks = pageRank(['a', 'b', 'c', 'd'], links);
    const expected = { a: 0.3725, b: 0.1958, c: 0.3941, d: 0.0375 };
    for (const [node, rank] of Object.entries(expected)) expect(ranks.get(node)).toBeCloseTo(rank, 3);
  });

  it('PageRank: a graph without nodes has no ranks', () => {
    expect(pageRank([], [{ source: 'a', target: 'b', weight: 1 }]).size).toBe(0);
  });
});

describe('isRankingDue and estimateRank', () => {
  it('isRankingDue: a growing library visits fewer than 16 nodes per document', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 100, maxLength: 800 }), (steps) => {
        let size = 0;
        let ranked: number | undefined;
        let visited = 0;
        for (const step of steps) {
          size += step;
          if (isRankingDue(size, ranked)) {
            visited += size;
            ranked = size;
          }
          expect((size - (ranked ?? 0)) / size).toBeLessThan(0.1);
        }
        expect(visited / size).toBeLessThan(16);
      }),
    );
  });

  it('estimateRank: the rank of a new node is within 50% of its PageRank', () => {
    const nodes = names;
    const edges = names.slice(1).map((source, i) => ({ source, target: names[i % 3]!, weight: 1 }));
    const before = pageRank(nodes, edges);
    const linked = [...edges, { source: 'b', target: 'new', weight: 1 }];
    const exact = pageRank([...nodes, 'new'], linked).get('new')!;
    const weightsOut = new Map([['b', linked.filter(({ source }) => source === 'b').length]]);
    const estimate = estimateRank(9, [{ source: 'b', weight: 1 }], { ranks: before, weightsOut });
    expect(Math.abs(estimate - exact) / exact).toBeLessThan(0.5);
    expect(estimateRank(9, [], { ranks: before, weightsOut })).toBeCloseTo(0.15 / 9, 6);
  });

  it('estimateRank: an estimate is above 0 and at most 1', () => {
    fc.assert(
      fc.property(anyGraph, fc.integer({ min: 1, max: 100 }), ({ edges }, size) => {
        const weightsOut = new Map(edges.map(({ source, weight }) => [source, weight]));
        const estimate = estimateRank(size, edges, {
          ranks: new Map([
            ['a', 0.9],
            ['b', null],
          ]),
          weightsOut,
        });
        expect(estimate).toBeGreaterThan(0);
        expect(estimate).toBeLessThanOrEqual(1);
      }),
    );
  });
});

const comparable = fc.record({
  id: fc.uuid(),
  keywords: fc.uniqueArray(fc.constantFrom('ice', 'snow', 'river', 'bread', 'code', 'net'), { maxLength: 6 }),
  category: fc.option(fc.constantFrom('uncategorised', 'science.earth', 'food.baking')),
});
const cosine = fc.double({ min: -1, max: 1, noNaN: true });

describe('similarity', () => {
  it('similarity: the weight is 0 to 1 and symmetric, and so are the shared keywords', () => {
    fc.assert(
      fc.property(comparable, comparable, cosine, (a, b, cos) => {
        const one = similarity(a, b, cos, STATIC);
        const other = similarity(b, a, cos, STATIC);
        expect(one.weight).toBeCloseTo(other.weight, 12);
        expect(one.weight).toBeGreaterThanOrEqual(0);
        expect(one.weight).toBeLessThanOrEqual(1);
        expect(one.evidence.sharedKeywords?.toSorted()).toEqual(other.evidence.sharedKeywords?.toSorted());
      }),
    );
  });

  it('similarity: cosine weighs 0.6, keywords 0.3, category 0.1', () => {
    const keywords = ['ice', 'snow', 'river', 'melt'];
    const a = { id: 'a', keywords, category: 'science.earth' };
    expect(similarity(a, { ...a, id: 'b' }, 1, STATIC).weight).toBeCloseTo(1);
    expect(similarity(a, { id: 'b', keywords: [], category: null }, 0.5, STATIC).weight).toBeCloseTo(0.3);
    expect(similarity(a, { id: 'b', keywords: ['ice', 'snow', 'x', 'y'], category: null }, 0, STATIC).weight).toBeCloseTo(0.15);
    expect(similarity(a, { id: 'b', keywords: [], category: 'science.earth' }, -1, STATIC).weight).toBeCloseTo(0.1);
  });

  it('similarity: two uncategorised resources share no category', () => {
    const a = { id: 'a', keywords: [], category: 'uncategorised' };
    expect(similarity(a, { ...a, id: 'b' }, 0, STATIC)).toMatchObject({ weight: 0, evidence: { sameCategory: false } });
  });

  it('nearestNeighbours: the seven most similar above the minimum are kept, best first', () => {
    fc.assert(
      fc.property(
        comparable,
        fc.array(
          fc.tuple(comparable, cosine).map(([one, cos]) => ({ ...one, cosine: cos })),
          { maxLength: 30 },
        ),
        (a, candidates) => {
          const kept = nearestNeighbours(a, candidates, STATIC);
          expect(kept.length).toBeLessThanOrEqual(MAX_NEIGHBOURS);
          const weights = kept.map(({ weight }) => weight);
          expect(weights).toEqual([...weights].sort((x, y) => y - x));
          for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(MIN_SIMILARITY);
          const best = Math.max(0, ...candidates.map((one) => similarity(a, one, one.cosine, STATIC).weight));
          if (best >= MIN_SIMILARITY) expect(weights[0]).toBe(best);
        },
      ),
    );
  });
});

it('toDirectedEdges: a link gives one edge, similarity one in each direction', () => {
  const edge = { sourceId: 'a', targetId: 'b', weight: 0.5 };
  expect(toDirectedEdges([{ ...edge, kind: 'links' }])).toEqual([{ source: 'a', target: 'b', weight: 0.5 }]);
  expect(toDirectedEdges([{ ...edge, kind: 'similar' }])).toHaveLength(2);
});
