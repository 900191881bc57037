/** Words that were typed without the blank between them, as `httpserver` for `HTTPServer` or for `http server`. */
import { measure } from '../../ingest/chunk-tokens.ts';
import { termsOfWord } from '../analysis/word-terms.ts';
import type { LibraryIndex } from '../index/library-index.ts';

const SHORTEST = 6;
const LONGEST = 30;
const SHORTEST_PART = 2;
const MAX_PARTS = 4;
/** Ways to part a word that are looked for in the library. */
const MAX_TRIED = 6;
/** Beginnings that are followed. */
const MAX_OPEN = 200;

/**
 * The words of the library that make up a folded word and stand in a row in one of its texts; undefined where there are none. Of
 * several ways to part the word the one in fewest words is taken.
 */
export function joinedWords(index: LibraryIndex, word: string): readonly string[] | undefined {
  if (word.length < SHORTEST || word.length > LONGEST || !/^\p{L}+$/u.test(word) || isCommonWord(word)) return undefined;
  const ways = waysToPart(word, knownParts(index, word));
  return ways.slice(0, MAX_TRIED).find((parts) => {
    const terms = parts.map((part, offset) => ({ terms: termsIn(index, part), offset }));
    return index.phrase(terms).includes(1);
  });
}

/** Whether the word is one piece of the default model's vocabulary: `anyone` is not `any one`. */
export const isCommonWord = (word: string): boolean => measure(word) === 1;

const termsIn = ({ languages }: LibraryIndex, word: string) => termsOfWord(word, [null, ...languages]);

/** By where they begin: where the words of the library that are part of it end, the longest first. */
function knownParts(index: LibraryIndex, word: string): readonly (readonly number[])[] {
  return Array.from({ length: word.length }, (_, start) => {
    const ends: number[] = [];
    for (let end = word.length; end >= start + SHORTEST_PART; end--) {
      if (end - start === word.length) continue;
      if (termsIn(index, word.slice(start, end)).some((term) => index.vocabulary.frequency(term) > 0)) ends.push(end);
    }
    return ends;
  });
}

/** In fewest parts first. */
function waysToPart(word: string, ends: readonly (readonly number[])[]): string[][] {
  let open: { readonly at: number; readonly parts: readonly string[] }[] = [{ at: 0, parts: [] }];
  const ways: string[][] = [];
  for (let count = 1; count <= MAX_PARTS && ways.length < MAX_TRIED; count++) {
    const longer: typeof open = [];
    for (const { at, parts } of open) {
      for (const end of ends[at] ?? []) {
        const next = [...parts, word.slice(at, end)];
        if (end === word.length) ways.push(next);
        else longer.push({ at: end, parts: next });
      }
    }
    open = longer.slice(0, MAX_OPEN);
  }
  return ways;
}
