/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) of ranked lists of resources. */

/** The constant of the paper: how little the top of a list counts for more than its middle. */
const K = 60;

/** A resource in one list, by its best chunk there. */
export interface RankedResource {
  readonly resourceId: string;
  readonly seq: number;
  readonly score: number;
  /** 1 for the best. */
  readonly rank: number;
}

export interface FusedResource {
  readonly resourceId: string;
  /** The chunk to show: that of the list in which the resource ranks higher. */
  readonly seq: number;
  readonly score: number;
  readonly semanticRank?: number;
  readonly keywordRank?: number;
}

/** Best chunk per resource, in the order of the chunks, which is best first. */
export function rankResources(
  hits: readonly { readonly resourceId: string; readonly seq: number; readonly score: number }[],
): RankedResource[] {
  const best = new Map<string, RankedResource>();
  for (const { resourceId, seq, score } of hits) {
    if (!best.has(resourceId)) best.set(resourceId, { resourceId, seq, score, rank: best.size + 1 });
  }
  return [...best.values()];
}

/** Sum of 1 / (60 + rank) over the lists; equal sums in the order of the resources' ids. */
export function fuse(semantic: readonly RankedResource[], keyword: readonly RankedResource[]): FusedResource[] {
  const byMeaning = new Map(semantic.map((hit) => [hit.resourceId, hit]));
  const byWord = new Map(keyword.map((hit) => [hit.resourceId, hit]));
  return [...new Set([...byMeaning.keys(), ...byWord.keys()])]
    .map((resourceId) => fuseOne(resourceId, byMeaning.get(resourceId), byWord.get(resourceId)))
    .sort((a, b) => b.score - a.score || (a.resourceId < b.resourceId ? -1 : 1));
}

function fuseOne(resourceId: string, meaning: RankedResource | undefined, word: RankedResource | undefined): FusedResource {
  const rank = (hit: RankedResource | undefined) => hit?.rank ?? Number.POSITIVE_INFINITY;
  const shown = rank(meaning) <= rank(word) ? meaning : word;
  return {
    resourceId,
    seq: shown?.seq ?? 0,
    score: 1 / (K + rank(meaning)) + 1 / (K + rank(word)),
    ...(meaning ? { semanticRank: meaning.rank } : {}),
    ...(word ? { keywordRank: word.rank } : {}),
  };
}
