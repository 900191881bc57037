/**
 * What a cosine means, by model. Vectors of two texts without relation have a cosine near 0 by one model and of 0.8 by another,
 * so that a threshold is a model's own. `npm run bench:calibration` finds the numbers.
 */

import type { Calibration } from '../../src/kernel/model/calibration.ts';

export type { Calibration };

/**
 * By the basename of the folder. `taxonomy` is fitted by maximum likelihood on the 69 labelled passages of the tests, of which
 * six have no topic. `related` is chosen between two cosines that part pairs of documents best, those relevant to one question
 * of Cranfield, CISI or NPL from those of two questions (of one field) and from those of two collections (of two fields).
 */
const CALIBRATIONS: Readonly<Record<string, Calibration>> = {
  // The numbers that it had before others were measured; none of the six gets a category, and 53 of 63 their own. Pairs of
  // one field part at .495, of two at .425: a small library would show few similar documents, so that it stays at .25.
  'pharos-static-192': { taxonomy: { cosine: 30, keywords: 4.1, none: 8.2 }, prototypes: 'text', related: 0.25 },
  // Passages without a topic count three times in the fit: none of them gets a category then, and 53 of 63 their own (58 and
  // three of six if they count once). Pairs of one field part at .370, of two at .200 (balanced accuracy .96); at .25 pass
  // 0.9 % of the pairs of two fields, and 89 % of the related ones.
  'all-MiniLM-L6-v2': { taxonomy: { cosine: 31.6, keywords: 10.2, none: 8.8 }, prototypes: 'mean', related: 0.25 },
  // 56 of 63, and five of six without a topic; more weight on those would cost ten of the others. Pairs of one field part at
  // .840, of two at .825 (balanced accuracy .88).
  'multilingual-e5-small': { taxonomy: { cosine: 170.7, keywords: 6.7, none: 145.9 }, prototypes: 'mean', related: 0.835 },
};

/** For vectors of a model that is neither known nor here to be measured: that of the built-in static model. */
export const UNKNOWN_CALIBRATION: Calibration = CALIBRATIONS['pharos-static-192'] as Calibration;

/** By a model's id: `organisation/name:precision@digest`, of which the name decides. */
export function knownCalibration(model: string): Calibration | undefined {
  const name = model.replace(/@[0-9a-f]*$/, '').replace(/:[a-z0-9]*$/, '');
  return Object.hasOwn(CALIBRATIONS, name.slice(name.lastIndexOf('/') + 1))
    ? CALIBRATIONS[name.slice(name.lastIndexOf('/') + 1)]
    : undefined;
}

/**
 * The rule for a model without numbers. `apart` are the cosines of example titles with the prototypes of other categories than
 * their own. In their deviations the three measured models agree: `cosine` is 2.3 to 2.9 a deviation, "none" is 2.1 to 3.1
 * deviations above the mean, and `related` lies 0.9 to 2.7 above it; the rule is on the strict side, because a missing category
 * or edge is better than a wrong one.
 */
export function deriveCalibration(apart: readonly number[]): Calibration {
  const mean = apart.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, apart.length);
  const variance = apart.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / Math.max(1, apart.length);
  const deviation = Math.max(MIN_DEVIATION, Math.sqrt(variance));
  const cosine = 2.6 / deviation;
  return {
    taxonomy: { cosine, keywords: 6, none: cosine * Math.min(MOST, mean + 2.8 * deviation) },
    prototypes: 'mean',
    related: Math.min(MOST, mean + 2.2 * deviation),
  };
}

/** A model that gives every text the same vector tells nothing apart. */
const MIN_DEVIATION = 0.002;
const MOST = 0.99;

/** The relatedness of documents at the cosine `related`: that of the static model, by whose scale edges are weighed. */
export const MIN_RELATEDNESS = 0.25;

/** From 0, unrelated, to 1, equal: linear in the cosine, and 0.25 at `related`. */
export function relatedness(cosine: number, { related }: Calibration): number {
  return Math.min(1, Math.max(0, 1 - ((1 - cosine) * (1 - MIN_RELATEDNESS)) / (1 - related)));
}

/** How far beyond `related` a document must be from an example of a category to say as much as a cosine of "none" does. */
const EXAMPLE_MARGIN = 0.2;

/**
 * A cosine with a document of a category, as a cosine with the category itself: 1 is 1, and what is little more than related
 * counts as "none" does. Two documents of a category can be more similar than either is to its description.
 */
export function asCategoryCosine(cosine: number, { taxonomy, related }: Calibration): number {
  const none = taxonomy.none / taxonomy.cosine;
  const example = related + EXAMPLE_MARGIN * (1 - related);
  return 1 - ((1 - cosine) * (1 - none)) / (1 - example);
}
