/** Which categories a resource belongs to: nearness in meaning, joined with the category's own words in the text. */
import type { Category, CategoryScore } from '../../kernel/db/types.ts';
import { stem } from './stem.ts';

/** Below this no category is named. */
export const MIN_CONFIDENCE = 0.3;
export const TOP_CATEGORIES = 5;
export const UNCATEGORISED = 'uncategorised';

/**
 * The logistic that turns evidence into a confidence: fitted by eye on the shipped examples, where unrelated categories
 * score below 0.15 and right ones above 0.35. `npm test` holds both.
 */
const CALIBRATION = { cosine: 9, keywords: 5, bias: -3.6 } as const;

/** Distinct words of a text, stemmed: what keyword evidence is looked up in. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).map(stem));
}

/** The share of a category's keywords that occur in the text, 0..1: four of them are all that is asked for. */
export function keywordEvidence(keywords: readonly string[], words: ReadonlySet<string>): number {
  const found = keywords.filter((keyword) =>
    keyword
      .toLowerCase()
      .split(/\s+/)
      .every((word) => words.has(stem(word))),
  );
  return Math.min(1, found.length / Math.min(4, Math.max(1, keywords.length)));
}

/** `cosine` of the resource's vector to the category's, -1..1; 0 where there is none. */
export function confidence(cosine: number, evidence: number): number {
  const { cosine: a, keywords: b, bias } = CALIBRATION;
  return 1 / (1 + Math.exp(-(a * Math.max(0, cosine) + b * evidence + bias)));
}

export interface ScoredCategory {
  readonly category: Category;
  readonly cosine: number;
}

/** The likeliest categories, best first; none of them below `MIN_CONFIDENCE` counts as an assignment. */
export function rankCategories(candidates: readonly ScoredCategory[], words: ReadonlySet<string>): CategoryScore[] {
  return candidates
    .map(({ category, cosine }) => ({
      id: category.id,
      label: category.label,
      confidence: confidence(cosine, keywordEvidence(category.keywords, words)),
    }))
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1))
    .slice(0, TOP_CATEGORIES);
}

/** What the resource is filed under. */
export const assignedCategory = ([best]: readonly CategoryScore[]): string =>
  best && best.confidence >= MIN_CONFIDENCE ? best.id : UNCATEGORISED;
