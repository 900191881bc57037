/**
 * What a cosine means, by model. Vectors of two texts without relation have a cosine near 0 by one model and of 0.8 by another,
 * so that a threshold is a model's own. `npm run bench:calibration` finds the numbers.
 */

import type { Calibration } from '../../src/kernel/model/calibration.ts';

export type { Calibration };

/** Between those of the models that were measured, which hardly differ. */
const RULE = {
  ...{ deviation: 1.43, branch: 0.22, keywords: 2.8, none: 0.3, floor: -1 },
  sharpness: { topicless: 0, best: -0.13 },
};

/**
 * By the basename of the folder. `taxonomy` is fitted on 20 newsgroups, BBC news, AG news, Debian's sections and the passages
 * of the tests by `npm run bench:taxonomy`; docs/decisions/0036-taxonomy.md has the results. `floor` and `none` are the lowest at which no
 * passage without a topic of the tests gets a category. `related` is chosen between two cosines that part pairs of documents
 * best, those relevant to one question of Cranfield, CISI or NPL from those of two questions (of one field) and from those of
 * two collections (of two fields).
 */
const CALIBRATIONS: Readonly<Record<string, Calibration>> = {
  // Pairs of one field part at .495, of two at .425: a small library would show few similar documents, so that it stays at .25.
  'pharos-static-192': {
    taxonomy: {
      ...{ deviation: 1.45, branch: 0.15, keywords: 3.02, none: 0.1, floor: 0.2 },
      sharpness: { topicless: 0.47, best: -0.13 },
    },
    languages: ['en'],
    related: 0.25,
  },
  // Pairs of one field part at .370, of two at .200 (balanced accuracy .96); at .25 pass 0.9 % of the pairs of two fields, and
  // 89 % of the related ones.
  'all-MiniLM-L6-v2': {
    taxonomy: {
      ...{ deviation: 1.42, branch: 0.26, keywords: 2.55, none: 0.4, floor: 0.1 },
      sharpness: { topicless: 0, best: -0.12 },
    },
    languages: ['en'],
    related: 0.25,
  },
  // The taxonomy by the rule. Pairs of one field part at .840, of two at .825 (balanced accuracy .88).
  'multilingual-e5-small': { taxonomy: RULE, related: 0.835 },
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
 * The rule for a model without numbers. Deviations mean the same by all models that were measured. `apart` are the cosines of
 * example titles with the prototypes of other categories than their own, 0.9 to 2.7 of whose deviations `related` lies above
 * their mean; the rule is on the strict side, because a missing edge is better than a wrong one.
 */
export function deriveCalibration(apart: readonly number[]): Calibration {
  const mean = apart.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, apart.length);
  const variance = apart.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / Math.max(1, apart.length);
  return byRule(Math.min(MOST, mean + 2.2 * Math.sqrt(variance)));
}

/** The calibration of a model of which the database keeps `related`. */
export const byRule = (related: number): Calibration => ({ taxonomy: RULE, related });

const MOST = 0.99;

/** The relatedness of documents at the cosine `related`: that of the static model, by whose scale edges are weighed. */
export const MIN_RELATEDNESS = 0.25;

/** From 0, unrelated, to 1, equal: linear in the cosine, and 0.25 at `related`. */
export function relatedness(cosine: number, { related }: Calibration): number {
  return Math.min(1, Math.max(0, 1 - ((1 - cosine) * (1 - MIN_RELATEDNESS)) / (1 - related)));
}
