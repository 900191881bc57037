/** Words that are joined to one, as in German: a question by their first finds the whole, and one by the whole finds its parts. */
import { termsOfWord } from './word-terms.ts';

/** What is asked of a library's words. */
export interface CompoundVocabulary {
  frequency(term: string): number;
  complete(prefix: string, limit: number): readonly { readonly word: string; readonly term: string }[];
  endingIn(suffix: string, limit: number): readonly { readonly word: string; readonly term: string }[];
}

/** Languages that write compounds as one word. */
const JOINING = new Set(['da', 'de', 'et', 'fi', 'fo', 'hu', 'is', 'lb', 'nb', 'nl', 'nn', 'no', 'sv']);

export const joinsWords = (languages: readonly string[]): boolean => languages.some((language) => JOINING.has(language));

/** Shorter words begin many others by chance. UTF-16 units. */
const SHORTEST_FIRST = 6;
/** A word that is longer by less has an ending. */
const SHORTEST_REST = 5;
const MAX_LONGER = 50;

/**
 * Terms of the library's compounds that begin with the folded word, as `Geschwindigkeitsbegrenzung` does for `Geschwindigkeit`, or
 * whose last word it is, in any number and case, as in `Röstzwiebeln` for `Zwiebel`.
 */
export function compoundsOf(word: string, vocabulary: CompoundVocabulary): string[] {
  if (word.length < SHORTEST_FIRST) return [];
  const isLonger = (found: { readonly word: string }) => found.word.length >= word.length + SHORTEST_REST;
  const found = [word, ...umlautsOf(word)].flatMap((one) => [
    ...vocabulary.complete(one, MAX_LONGER).filter(isLonger),
    ...vocabulary.endingIn(one, MAX_LONGER),
  ]);
  return [...new Set(found.map(({ term }) => term))];
}

/** `spaetzle` without the letters that stand for marks; none where nothing does. */
const umlautsOf = (word: string): string[] => {
  const short = word.replace(/(?<=[^aeq])([aou])e/g, '$1');
  return short === word || short.length < SHORTEST_FIRST ? [] : [short];
};

const SHORTEST_PART = 4;
/** What may stand between two words, in German and the Nordic languages. */
const LINKS = ['', 's', 'es', 'n', 'en', 'er', 'e'];

/**
 * Two words of the library that make up the given one; undefined where there are none, or where the library has the word. The
 * first is the longest that there is.
 */
export function partsOfCompound(
  word: string,
  languages: readonly string[],
  vocabulary: CompoundVocabulary,
): [string, string] | undefined {
  const has = (part: string) =>
    part.length >= SHORTEST_PART && termsOfWord(part, [null, ...languages]).some((term) => vocabulary.frequency(term) > 0);
  if (word.length > 64 || has(word)) return undefined;
  for (let cut = word.length - SHORTEST_PART; cut >= SHORTEST_PART; cut--) {
    const rest = word.slice(cut);
    if (!has(rest)) continue;
    for (const link of LINKS) {
      if (!word.slice(0, cut).endsWith(link)) continue;
      const first = word.slice(0, cut - link.length);
      if (has(first)) return [first, rest];
    }
  }
  return undefined;
}
