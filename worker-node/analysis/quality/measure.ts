/** Measures the quality of a document in six dimensions and combines them into a weighted mean. */
import {
  QUALITY_DIMENSIONS,
  type QualityDimension,
  type QualityMeasure,
  type QualityReport,
} from '../../../src/kernel/model/quality.ts';
import { completeness } from './completeness.ts';
import { credibility } from './credibility.ts';
import { depth } from './depth.ts';
import type { MeasureDimension, QualityFacts } from './facts.ts';
import { freshness } from './freshness.ts';
import { readability } from './readability.ts';
import { measureSoundness } from './soundness.ts';
import { structure } from './structure.ts';
import { checkWeights, DEFAULT_QUALITY_WEIGHTS, type QualityWeights } from './weights.ts';

const MEASURES: Readonly<Record<QualityDimension, MeasureDimension>> = {
  completeness,
  credibility,
  depth,
  readability,
  structure,
  freshness,
};

/**
 * Scores of 0 to 1; every dimension but freshness counts as far as the text is sound (soundness.ts). Throws RangeError for invalid weights (checkWeights).
 */
export function measureQuality(facts: QualityFacts, weights: QualityWeights = DEFAULT_QUALITY_WEIGHTS): QualityReport {
  checkWeights(weights);
  const soundness = measureSoundness(facts);
  const measures = QUALITY_DIMENSIONS.map((name): [QualityDimension, QualityMeasure] => {
    const { score, reasons } = MEASURES[name](facts);
    if (name === 'freshness') return [name, { score: score === null ? null : round(score), weight: weights[name], reasons }];
    return [
      name,
      {
        score: score === null ? null : round(score * soundness.score),
        weight: weights[name],
        reasons: [...soundness.reasons, ...reasons],
      },
    ];
  });
  const dimensions = Object.fromEntries(measures) as Record<QualityDimension, QualityMeasure>;
  return { total: round(weightedMean(measures.map(([, measure]) => measure))), dimensions };
}

/** The weighted mean of the scores that are not null; 0 where their weights sum to 0. */
export function weightedMean(measures: readonly Pick<QualityMeasure, 'score' | 'weight'>[]): number {
  let sum = 0;
  let weights = 0;
  for (const { score, weight } of measures) {
    if (score === null) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}

/** Four decimal places: the measures are no more precise, and equal texts must give equal JSON. */
const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
