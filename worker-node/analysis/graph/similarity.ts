/** Similarity of two resources: a weighted sum of the relatedness of their vectors, shared keywords and a common category. */
import type { EdgeEvidence } from '../../../src/kernel/model/graph.ts';
import { UNCATEGORISED } from '../../../src/kernel/model/taxonomy.ts';
import { type Calibration, relatedness } from '../calibration.ts';

export const SIMILARITY_WEIGHTS = { vectors: 0.6, keywords: 0.3, category: 0.1 } as const;
/** Neighbours kept per resource. */
export const MAX_NEIGHBOURS = 7;
/** Less similar resources are unrelated and are not listed, even in a small library. */
export const MIN_SIMILARITY = 0.15;

/** Overlap is relative to at least this many keywords: one shared keyword of two short lists is weak evidence. */
const MIN_KEYWORDS = 4;

export interface Comparable {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly category: string | null;
}

export interface Neighbour {
  readonly id: string;
  /** 0 to 1. */
  readonly weight: number;
  readonly evidence: EdgeEvidence;
}

/** `cosine` of the two resource vectors is -1 to 1; the calibration of their model says what it means. */
export function similarity(a: Comparable, b: Comparable, cosine: number, calibration: Calibration): Neighbour {
  const otherKeywords = new Set(b.keywords);
  const sharedKeywords = a.keywords.filter((keyword) => otherKeywords.has(keyword));
  const overlap = sharedKeywords.length / Math.max(MIN_KEYWORDS, Math.min(a.keywords.length, b.keywords.length));
  const sameCategory = a.category !== null && a.category !== UNCATEGORISED && a.category === b.category;
  const weight =
    SIMILARITY_WEIGHTS.vectors * relatedness(cosine, calibration) +
    SIMILARITY_WEIGHTS.keywords * overlap +
    (sameCategory ? SIMILARITY_WEIGHTS.category : 0);
  return { id: b.id, weight, evidence: { cosine, sharedKeywords, sameCategory } };
}

/** The most similar candidates, best first, at most MAX_NEIGHBOURS. */
export function nearestNeighbours(
  resource: Comparable,
  candidates: readonly (Comparable & { readonly cosine: number })[],
  calibration: Calibration,
): Neighbour[] {
  return candidates
    .map((candidate) => similarity(resource, candidate, candidate.cosine, calibration))
    .filter(({ weight }) => weight >= MIN_SIMILARITY)
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_NEIGHBOURS);
}
