import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category } from '../../../src/kernel/db/types.ts';
import { knownCalibration } from '../../../worker-node/analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../../../worker-node/analysis/taxonomy/default-tree.ts';
import {
  classify,
  keywordEvidence,
  TOP_CATEGORIES,
  UNCATEGORISED,
  wordSet,
} from '../../../worker-node/analysis/taxonomy/score.ts';
import { flattenTree } from '../../../worker-node/analysis/taxonomy/seed.ts';

const node = (id: string, parentId: string | null = null, keywords: string[] = []): Category => ({
  ...{ id, parentId, label: id.toUpperCase(), description: '', keywords, examples: [], position: 0 },
});
const tree = [
  node('nature'),
  node('ice', 'nature', ['glacier']),
  node('sea', 'nature'),
  node('tech'),
  node('code', 'tech', ['code']),
];
const scored = (cosines: Record<string, number>, categories = tree) =>
  categories.map((category) => ({ category, cosine: cosines[category.id] ?? 0 }));
const NONE = wordSet('');
const STATIC = knownCalibration('pharos-static-192')!.taxonomy;

describe('classify', () => {
  it('classify: confidences are 0 to 1, best first, and those of leaves sum to at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: -1, max: 1, noNaN: true })), { minLength: 5, maxLength: 5 }), (cosines) => {
        const { category, categories } = classify(
          tree.map((one, i) => ({ category: one, cosine: cosines[i] ?? null })),
          NONE,
          STATIC,
        );
        expect(categories.length).toBeLessThanOrEqual(TOP_CATEGORIES);
        for (const { confidence } of categories) {
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
        const leaves = categories.filter(({ id }) => id !== 'nature' && id !== 'tech');
        expect(leaves.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThanOrEqual(1 + 1e-9);
        expect(leaves.map(({ confidence }) => confidence)).toEqual(
          leaves.map(({ confidence }) => confidence).sort((a, b) => b - a),
        );
        expect([UNCATEGORISED, ...categories.map(({ id }) => id)]).toContain(category);
      }),
    );
  });

  it('classify: a leaf that is clearly ahead is chosen', () => {
    const { category, categories } = classify(scored({ ice: 0.55, sea: 0.2, code: 0.1 }), NONE, STATIC);
    expect(category).toBe('ice');
    expect(categories[0]).toMatchObject({ id: 'ice', label: 'ICE' });
    expect(categories[0]?.confidence).toBeGreaterThan(0.9);
  });

  it('classify: a branch is chosen when several of its leaves share the evidence', () => {
    const leaves = ['a', 'b', 'c', 'd'].map((id) => node(id, 'nature'));
    const { category, categories } = classify(
      scored({ a: 0.4, b: 0.4, c: 0.4, d: 0.4 }, [node('nature'), ...leaves]),
      NONE,
      STATIC,
    );
    expect(category).toBe('nature');
    expect(categories[0]?.id).toBe('nature');
  });

  it('classify: a resource with low cosines, or without vector and keywords, is uncategorised', () => {
    expect(classify(scored({ ice: 0.15, code: 0.1 }), NONE, STATIC).category).toBe(UNCATEGORISED);
    expect(
      classify(
        tree.map((category) => ({ category, cosine: null })),
        NONE,
        STATIC,
      ).category,
    ).toBe(UNCATEGORISED);
    expect(classify([], NONE, STATIC)).toEqual({ category: UNCATEGORISED, categories: [] });
  });

  it('classify: a keyword in the text raises the confidence of its category', () => {
    const cosines = { ice: 0.28, sea: 0.28, code: 0.2 };
    const of = (text: string) =>
      classify(scored(cosines), wordSet(text), STATIC).categories.find(({ id }) => id === 'ice')?.confidence ?? 0;
    expect(of('two glaciers met')).toBeGreaterThan(of('two roads met'));
  });

  it('classify: a taxonomy with a cycle of parents terminates', () => {
    const round = [node('x', 'y'), node('y', 'x'), node('leaf', 'x')];
    expect(classify(scored({ leaf: 0.9 }, round), NONE, STATIC).category).toBe('leaf');
  });
});

describe('keywordEvidence', () => {
  it('keyword evidence: plurals and phrases match, and four keywords give 1', () => {
    const words = wordSet('Machine-learning models need data sets; glaciers do not.');
    expect(keywordEvidence(['machine learning', 'glacier'], words)).toBe(0.5);
    expect(keywordEvidence(['model', 'need', 'glacier', 'data', 'set', 'absent'], words)).toBe(1);
    expect(keywordEvidence([], words)).toBe(0);
  });
});

describe('DEFAULT_TAXONOMY', () => {
  const rows = flattenTree(DEFAULT_TAXONOMY);

  it('default taxonomy: 12 branches of three to six leaves have descriptions, keywords, examples and ids under their branch', () => {
    expect(DEFAULT_TAXONOMY.length).toBe(12);
    for (const { id, children = [] } of DEFAULT_TAXONOMY) {
      expect(children.length).toBeGreaterThanOrEqual(3);
      expect(children.length).toBeLessThanOrEqual(6);
      for (const child of children) expect(child.id.startsWith(`${id}.`)).toBe(true);
    }
    for (const { label, description, keywords, examples } of rows) {
      expect(label.length * description.length).toBeGreaterThan(0);
      expect(keywords.length).toBeGreaterThanOrEqual(5);
      expect(examples.length).toBeGreaterThanOrEqual(1);
      expect([...keywords, ...examples].filter((text) => text.trim() === '')).toEqual([]);
    }
  });

  it('default taxonomy: ids are unique and parents precede their children', () => {
    const seen = new Set<string>();
    for (const { id, parentId } of rows) {
      expect(seen.has(id)).toBe(false);
      if (parentId !== null) expect(seen.has(parentId)).toBe(true);
      seen.add(id);
    }
  });
});
