/** Why a document is a hit: the words it holds, how near it is, and its ranks in both lists. */
import type { LibraryIndex } from '../index/library-index.ts';
import { MATCHED_WORDS } from '../rank/document-scores.ts';
import type { Question } from './question.ts';
import type { ScoredLibrary } from './score-library.ts';

export interface Reasons {
  /** Of the question, each once and as it is typed. */
  readonly words: readonly string[];
  /** The cosine, 0 to 1. */
  readonly meaning: number;
  readonly semanticRank?: number;
  readonly keywordRank?: number;
}

type AskedWords = Pick<Question, 'text' | 'words' | 'places'>;

/** Words that overlap in the question, as pairs of characters and an identifier with its parts do, are one. */
function wordsHeld({ text, words, places }: AskedWords, bits: number): string[] {
  const isHeld = (_: unknown, bit: number) => bit < MATCHED_WORDS && ((bits >>> bit) & 1) === 1;
  if (places === undefined) return [...new Set(words.filter(isHeld))];
  const runs: { start: number; end: number }[] = [];
  for (const { start, end } of places.filter(isHeld).sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = runs.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else runs.push({ start, end });
  }
  return [...new Set(runs.map(({ start, end }) => text.slice(start, end)))];
}

/** Of the documents on a page, which are few; the lists are those of all hits. */
export function reasonsOf(
  index: LibraryIndex,
  { words, meaning, matched }: ScoredLibrary,
  { hits, page, asked, floor }: { hits: Uint32Array; page: readonly number[]; asked: AskedWords; floor: number },
): Reasons[] {
  const semanticRanks = ranksOf(meaning.scores, hits, page, floor);
  const keywordRanks = ranksOf(words.scores, hits, page, Number.MIN_VALUE);
  return page.map((document, i) => {
    const bits = index.chunksOf(document).reduce((all, slot) => all | (matched[slot] as number), 0);
    const semanticRank = semanticRanks[i];
    const keywordRank = keywordRanks[i];
    return {
      words: wordsHeld(asked, bits),
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
