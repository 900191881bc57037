/** The input and output of the quality dimensions. */

/** The facts of a document that quality is measured from. */
export interface QualityFacts {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  /** ISO 8601: a year, month, date or time. */
  readonly publishedAt: string | null;
  readonly language: string | null;
  /** Null for uploaded content. */
  readonly url: string | null;
  readonly doi: string | null;
  readonly arxivId: string | null;
  readonly text: string;
  /** What of it is sentences: without code, tables and data; empty where there are none. */
  readonly prose: string;
  readonly wordCount: number;
  /** One heading path per chunk, in order. */
  readonly headingPaths: readonly (readonly string[])[];
  /** Keys of its link targets (`url:`, `doi:`, `arxiv:`). */
  readonly references: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** `score` is 0 to 1, or null where there is nothing to measure. `reasons` are sentences for the owner. */
export interface DimensionScore {
  readonly score: number | null;
  readonly reasons: readonly string[];
}

export type MeasureDimension = (facts: QualityFacts) => DimensionScore;

/** Linear from 0 at `from` to 1 at `to`, clamped to that range. `from` may be greater than `to`. */
export function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** Formats a count with its noun: `1 author`, `3 authors`. */
export const pluralise = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
