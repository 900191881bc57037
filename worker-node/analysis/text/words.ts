/** Splits text into words; all text analysis counts words by these rules. */

/**
 * A word is a run of letters, marks and digits that inner apostrophes or hyphens may join. Scripts written without spaces
 * (Han, Kana, Thai, Lao, Khmer, Burmese) are split into pairs of characters, an approximation that needs no dictionary.
 */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{1,2}|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])[\p{L}\p{M}\p{N}])+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** The form in which words are compared: lower case, ASCII apostrophes, no possessive ending. */
export function normaliseWord(word: string): string {
  return word.toLowerCase().replaceAll('’', "'").replace(/'s$/, '');
}

/** The words in order, as written. */
export function words(text: string): string[] {
  return text.match(WORD) ?? [];
}

export function countWords(text: string): number {
  return words(text).length;
}

export interface WordRange {
  readonly start: number;
  readonly end: number;
}

/** The range of each word in `text`, in UTF-16 units. */
export function wordRanges(text: string): WordRange[] {
  return Array.from(text.matchAll(WORD), (match) => ({ start: match.index, end: match.index + match[0].length }));
}
