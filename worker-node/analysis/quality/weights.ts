import { QUALITY_DIMENSIONS, type QualityDimension } from '../../../src/kernel/model/quality.ts';

/** The weight of each dimension in the total: numbers of at least 0, not all 0. */
export type QualityWeights = Readonly<Record<QualityDimension, number>>;

/** What a text says counts more than its form. */
export const DEFAULT_QUALITY_WEIGHTS: QualityWeights = {
  completeness: 0.1,
  credibility: 0.15,
  depth: 0.35,
  readability: 0.25,
  structure: 0.1,
  freshness: 0.05,
};

/** Returns the weights. Throws RangeError for a negative or non-finite weight, or where all are 0. */
export function checkWeights(weights: QualityWeights): QualityWeights {
  const values = QUALITY_DIMENSIONS.map((dimension) => weights[dimension]);
  if (!values.every((value) => Number.isFinite(value) && value >= 0) || !values.some((value) => value > 0))
    throw new RangeError('quality weights must be finite numbers of at least 0, with at least one above 0');
  return weights;
}
