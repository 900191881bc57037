/** How likely a hit is to be relevant: logistic regressions over the judgements of three collections. docs/search.md has their errors. */
import type { SearchMode } from '../../../src/kernel/search/search-request.ts';

/** What is known of a question in a library. None of it depends on how large the library is. */
export interface QuestionEvidence {
  /** The highest cosine of a document; 0 without a vector. */
  readonly nearest: number;
  /** The highest words' score of a document, in the sum of the words' weights: about 1 where it holds each of them once. */
  readonly coverage: number;
}

/** What is known of a hit. */
export interface HitEvidence {
  /** What the hits are ordered by, less that of the best hit: 0 or negative. */
  readonly behind: number;
  readonly cosine: number;
}

/** Factors of the log-odds. A nearness is a cosine's part of the way from the model's floor to 1. */
export interface RelevanceModel {
  readonly hybrid: { readonly constant: number; readonly nearest: number; readonly coverage: number; readonly behind: number };
  readonly semantic: { readonly constant: number; readonly nearness: number; readonly nearest: number };
}

/** Words say the same whatever the model. */
const KEYWORD = { constant: -1.57, coverage: 1.64, behind: 0.66 };

/** The probability of relevance by mode; `floor` is the model's. A hit that is ordered before another is not less likely than it. */
export function relevanceBy(
  mode: SearchMode,
  { nearest, coverage }: QuestionEvidence,
  { relevance: { hybrid, semantic }, floor }: { readonly relevance: RelevanceModel; readonly floor: number },
): (hit: HitEvidence) => number {
  const nearness = (cosine: number) => (Math.max(0, cosine) - floor) / (1 - floor);
  // Where a document holds each word many times over, it is not more likely to be relevant.
  const held = Math.min(1, coverage);
  if (mode === 'keyword') {
    return ({ behind }) => logistic(KEYWORD.constant + KEYWORD.coverage * held + KEYWORD.behind * behind);
  }
  if (mode === 'semantic') {
    const constant = semantic.constant + semantic.nearest * nearness(nearest);
    return ({ cosine }) => logistic(constant + semantic.nearness * nearness(cosine));
  }
  const constant = hybrid.constant + hybrid.nearest * nearness(nearest) + hybrid.coverage * held;
  return ({ behind }) => logistic(constant + hybrid.behind * behind);
}

const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));
