/** Numbers whose thousands are parted by blanks, as in `42 000 euros`. */
import { withDecimals } from './numbers.ts';

/** The first thousands are a piece of their own. */
export const isFirstGroup = (piece: string): boolean => piece.length <= 3 && /^[1-9]\d{0,2}$/.test(piece);

/** Numbers in texts have no more groups. */
const MAX_GROUPS = 5;
/** Digits and the blank of each group, a decimal sign, and what tells that the number ends. UTF-16 units. */
const MAX_REST = MAX_GROUPS * 4 + 24;
/** Decimals are up to 20; after another blank and up to three digits it is a list, or a telephone number. */
const REST = /^((?: \d{3}){1,5})(?:[.,](\d{1,20}))?(?!\d|[.,:/-]\d| \(?\d{1,3}(?!\d))/;
/** Digits or a code in brackets before the first group. */
const LIST_BEFORE = /(?:(?:^|\D)\d{1,3}|\)) $/;
const MAX_BEFORE = 5;

interface GroupedNumber {
  readonly terms: readonly string[];
  readonly broader: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The number that begins with the first group at `start` to `end`; undefined where what follows is no thousands. */
export function groupedNumberAt(text: string, start: number, end: number): GroupedNumber | undefined {
  const first = text.slice(start, end);
  if (!isFirstGroup(first)) return undefined;
  const rest = REST.exec(text.slice(end, end + MAX_REST));
  if (!rest || LIST_BEFORE.test(text.slice(Math.max(0, start - MAX_BEFORE), start))) return undefined;
  const [whole, groups = '', decimals] = rest;
  const digits = first + groups.replaceAll(' ', '');
  return { terms: [withDecimals(digits, decimals)], broader: [], start, end: end + whole.length };
}

const GROUPED_DIGITS = /^\d{4,18}$/;

/** `42000` as `42` and `000`, as it may stand in a text; undefined for what is no such number. */
export function groupsOf(term: string): string[] | undefined {
  if (!GROUPED_DIGITS.test(term)) return undefined;
  const first = term.length % 3 || 3;
  const groups = [term.slice(0, first)];
  for (let at = first; at < term.length; at += 3) groups.push(term.slice(at, at + 3));
  return groups;
}
