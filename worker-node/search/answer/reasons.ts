/** Why a document is a hit: the words it holds, how near it is, and its ranks in both lists. */
import type { LibraryIndex } from '../index/library-index.ts';
import { MATCHED_WORDS } from '../rank/document-scores.ts';
import type { ScoredLibrary } from './score-library.ts';

export interface Reasons {
  /** Of the question, each once: the parts of a compound are all written as it is. */
  readonly words: readonly string[];
  /** The cosine, 0 to 1. */
  readonly meaning: number;
  readonly semanticRank?: number;
  readonly keywordRank?: number;
}

/** Of the documents on a page, which are few; the lists are those of all hits. */
export function reasonsOf(
  index: LibraryIndex,
  { words, meaning, matched }: ScoredLibrary,
  { hits, page, asked, floor }: { hits: Uint32Array; page: readonly number[]; asked: readonly string[]; floor: number },
): Reasons[] {
  const semanticRanks = ranksOf(meaning.scores, hits, page, floor);
  const keywordRanks = ranksOf(words.scores, hits, page, Number.MIN_VALUE);
  return page.map((document, i) => {
    const bits = index.chunksOf(document).reduce((all, slot) => all | (matched[slot] as number), 0);
    const semanticRank = semanticRanks[i];
    const keywordRank = keywordRanks[i];
    return {
      words: [...new Set(asked.slice(0, MATCHED_WORDS).filter((_, bit) => ((bits >>> bit) & 1) === 1))],
      meaning: Math.min(1, Math.max(0, meaning.scores[document] as number)),
      ...(semanticRank === undefined ? {} : { semanticRank }),
      ...(keywordRank === undefined ? {} : { keywordRank }),
    };
  });
}

/** One more than the hits that score higher; undefined below `least`. */
function ranksOf(scores: Float32Array, hits: Uint32Array, page: readonly number[], least: number): (number | undefined)[] {
  const own = page.map((document) => scores[document] as number);
  const higher = new Uint32Array(page.length);
  const lowest = own.reduce((low, score) => (score >= least && score < low ? score : low), Number.POSITIVE_INFINITY);
  for (let at = 0; at < hits.length; at++) {
    const score = scores[hits[at] as number] as number;
    // Most hits score lower than all on the page.
    if (score <= lowest) continue;
    for (let i = 0; i < own.length; i++) if (score > (own[i] as number)) higher[i] = (higher[i] as number) + 1;
  }
  return own.map((score, i) => (score < least ? undefined : (higher[i] as number) + 1));
}
