/** Which categories a resource belongs to: nearness in meaning, joined with the category's own words in the text. */
import type { Category } from '../../../src/kernel/db/types.ts';
import type { CategoryScore } from '../../../src/kernel/model/values.ts';
import { stem } from './stem.ts';

/** Below this no category is named. */
export const MIN_CONFIDENCE = 0.3;
/** A category with others in it is named where none of those is, and it is likelier than not. */
export const MIN_BRANCH_CONFIDENCE = 0.5;
export const TOP_CATEGORIES = 5;
export const UNCATEGORISED = 'uncategorised';

/**
 * Multinomial logistic over the categories and "none of them", fitted by maximum likelihood on the labelled passages of
 * the tests with the built-in model. `none` is the evidence that speaks against all: what a category has without any of
 * its keywords at a cosine of 0.27.
 */
const CALIBRATION = { cosine: 30, keywords: 4.1, none: 8.2 } as const;
const ENOUGH_KEYWORDS = 4;

/** Distinct words of a text, stemmed: what keyword evidence is looked up in. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).map(stem));
}

/** The share of a category's keywords that occur in the text, 0..1: four of them are all that is asked for. */
export function keywordEvidence(keywords: readonly string[], words: ReadonlySet<string>): number {
  const found = keywords.filter((keyword) => {
    const parts = keyword.toLowerCase().match(/\p{L}+/gu) ?? [];
    return parts.length > 0 && parts.every((part) => words.has(stem(part)));
  });
  return Math.min(1, found.length / ENOUGH_KEYWORDS);
}

export interface ScoredCategory {
  readonly category: Category;
  /** Of the resource's vector to the category's, -1..1; null where either has none. */
  readonly cosine: number | null;
}

export interface Classification {
  /** What the resource is filed under: a category's id, or `uncategorised`. */
  readonly category: string;
  /** The likeliest, best first. Those without others in them share a total of at most 1. */
  readonly categories: CategoryScore[];
}

/** `candidates` is the whole tree: a category with others in it is as likely as those together. */
export function classify(candidates: readonly ScoredCategory[], words: ReadonlySet<string>): Classification {
  const parents = new Set(candidates.map(({ category }) => category.parentId));
  const leaves = candidates.filter(({ category }) => !parents.has(category.id));
  const logits = leaves.map(
    ({ category, cosine }) =>
      CALIBRATION.cosine * Math.max(0, cosine ?? 0) + CALIBRATION.keywords * keywordEvidence(category.keywords, words),
  );
  const highest = Math.max(CALIBRATION.none, ...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, Math.exp(CALIBRATION.none - highest));

  const scores = leaves
    .map(({ category: { id, label } }, i) => ({ id, label, confidence: (weights[i] ?? 0) / total }))
    .sort(bestFirst);
  const [best] = scores;
  if (best && best.confidence >= MIN_CONFIDENCE) return { category: best.id, categories: scores.slice(0, TOP_CATEGORIES) };
  const branch = likeliestBranch(candidates, scores);
  if (!branch) return { category: UNCATEGORISED, categories: scores.slice(0, TOP_CATEGORIES) };
  return { category: branch.id, categories: [branch, ...scores].slice(0, TOP_CATEGORIES) };
}

/** The likeliest category that has others in it, if any is likely enough; of equals the narrower. */
function likeliestBranch(candidates: readonly ScoredCategory[], leaves: readonly CategoryScore[]): CategoryScore | undefined {
  const byId = new Map(candidates.map(({ category }) => [category.id, category]));
  const sums = new Map<string, { confidence: number; depth: number }>();
  for (const { id, confidence } of leaves) {
    const above: string[] = [];
    for (let parent = byId.get(id)?.parentId; parent && !above.includes(parent); parent = byId.get(parent)?.parentId)
      above.push(parent);
    for (const [distance, parent] of above.entries())
      sums.set(parent, { confidence: (sums.get(parent)?.confidence ?? 0) + confidence, depth: above.length - distance });
  }
  return [...sums]
    .filter(([, { confidence }]) => confidence >= MIN_BRANCH_CONFIDENCE)
    .sort(([, a], [, b]) => b.depth - a.depth || b.confidence - a.confidence)
    .map(([id, { confidence }]) => ({ id, label: byId.get(id)?.label ?? id, confidence: Math.min(1, confidence) }))[0];
}

const bestFirst = (a: CategoryScore, b: CategoryScore) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1);
