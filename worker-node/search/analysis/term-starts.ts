/** Which words may have one of some terms, by their first two letters: stemming mostly leaves these as they are (`keepsStart`). */
import { SPELLINGS } from './english-spelling.ts';

export interface TermStarts {
  /** Whether a plain word with these first two letters may have one of the terms. */
  has(first: number, second: number): boolean;
  /** Whether a term has a digit of ASCII, as those of dates and numbers have. */
  readonly hasDigits: boolean;
}

const A = 97;
const LETTERS = 26;
const LOWER_CASE = 0x20;
/** Instead of a second letter. */
export const NO_LETTER = -1;

/** A question's terms are looked for in many passages. */
const known = new WeakMap<ReadonlySet<string>, TermStarts>();

/** `has` takes UTF-16 units of ASCII letters, and NO_LETTER where the word has one alone. The terms stay as they are. */
export function termStarts(terms: ReadonlySet<string>): TermStarts {
  const made = known.get(terms) ?? startsOf(terms);
  known.set(terms, made);
  return made;
}

function startsOf(terms: ReadonlySet<string>): TermStarts {
  const starts = new Uint8Array(LETTERS * (LETTERS + 1));
  const place = (first: number, second: number) =>
    ((first | LOWER_CASE) - A) * (LETTERS + 1) + (second === NO_LETTER ? LETTERS : (second | LOWER_CASE) - A);
  const allow = (start: string) => {
    starts[place(start.charCodeAt(0), start.charCodeAt(1))] = 1;
  };
  for (const term of terms) {
    const start = term.slice(0, 2);
    if (!/^[a-z]{1,2}$/.test(start)) continue;
    if (start.length === 1) starts.fill(1, place(start.charCodeAt(0), A), place(start.charCodeAt(0), NO_LETTER) + 1);
    else allow(start);
    // In English, `eying` becomes `ei`.
    if (start.endsWith('i')) allow(`${start[0]}y`);
    for (const [written, meant] of SPELLINGS) if (meant.startsWith(start)) allow(written);
  }
  const hasDigits = [...terms].some((term) => /[0-9]/.test(term));
  return { has: (first, second) => starts[place(first, second)] === 1, hasDigits };
}
