import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asCategoryCosine,
  deriveCalibration,
  knownCalibration,
  MIN_RELATEDNESS,
  relatedness,
} from '../../../worker-node/analysis/calibration.ts';

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

  it('example: the same document counts as the category itself, and one that is hardly related less than "none"', () => {
    fc.assert(
      fc.property(calibration, (one) => {
        const none = one.taxonomy.none / one.taxonomy.cosine;
        expect(asCategoryCosine(1, one)).toBe(1);
        expect(asCategoryCosine(one.related, one)).toBeLessThan(none);
        expect(asCategoryCosine((1 + one.related) / 2, one)).toBeGreaterThan(none);
      }),
    );
  });

  it('rule: numbers are finite for any cosines, and follow their mean and deviation', () => {
    fc.assert(
      fc.property(fc.array(cosine, { maxLength: 100 }), (apart) => {
        const { taxonomy, related } = deriveCalibration(apart);
        for (const number of [taxonomy.cosine, taxonomy.keywords, taxonomy.none, related]) expect(number).toBeTypeOf('number');
        expect(Number.isFinite(taxonomy.cosine) && taxonomy.cosine > 0).toBe(true);
        expect(related).toBeLessThan(1);
        expect(taxonomy.none / taxonomy.cosine).toBeGreaterThanOrEqual(related - 1e-9);
      }),
    );
    // What multilingual-e5-small gives: no text is further than 0.75 from another.
    const narrow = deriveCalibration(Array.from({ length: 100 }, (_, i) => 0.82 + 0.02 * Math.sin(i)));
    expect(narrow.related).toBeGreaterThan(0.84);
    expect(relatedness(0.8, narrow)).toBe(0);
  });
});
