/** The terms of one word: its stems, and other ways to write it. */
import { foldWord, writtenOut } from './fold.ts';
import { scriptOf } from './scripts.ts';
import { ENGLISH, type Stem, stemmerOf, stemmersOf } from './stem.ts';

/** A longer word is data: its beginning tells enough apart. UTF-16 units. */
const MAX_TERM = 64;

/** In these languages an umlaut is a letter of its own, and no one writes `foer` for `för`. */
const OWN_LETTERS = new Set(['az', 'et', 'fi', 'hu', 'is', 'sk', 'sv', 'tk', 'tr']);

/**
 * Every term that a word may be found by, the most usual first. `languages` are those whose stemmers apply; a stemmer that looks
 * at accents gives another stem for a word with them, so that both stand.
 */
export function termsOfWord(word: string, languages: readonly (string | null)[]): string[] {
  const folded = cut(foldWord(word));
  if (!/^[\p{L}\p{M}]+$/u.test(folded)) return [folded];
  const stems = stemmersOf(scriptOf(folded), languages);
  const terms = new Set(stems.map((stem) => stemmed(folded, stem)));
  const lower = cut(word.toLowerCase());
  if (lower === folded) return [...terms];
  for (const stem of stems) terms.add(foldWord(stemmed(lower, stem)));
  const other = languages.every((language) => language !== null && OWN_LETTERS.has(language)) ? undefined : writtenOut(lower);
  if (other !== undefined) for (const stem of stems) terms.add(stemmed(other, stem));
  return [...terms];
}

/** The only term of a word of ASCII letters. */
export const termOfPlainWord = (word: string, language: string | null): string =>
  stemmed(word.toLowerCase(), stemmerOf('latin', language));

/** What some stemmers leave of a word is another: `be` of `bees`, or nothing. */
const stemmed = (word: string, stem: Stem) => {
  const stemOf = stem(word);
  return stemOf === '' || (stemOf.length < SHORTEST_STEM && word.length > SHORTEST_STEM && stem !== ENGLISH) ? word : stemOf;
};

const SHORTEST_STEM = 3;

const cut = (word: string) => (word.length <= MAX_TERM ? word : word.slice(0, MAX_TERM).toWellFormed());
