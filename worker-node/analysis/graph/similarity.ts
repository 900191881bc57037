/** How near two resources are: meaning above all, then shared keywords, then a common category. */
import type { EdgeEvidence } from '../../../src/kernel/model/values.ts';
import { UNCATEGORISED } from '../taxonomy/score.ts';

export const SIMILARITY_WEIGHTS = { cosine: 0.6, keywords: 0.3, category: 0.1 } as const;
/** How many neighbours a resource keeps. */
export const MAX_NEIGHBOURS = 7;
/** Below this two resources have nothing to do with one another; a small library needs no list of those. */
export const MIN_SIMILARITY = 0.15;

/** One keyword shared by two documents that have no other is no proof of kinship. */
const MIN_KEYWORDS = 4;

export interface Comparable {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly category: string | null;
}

export interface Neighbour {
  readonly id: string;
  /** 0..1 */
  readonly weight: number;
  readonly evidence: EdgeEvidence;
}

/** `cosine` is that of the two resources' vectors, -1..1; opposite meanings are no nearer than unrelated ones. */
export function similarity(a: Comparable, b: Comparable, cosine: number): Neighbour {
  const theirs = new Set(b.keywords);
  const sharedKeywords = a.keywords.filter((keyword) => theirs.has(keyword));
  const overlap = sharedKeywords.length / Math.max(MIN_KEYWORDS, Math.min(a.keywords.length, b.keywords.length));
  const sameCategory = a.category !== null && a.category !== UNCATEGORISED && a.category === b.category;
  const weight =
    SIMILARITY_WEIGHTS.cosine * Math.min(1, Math.max(0, cosine)) +
    SIMILARITY_WEIGHTS.keywords * overlap +
    (sameCategory ? SIMILARITY_WEIGHTS.category : 0);
  return { id: b.id, weight, evidence: { cosine, sharedKeywords, sameCategory } };
}

/** The nearest of `candidates`, best first. */
export function nearestNeighbours(
  resource: Comparable,
  candidates: readonly (Comparable & { readonly cosine: number })[],
): Neighbour[] {
  return candidates
    .map((candidate) => similarity(resource, candidate, candidate.cosine))
    .filter(({ weight }) => weight >= MIN_SIMILARITY)
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_NEIGHBOURS);
}
