/** Result of the quality stage, as the `quality` column stores it. */
export const QUALITY_DIMENSIONS = ['completeness', 'credibility', 'depth', 'readability', 'structure', 'freshness'] as const;
export type QualityDimension = (typeof QUALITY_DIMENSIONS)[number];

export interface QualityMeasure {
  /** 0 to 1; null where the document has nothing to measure it by. */
  readonly score: number | null;
  readonly weight: number;
  /** Sentences for the document's owner. */
  readonly reasons: readonly string[];
}

export interface QualityReport {
  /** Weighted mean of the measured dimensions, 0 to 1. */
  readonly total: number;
  readonly dimensions: Readonly<Record<QualityDimension, QualityMeasure>>;
}
