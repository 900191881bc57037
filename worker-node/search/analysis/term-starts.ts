/** Which words may have one of some terms, by their first two letters: stemming mostly leaves these as they are (`keepsStart`). */
import { SPELLINGS } from './english-spelling.ts';

export interface TermStarts {
  /** Whether a plain word of this length with these first two letters may have one of the terms. */
  has(first: number, second: number, length: number): boolean;
  /** Whether a term has a digit of ASCII, as those of dates and numbers have. */
  readonly hasDigits: boolean;
}

const A = 97;
const LETTERS = 26;
const LOWER_CASE = 0x20;
/** Instead of a second letter. */
export const NO_LETTER = -1;

/** A stem is longer than its word by less: `-ed` becomes `-e`, and other spellings differ by a letter or two. UTF-16 units. */
export const LONGER_STEM = 3;
/** Longer than any plain word. */
const NONE = 255;

/** A question's terms are looked for in many passages. */
const known = new WeakMap<ReadonlySet<string>, TermStarts>();

/** `has` takes UTF-16 units of ASCII letters, and NO_LETTER where the word has one alone. The terms stay as they are. */
export function termStarts(terms: ReadonlySet<string>): TermStarts {
  const made = known.get(terms) ?? startsOf(terms);
  known.set(terms, made);
  return made;
}

function startsOf(terms: ReadonlySet<string>): TermStarts {
  /** How long a word has to be. */
  const starts = new Uint8Array(LETTERS * (LETTERS + 1)).fill(NONE);
  const place = (first: number, second: number) =>
    ((first | LOWER_CASE) - A) * (LETTERS + 1) + (second === NO_LETTER ? LETTERS : (second | LOWER_CASE) - A);
  const allowAt = (at: number, least: number) => {
    starts[at] = Math.min(starts[at] as number, least);
  };
  for (const term of terms) {
    const start = term.slice(0, 2);
    if (!/^[a-z]{1,2}$/.test(start)) continue;
    const least = Math.max(1, term.length - LONGER_STEM);
    const allow = (one: string) => allowAt(place(one.charCodeAt(0), one.charCodeAt(1)), least);
    const [first, last] = [place(start.charCodeAt(0), A), place(start.charCodeAt(0), NO_LETTER)];
    if (start.length === 1) for (let at = first; at <= last; at++) allowAt(at, least);
    else allow(start);
    // In English, `eying` becomes `ei`.
    if (start.endsWith('i')) allow(`${start[0]}y`);
    for (const [written, meant] of SPELLINGS) if (meant.startsWith(start)) allow(written);
  }
  const hasDigits = [...terms].some((term) => /[0-9]/.test(term));
  return { has: (first, second, length) => length >= (starts[place(first, second)] as number), hasDigits };
}
