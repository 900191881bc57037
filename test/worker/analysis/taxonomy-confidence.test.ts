import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category } from '../../../src/kernel/db/types.ts';
import { deriveCalibration, knownCalibration } from '../../../worker-node/analysis/calibration.ts';
import { confidencesOf } from '../../../worker-node/analysis/taxonomy/confidence.ts';
import { embedTaxonomy, raisedBy, standingsOf } from '../../../worker-node/analysis/taxonomy/standing.ts';

const deviations = fc.double({ min: -8, max: 12, noNaN: true });
const standing = fc.record({ own: deviations, branch: deviations });
const evidence = fc.record({ standing: fc.option(standing), keywords: fc.double({ min: 0, max: 3, noNaN: true }) });
const factors = fc.constantFrom(
  ...['pharos-static-192', 'all-MiniLM-L6-v2'].map((name) => knownCalibration(name)!.taxonomy),
  deriveCalibration([]).taxonomy,
);
const circumstances = fc.record({
  impression: fc.record(
    { none: deviations, topicless: fc.double({ min: -1, max: 1, noNaN: true }), best: deviations },
    { requiredKeys: ['none'] },
  ),
  count: fc.nat(1_000_000),
  factors,
});
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('confidences', () => {
  it('confidences: 0 to 1, and at most 1 together', () => {
    fc.assert(
      fc.property(fc.array(evidence, { maxLength: 60 }), circumstances, (leaves, given) => {
        const confidences = confidencesOf(leaves, given);
        expect(confidences).toHaveLength(leaves.length);
        for (const confidence of confidences) expect(confidence >= 0 && confidence <= 1).toBe(true);
        expect(sum(confidences)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('confidences: rise with the standing, the branch and the keywords of a category, and fall with those of another', () => {
    fc.assert(
      fc.property(fc.array(evidence, { minLength: 2, maxLength: 10 }), circumstances, (leaves, given) => {
        const [first, ...others] = leaves;
        const near = first!.standing ?? { own: 0, branch: 0 };
        const before = confidencesOf([{ ...first!, standing: near }, ...others], given);
        for (const better of [
          { ...first!, standing: { ...near, own: near.own + 1 } },
          { ...first!, standing: { ...near, branch: near.branch + 1 } },
          { standing: near, keywords: first!.keywords + 1 },
        ]) {
          const after = confidencesOf([better, ...others], given);
          expect(after[0]!).toBeGreaterThanOrEqual(before[0]! - 1e-9);
          expect(after[1]!).toBeLessThanOrEqual(before[1]! + 1e-9);
        }
      }),
    );
  });

  it('confidences: the order of categories is the same whatever the text as a whole is like', () => {
    fc.assert(
      fc.property(
        fc.array(evidence, { minLength: 2, maxLength: 10 }),
        circumstances,
        circumstances,
        (leaves, one, { impression, count }) => {
          const [a, b] = [one, { ...one, impression, count }].map((given) => confidencesOf(leaves, given));
          for (const i of leaves.keys()) for (const j of leaves.keys()) if (a![i]! > a![j]!) expect(b![i]! >= b![j]!).toBe(true);
        },
      ),
    );
  });

  it('confidences: the further the nearest category is ahead, the less is made of it, and the longer a text, the less of "none"', () => {
    for (const name of ['pharos-static-192', 'all-MiniLM-L6-v2']) {
      const { taxonomy } = knownCalibration(name)!;
      const leaves = [3, 1].map((own) => ({ standing: { own, branch: own }, keywords: 0 }));
      const first = (best: number, count: number) =>
        confidencesOf(leaves, { impression: { none: 1, best }, count, factors: taxonomy })[0]!;
      expect(first(5, 30)).toBeLessThan(first(3, 30));
      expect(first(3, 200)).toBeGreaterThan(first(3, 30));
      expect(first(3, 10)).toBe(first(3, 30));
      expect(first(3, 3_000)).toBe(first(3, 300));
    }
  });
});

describe('standings', () => {
  const node = (id: string, parentId: string | null = null): Category => ({
    ...{ id, parentId, label: id, description: '', keywords: [], examples: [], position: 0 },
  });
  /** Texts with one of these words have its direction, and all others a weak one of their own. */
  const words = ['ice', 'sea', 'code', 'nature', 'tech'];
  const embed = async (texts: readonly string[]) =>
    texts.map((text, index) => {
      const found = words.indexOf(text);
      const vector = words.map((_, direction) => (found === -1 ? Math.sin(index + direction) / 10 : Number(direction === found)));
      return Float32Array.from([...vector, found === -1 ? 1 : 0]);
    });
  const tree = [node('nature'), node('ice', 'nature'), node('sea', 'nature'), node('tech'), node('code', 'tech'), node('ship')];
  const of = async (...vector: number[]) => {
    const prototypes = await embedTaxonomy(tree, embed);
    const { categories, impression } = standingsOf(Float32Array.from([...vector, 0]), prototypes, {
      ...knownCalibration('all-MiniLM-L6-v2')!.taxonomy,
      floor: -1,
    });
    return { impression, by: Object.fromEntries(tree.map(({ id }, index) => [id, categories[index]!])) };
  };

  it('standings: a category has the branch of its parent, among branches, and its own where it has no parent', async () => {
    const { by } = await of(0.2, 0, 0, 1, 0);
    expect(by.ice!.own).toBeGreaterThan(by.sea!.own);
    expect(by.ice!.branch).toBe(by.nature!.branch);
    expect(by.sea!.branch).toBe(by.nature!.branch);
    expect(by.nature!.branch).toBeGreaterThan(by.code!.branch);
    expect((await of(0, 0, 0, 0, 1)).by.code!.branch).toBeGreaterThan(by.code!.branch);
    expect(by.ship!.branch).toBeLessThan(by.nature!.branch);
  });

  it('standings: an example raises a category with its branch, and lowers nothing', () => {
    fc.assert(
      fc.property(fc.array(deviations, { maxLength: 4 }), fc.option(standing, { nil: undefined }), (examples, known) => {
        const raised = raisedBy(examples, known);
        if (examples.length === 0) expect(raised).toEqual(known ?? null);
        for (const part of ['own', 'branch'] as const)
          if (raised && examples.length > 0) expect(raised[part]).toBe(Math.max(...examples, ...(known ? [known[part]] : [])));
      }),
    );
  });
});
