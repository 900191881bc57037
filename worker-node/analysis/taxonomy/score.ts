/** Classifies a resource by the cosine of its vector to each category's and by the category's keywords in its text. */
import type { Category } from '../../../src/kernel/db/types.ts';
import type { CategoryScore } from '../../../src/kernel/model/taxonomy.ts';
import type { Calibration } from '../calibration.ts';
import { stem } from './stem.ts';

/** A leaf category needs at least this confidence. */
export const MIN_CONFIDENCE = 0.3;
/** A branch is chosen where none of its leaves qualifies and it is more likely than not. */
export const MIN_BRANCH_CONFIDENCE = 0.5;
export const TOP_CATEGORIES = 5;
export const UNCATEGORISED = 'uncategorised';

/** Keywords in the text that count as full evidence. */
const ENOUGH_KEYWORDS = 4;

/** The distinct stems of a text, in which keywords are looked up. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).map(stem));
}

/** Evidence from keywords that occur in the text, 0 to 1; four of them give 1. */
export function keywordEvidence(keywords: readonly string[], words: ReadonlySet<string>): number {
  const found = keywords.filter((keyword) => {
    const parts = keyword.toLowerCase().match(/\p{L}+/gu) ?? [];
    return parts.length > 0 && parts.every((part) => words.has(stem(part)));
  });
  return Math.min(1, found.length / ENOUGH_KEYWORDS);
}

export interface ScoredCategory {
  readonly category: Category;
  /** Cosine of the resource's vector and the category's, -1 to 1; null where either has none. */
  readonly cosine: number | null;
}

export interface Classification {
  /** The chosen category's id, or `uncategorised`. */
  readonly category: string;
  /** The most likely categories, best first. The confidences of leaves sum to at most 1. */
  readonly categories: CategoryScore[];
}

/** `candidates` is the whole tree. The confidence of a branch is the sum of its leaves'. `factors` are those of the model. */
export function classify(
  candidates: readonly ScoredCategory[],
  words: ReadonlySet<string>,
  factors: Calibration['taxonomy'],
): Classification {
  const parents = new Set(candidates.map(({ category }) => category.parentId));
  const leaves = candidates.filter(({ category }) => !parents.has(category.id));
  const logits = leaves.map(
    ({ category, cosine }) =>
      factors.cosine * Math.max(0, cosine ?? 0) + factors.keywords * keywordEvidence(category.keywords, words),
  );
  const highest = Math.max(factors.none, ...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, Math.exp(factors.none - highest));

  const scores = leaves
    .map(({ category: { id, label } }, i) => ({ id, label, confidence: (weights[i] ?? 0) / total }))
    .sort(bestFirst);
  const [best] = scores;
  if (best && best.confidence >= MIN_CONFIDENCE) return { category: best.id, categories: scores.slice(0, TOP_CATEGORIES) };
  const branch = likeliestBranch(candidates, scores);
  if (!branch) return { category: UNCATEGORISED, categories: scores.slice(0, TOP_CATEGORIES) };
  return { category: branch.id, categories: [branch, ...scores].slice(0, TOP_CATEGORIES) };
}

/** The most likely branch above MIN_BRANCH_CONFIDENCE, the deeper one first; undefined without one. */
function likeliestBranch(candidates: readonly ScoredCategory[], leaves: readonly CategoryScore[]): CategoryScore | undefined {
  const byId = new Map(candidates.map(({ category }) => [category.id, category]));
  const sums = new Map<string, { confidence: number; depth: number }>();
  for (const { id, confidence } of leaves) {
    const ancestors: string[] = [];
    for (let parent = byId.get(id)?.parentId; parent && !ancestors.includes(parent); parent = byId.get(parent)?.parentId)
      ancestors.push(parent);
    for (const [distance, parent] of ancestors.entries())
      sums.set(parent, { confidence: (sums.get(parent)?.confidence ?? 0) + confidence, depth: ancestors.length - distance });
  }
  return [...sums]
    .filter(([, { confidence }]) => confidence >= MIN_BRANCH_CONFIDENCE)
    .sort(([, a], [, b]) => b.depth - a.depth || b.confidence - a.confidence)
    .map(([id, { confidence }]) => ({ id, label: byId.get(id)?.label ?? id, confidence: Math.min(1, confidence) }))[0];
}

const bestFirst = (a: CategoryScore, b: CategoryScore) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1);
