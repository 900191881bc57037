/** What the columns hold: shared by both schemas and the row types. */

export const TIERS = ['free', 'premium', 'admin'] as const;
export type Tier = (typeof TIERS)[number];

export const QUALITY_DIMENSIONS = ['completeness', 'credibility', 'depth', 'readability', 'structure', 'freshness'] as const;
export type QualityDimension = (typeof QUALITY_DIMENSIONS)[number];

/** One dimension: 0..1, or null where nothing in the document lets it be measured; reasons in words. */
export interface QualityMeasure {
  readonly score: number | null;
  readonly weight: number;
  readonly reasons: readonly string[];
}

export interface QualityReport {
  /** The weighted mean of what could be measured, 0..1. */
  readonly total: number;
  readonly dimensions: Readonly<Record<QualityDimension, QualityMeasure>>;
}

export interface CategoryScore {
  readonly id: string;
  readonly label: string;
  /** 0..1 */
  readonly confidence: number;
}

export interface EdgeEvidence {
  readonly cosine?: number;
  readonly sharedKeywords?: readonly string[];
  readonly sameCategory?: boolean;
  readonly context?: string;
}
