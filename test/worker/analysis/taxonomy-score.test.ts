import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category } from '../../../src/kernel/db/types.ts';
import { UNCATEGORISED } from '../../../src/kernel/model/taxonomy.ts';
import { flattenTree } from '../../../src/services/taxonomy/tree.ts';
import { knownCalibration } from '../../../worker-node/analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../../../worker-node/analysis/taxonomy/default-tree/index.ts';
import {
  classify,
  indexWords,
  keywordEvidence,
  TOP_CATEGORIES,
  UNKNOWN_IMPRESSION,
} from '../../../worker-node/analysis/taxonomy/score.ts';

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
/** Of a category that stands for its branch. */
const at = (own: number) => ({ own, branch: own });
const scored = (standings: Record<string, number>, categories = tree) =>
  categories.map((category) => ({ category, standing: at(standings[category.id] ?? 0) }));
const factors = knownCalibration('pharos-static-192')!.taxonomy;
const of = (text: string) => ({ words: indexWords(text), impression: { none: 0 }, factors });
const NO_WORDS = of('');

describe('classify', () => {
  it('classify: confidences are 0 to 1, best first, and those of leaves sum to at most 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: -5, max: 15, noNaN: true })), { minLength: 5, maxLength: 5 }),
        (standings) => {
          const { category, categories } = classify(
            tree.map((one, i) => ({ category: one, standing: standings[i] == null ? null : at(standings[i]) })),
            NO_WORDS,
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
        },
      ),
    );
  });

  it('classify: a leaf that is clearly ahead is chosen', () => {
    const { category, categories } = classify(scored({ ice: 4, sea: 1, code: -1 }), NO_WORDS);
    expect(category).toBe('ice');
    expect(categories[0]).toMatchObject({ id: 'ice', label: 'ICE' });
    expect(categories[0]?.confidence).toBeGreaterThan(0.9);
  });

  it('classify: a branch is chosen when several of its leaves share the evidence', () => {
    const leaves = ['a', 'b', 'c', 'd', 'e'].map((id) => node(id, 'nature'));
    const { category, categories } = classify(scored({ a: 3, b: 3, c: 3, d: 3, e: 3 }, [node('nature'), ...leaves]), NO_WORDS);
    expect(category).toBe('nature');
    expect(categories[0]?.id).toBe('nature');
  });

  it('classify: a resource that is as near to texts without a topic, or without vector and keywords, is uncategorised', () => {
    expect(classify(scored({ ice: 2, code: 1 }), { ...NO_WORDS, impression: { none: 4 } }).category).toBe(UNCATEGORISED);
    const unread = tree.map((category) => ({ category, standing: null }));
    expect(classify(unread, { ...NO_WORDS, impression: UNKNOWN_IMPRESSION }).category).toBe(UNCATEGORISED);
    expect(classify([], NO_WORDS)).toEqual({ category: UNCATEGORISED, categories: [] });
  });

  it('classify: a keyword in the text raises the confidence of its category', () => {
    const confidence = (text: string) =>
      classify(scored({ ice: 2, sea: 2, code: 1 }), of(text)).categories.find(({ id }) => id === 'ice')?.confidence ?? 0;
    expect(confidence('two glaciers met')).toBeGreaterThan(confidence('two roads met'));
  });

  it('classify: a taxonomy with a cycle of parents terminates', () => {
    const round = [node('x', 'y'), node('y', 'x'), node('leaf', 'x')];
    expect(classify(scored({ leaf: 5 }, round), NO_WORDS).category).toBe('leaf');
  });
});

describe('keywordEvidence', () => {
  const evidence = (keywords: string[], text: string) => keywordEvidence(keywords, indexWords(text));

  it('keyword evidence: plurals match, and a phrase matches where its words follow each other', () => {
    const text = 'Machine-learning models need data sets; glaciers do not.';
    for (const keyword of ['machine learning', 'model', 'data set', 'Glacier'])
      expect(evidence([keyword], text)).toBeGreaterThan(0);
    for (const keyword of ['learning machine', 'model set', 'data glacier', 'ice', '', '42'])
      expect(evidence([keyword], text)).toBe(0);
    expect(evidence([], text)).toBe(0);
  });

  it('keyword evidence: grows with each keyword by less, and is smaller in a longer text', () => {
    const text = 'one two three four';
    const [first, second, third] = [['one'], ['one', 'two'], ['one', 'two', 'three']].map((some) => evidence(some, text));
    expect(second! - first!).toBeGreaterThan(third! - second!);
    expect(third).toBeGreaterThan(second!);
    expect(evidence(['one'], `${text} ${'word '.repeat(500)}`)).toBeLessThan(first!);
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
