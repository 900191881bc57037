import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as tree from '../../console/src/screens/taxonomy/draft.ts';

const node = (id: string, ...children: tree.Category[]): tree.Category => ({
  ...{ id, label: id, description: '', keywords: [], examples: [], children },
});
type Shape = readonly Shape[];
const shapes = (levels: number): fc.Arbitrary<Shape> =>
  fc.array(levels > 1 ? shapes(levels - 1) : fc.constant([]), { maxLength: 3 });
const shape = shapes(4).map((roots) => {
  let count = 0;
  const build = (children: Shape): tree.Category[] => children.map((below) => node(`c${++count}`, ...build(below)));
  return build(roots);
});
const idsIn = (drafts: tree.Drafts) =>
  tree
    .placesOf(drafts)
    .map(({ draft }) => draft.id)
    .toSorted();
const pick = (drafts: tree.Drafts, n: number) => tree.placesOf(drafts)[n % Math.max(1, tree.placesOf(drafts).length)]?.draft;
const numbers = fc.nat({ max: 50 });

test('draft: a tree comes back as it was, and lines as lists without blanks', () => {
  fc.assert(
    fc.property(shape, (categories) => {
      expect(tree.toCategories(tree.toDrafts(categories))).toEqual(categories);
    }),
  );
  const [draft] = tree.toDrafts([node('a')]);
  const typed = tree.update([draft as tree.Draft], draft?.key ?? 0, { keywords: ' ice \n\n snow', label: ' A ' });
  expect(tree.toCategories(typed)).toMatchObject([{ keywords: ['ice', 'snow'], label: 'A' }]);
});

test('draft: shifting and moving lose and double no category, and do not put one below itself', () => {
  fc.assert(
    fc.property(shape, numbers, numbers, fc.constantFrom(-1, 1), (categories, a, b, by) => {
      const drafts = tree.toDrafts(categories);
      const [own, other] = [pick(drafts, a), pick(drafts, b)];
      if (!own) return;
      expect(idsIn(tree.shift(drafts, own.key, by as -1 | 1))).toEqual(idsIn(drafts));
      const moved = tree.moveUnder(drafts, own.key, other?.key);
      expect(idsIn(moved)).toEqual(idsIn(drafts));
      const isBelow = tree.placesOf([own]).some(({ draft }) => draft.key === other?.key);
      const parent = tree.placeOf(moved, own.key)?.parent;
      if (isBelow) expect(moved).toBe(drafts);
      else expect(parent?.key).toBe(other?.key);
    }),
  );
});

test('draft: shifted up and down again is the same tree, and the ends stay', () => {
  const drafts = tree.toDrafts([node('a'), node('b'), node('c')]);
  const [a, b] = drafts as [tree.Draft, tree.Draft];
  expect(tree.shift(tree.shift(drafts, b.key, -1), b.key, 1)).toEqual(drafts);
  expect(tree.shift(drafts, a.key, -1)).toBe(drafts);
});

test('draft: an id is made of the parent and the label, fits the API, and is taken once', () => {
  const [parent] = tree.toDrafts([node('science')]);
  expect(tree.idFor('Éarth & Climate', parent, new Set())).toBe('science.earth-climate');
  expect(tree.idFor('Ice', undefined, new Set(['ice', 'ice-2']))).toBe('ice-3');
  expect(tree.idFor('氷', undefined, new Set())).toBe('category');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (label) => {
      const id = tree.idFor(label, parent, new Set());
      expect(id).toMatch(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);
      expect(id.length).toBeLessThanOrEqual(64);
    }),
  );
});

describe('draft: refusals of the API', () => {
  const drafts = tree.toDrafts([node('a'), node('b', node('c'))]);
  const c = drafts[1]?.children[0];
  test.each([
    ['categories.1.children.0.label', { key: c?.key, field: 'label' }],
    ['categories.1.children.0.keywords.2', { key: c?.key, field: 'keywords', line: 3 }],
    ['categories.1.children.0', { key: c?.key, field: 'label' }],
    ['categories.1.children', { key: drafts[1]?.key, field: 'label' }],
    ['categories.9.label', undefined],
    ['categories', undefined],
    ['version', undefined],
  ])('draft: %s is found in the tree', (path, found) => {
    const refusal = tree.refusalOf(drafts, path, 'is wrong');
    if (found) expect(refusal).toEqual({ message: 'is wrong', ...found });
    else expect(refusal).toBeUndefined();
  });
});
