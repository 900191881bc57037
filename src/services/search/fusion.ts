/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) of ranked lists of resources. */

/** The paper's constant: the larger it is, the less the top ranks of a list dominate. */
const K = 60;

/** A resource in one list, represented by its best chunk. */
export interface RankedResource {
  readonly resourceId: string;
  readonly seq: number;
  readonly score: number;
  /** Counted from 1, the best. */
  readonly rank: number;
}

export interface FusedResource {
  readonly resourceId: string;
  /** The chunk to show: the one from the list that ranks the resource higher. */
  readonly seq: number;
  readonly score: number;
  readonly semanticRank?: number;
  readonly keywordRank?: number;
}

/** Ranks resources by their best chunk. `hits` are chunks, best first. */
export function rankResources(
  hits: readonly { readonly resourceId: string; readonly seq: number; readonly score: number }[],
): RankedResource[] {
  const best = new Map<string, RankedResource>();
  for (const { resourceId, seq, score } of hits) {
    if (!best.has(resourceId)) best.set(resourceId, { resourceId, seq, score, rank: best.size + 1 });
  }
  return [...best.values()];
}

/** Scores each resource by the sum of 1 / (60 + rank) over the lists, best first; equal scores are ordered by id. */
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
