import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveCalibration, knownCalibration, MIN_RELATEDNESS, relatedness } from '../../../worker-node/analysis/calibration.ts';
import { UNKNOWN_IMPRESSION } from '../../../worker-node/analysis/taxonomy/score.ts';
import { exampleStanding } from '../../../worker-node/analysis/taxonomy/standing.ts';

const cosine = fc.double({ min: -1, max: 1, noNaN: true });
const calibration = fc.oneof(
  fc.constantFrom('pharos-static-192', 'all-MiniLM-L6-v2', 'multilingual-e5-small').map((name) => knownCalibration(name)!),
  fc.array(cosine, { maxLength: 50 }).map(deriveCalibration),
);

describe('calibration', () => {
  it('calibration: a model is known by its name, with or without organisation, precision and digest', () => {
    const known = knownCalibration('all-MiniLM-L6-v2');
    expect(known).toBeDefined();
    for (const id of ['all-MiniLM-L6-v2@0123456789ab', 'sentence-transformers/all-MiniLM-L6-v2:int8', 'a/all-MiniLM-L6-v2@00'])
      expect(knownCalibration(id)).toBe(known);
    for (const id of ['all-MiniLM-L12-v2', 'constructor', '', 'all-MiniLM-L6-v2-mine@0123456789ab'])
      expect(knownCalibration(id)).toBeUndefined();
  });

  it('relatedness: 0 to 1, grows with the cosine, and is 0.25 where documents begin to be related', () => {
    fc.assert(
      fc.property(calibration, cosine, cosine, (one, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(relatedness(less, one)).toBeGreaterThanOrEqual(0);
        expect(relatedness(more, one)).toBeLessThanOrEqual(1);
        expect(relatedness(more, one)).toBeGreaterThanOrEqual(relatedness(less, one));
        expect(relatedness(one.related, one)).toBeCloseTo(MIN_RELATEDNESS);
        expect(relatedness(1, one)).toBe(1);
      }),
    );
  });

  it('example: a correction of the same text outweighs every category, and one that is hardly related says nothing', () => {
    fc.assert(
      fc.property(calibration, cosine, cosine, (one, a, b) => {
        expect(exampleStanding(1, one)).toBeGreaterThan(2 * UNKNOWN_IMPRESSION.none);
        expect(exampleStanding(one.related, one)).toBeCloseTo(0);
        expect(exampleStanding(Math.max(a, b), one)).toBeGreaterThanOrEqual(exampleStanding(Math.min(a, b), one));
      }),
    );
  });

  it('rule: numbers are finite for any cosines, and a document is related above the mean of those that are apart', () => {
    fc.assert(
      fc.property(fc.array(cosine, { maxLength: 100 }), (apart) => {
        const { taxonomy, related } = deriveCalibration(apart);
        const { sharpness, ...factors } = taxonomy;
        for (const number of [...Object.values(factors), ...Object.values(sharpness), related])
          expect(Number.isFinite(number)).toBe(true);
        expect(related).toBeLessThan(1);
        const mean = apart.reduce((sum, one) => sum + one, 0) / Math.max(1, apart.length);
        expect(related).toBeGreaterThanOrEqual(Math.min(mean, 0.99) - 1e-9);
      }),
    );
    // What multilingual-e5-small gives: no text is further than 0.75 from another.
    const narrow = deriveCalibration(Array.from({ length: 100 }, (_, i) => 0.82 + 0.02 * Math.sin(i)));
    expect(narrow.related).toBeGreaterThan(0.84);
    expect(relatedness(0.8, narrow)).toBe(0);
  });
});
