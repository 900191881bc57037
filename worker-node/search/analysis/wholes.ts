/** What pieces say together: dates with a month's name, and numbers whose thousands are parted by blanks. */
import { groupedNumberAt } from './grouped-numbers.ts';
import { dateAround } from './months.ts';

/** What a piece may be a part of: the number of the month that it names, 1 to 12, or FIRST_GROUP. */
export type Hint = number;
/** Digits that may be the first thousands of a number. */
export const FIRST_GROUP = 13;

export interface Whole {
  readonly terms: readonly string[];
  /** Terms for questions that ask for less. */
  readonly broader: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The date or number that the piece at `start` to `end` is a part of; undefined where it stands for itself. */
export function wholeAround(text: string, start: number, end: number, hint: Hint): Whole | undefined {
  return hint === FIRST_GROUP ? groupedNumberAt(text, start, end) : dateAround(text, start, end, hint);
}
