/** Classifies a resource by how near each category is to its vector and by the category's keywords in its text. */
import type { Category } from '../../../src/kernel/db/types.ts';
import { type CategoryScore, UNCATEGORISED } from '../../../src/kernel/model/taxonomy.ts';
import { type Circumstances, confidencesOf } from './confidence.ts';
import { type Impression, leavesOf, type Standing } from './standing.ts';
import { stem } from './stem.ts';

/** A leaf category needs at least this confidence. */
export const MIN_CONFIDENCE = 0.25;
/** A branch is chosen where none of its leaves qualifies and it is more likely than not. */
export const MIN_BRANCH_CONFIDENCE = 0.5;
export const TOP_CATEGORIES = 5;

/** The stems of a text, in which keywords are looked up. */
export interface WordIndex {
  readonly distinct: ReadonlySet<string>;
  /** All in their order, between spaces. */
  readonly joined: string;
  readonly count: number;
}

export function indexWords(text: string): WordIndex {
  const stems = stemsOf(text);
  return { distinct: new Set(stems), joined: ` ${stems.join(' ')} `, count: stems.length };
}

const stemsOf = (text: string): string[] => (text.toLowerCase().match(/\p{L}+/gu) ?? []).map(stem);

/**
 * The evidence of keywords that occur in the text: the more there are, the less each adds, and a long text has some of every
 * category. A keyword of several words counts where they follow each other.
 */
export function keywordEvidence(keywords: readonly string[], { distinct, joined, count }: WordIndex): number {
  const found = keywords.filter((keyword) => {
    const parts = stemsOf(keyword);
    if (parts.length === 0 || !parts.every((part) => distinct.has(part))) return false;
    return parts.length === 1 || joined.includes(` ${parts.join(' ')} `);
  });
  return Math.sqrt(found.length / Math.log(10 + count));
}

export interface ScoredCategory {
  readonly category: Category;
  /** Null where the resource cannot be compared with it. */
  readonly standing: Standing | null;
}

/** Of a resource that cannot be compared with texts without a topic: "none" stands as a clear category does. */
export const UNKNOWN_IMPRESSION: Impression = { none: 3 };

export interface Classification {
  /** The chosen category's id, or `uncategorised`. */
  readonly category: string;
  /** The most likely categories, best first. The confidences of leaves sum to at most 1. */
  readonly categories: CategoryScore[];
}

export interface ClassifyOptions extends Omit<Circumstances, 'count'> {
  readonly words: WordIndex;
}

/** `candidates` is the whole tree. The confidence of a branch is the sum of its leaves'. */
export function classify(candidates: readonly ScoredCategory[], { words, impression, factors }: ClassifyOptions): Classification {
  const leafIds = new Set(leavesOf(candidates.map(({ category }) => category)).map(({ id }) => id));
  const leaves = candidates.filter(({ category }) => leafIds.has(category.id));
  const confidences = confidencesOf(
    leaves.map(({ category, standing }) => ({ standing, keywords: keywordEvidence(category.keywords, words) })),
    { impression, count: words.count, factors },
  );
  const scores = leaves.map(({ category: { id, label } }, i) => ({ id, label, confidence: confidences[i] ?? 0 })).sort(bestFirst);
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
