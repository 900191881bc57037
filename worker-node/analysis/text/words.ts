/** Splits text into words; all text analysis counts words by these rules. */

/**
 * A word is a run of letters, marks and digits that inner apostrophes or hyphens may join. Scripts written without spaces
 * (Han, Kana, Thai, Lao, Khmer, Burmese) are split into pairs of characters, an approximation that needs no dictionary. A run
 * of over 1,000 characters is several words: without a bound, one of 10 MB overflows the stack of the regular expression.
 */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{1,2}|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])[\p{L}\p{M}\p{N}]){1,1000}(?:['’-][\p{L}\p{M}\p{N}]{1,1000}){0,100}/gu;

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
