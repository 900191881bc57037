/** Words as every other text function counts them. */

/**
 * A word is a run of letters, marks and digits, joined by inner apostrophes or hyphens. Scripts written without spaces
 * (Han, Kana, Thai, Lao, Khmer, Burmese) give two-character words: a dictionary-free stand-in that counts and matches
 * well enough.
 */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{1,2}|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])[\p{L}\p{M}\p{N}])+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** Lower case, without a typographic apostrophe or a possessive ending: the form words are compared in. */
export function normaliseWord(word: string): string {
  return word.toLowerCase().replaceAll('’', "'").replace(/'s$/, '');
}

/** Every word in order, as written. */
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

/** Where each word stands in `text`, in UTF-16 units. */
export function wordRanges(text: string): WordRange[] {
  return Array.from(text.matchAll(WORD), (match) => ({ start: match.index, end: match.index + match[0].length }));
}
