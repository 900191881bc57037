/** What quality is measured from: all of it read from the document, nothing assumed. */

export interface QualityFacts {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  /** ISO 8601: a year, a date or a moment. */
  readonly publishedAt: string | null;
  readonly language: string | null;
  /** Where it was found; null for content that was posted. */
  readonly url: string | null;
  readonly doi: string | null;
  readonly arxivId: string | null;
  readonly text: string;
  readonly wordCount: number;
  /** One per chunk, in order. */
  readonly headingPaths: readonly (readonly string[])[];
  /** Keys of what it links to (`url:`, `doi:`, `arxiv:`). */
  readonly references: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** `score` 0 to 1, or null where the document gives nothing to measure; `reasons` say what was found. */
export interface DimensionScore {
  readonly score: number | null;
  readonly reasons: readonly string[];
}

export type MeasureDimension = (facts: QualityFacts) => DimensionScore;

/** 0 at or below `from`, 1 at or above `to`, straight between; `from` may be the larger. */
export function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** `1 author`, `3 authors`. */
export const pluralise = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
