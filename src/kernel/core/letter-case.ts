/** The cases of single letters, after Unicode's simple case folding and without that of a language. */

/** Letters that are another case of a letter whose own upper and lower case do not lead to them. */
const FURTHER_CASES = [
  ...'µſςϐϑϕϖϰϱϴϵẛᲀᲁᲂᲃᲄᲅᲆᲇᲈǅǈǋǲẞ',
  // Escaped, because an editor may replace them by the letters that they are equivalent to.
  ...'\u0345\u1fbe\u2126\u212a\u212b',
  // Greek capitals with an iota below, whose small letters have no single capital.
  ...[0x1f88, 0x1f98, 0x1fa8].flatMap((first) => Array.from({ length: 8 }, (_, i) => String.fromCodePoint(first + i))),
  ...'\u1fbc\u1fcc\u1ffc',
];
/** Letters of Turkish, which are no case of `i`. */
const ALONE = new Set(['ı', 'İ']);

/** `to`, if it is one letter as well. */
const single = (from: string, to: string) => ([...to].length === 1 ? to : from);
const lower = (letter: string) => single(letter, letter.toLowerCase());
const upper = (letter: string) => single(letter, letter.toUpperCase());

/** The same letter for all cases of a letter. */
export function foldLetter(letter: string): string {
  return ALONE.has(letter) ? letter : lower(upper(lower(letter)));
}

/** Every case of a letter, itself included. */
export function casesOf(letter: string): string[] {
  if (ALONE.has(letter)) return [letter];
  const folded = foldLetter(letter);
  return [...new Set([letter, folded, upper(folded), ...FURTHER_CASES.filter((other) => foldLetter(other) === folded)])];
}
