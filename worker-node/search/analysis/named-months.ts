/** Dates in one run of characters with the month's name, as in `15-Mar-2024`, `Mar/15/2024`, `2024-Mar-15` and `15Mar2024`. */
import { foldWord } from './fold.ts';
import { monthOf } from './months.ts';
import { dateTerms, type Reading } from './numbers.ts';

const DAY_FIRST = /^(\d{1,2})([-./]?)([\p{L}\p{M}]{3,14})([-./]?)(\d{4})(?!\p{N}|(?!T\d)\p{L}|[-./]\d)/u;
const MONTH_FIRST = /^([\p{L}\p{M}]{3,14})([-./])(\d{1,2})([-./])(\d{4})(?!\p{N}|(?!T\d)\p{L}|[-./]\d)/u;
const YEAR_FIRST = /^(\d{4})([-./])([\p{L}\p{M}]{3,14})([-./])(\d{1,2})(?!\p{N}|(?!T\d)\p{L}|[-./]\d)/u;

/** `1May2024` is the shortest. UTF-16 units. */
const SHORTEST = 8;

/** The date that the compound begins with; undefined where there is none, or the signs between its parts differ. */
export function readNamedDate(compound: string): Reading | undefined {
  if (compound.length < SHORTEST) return undefined;
  const dayFirst = DAY_FIRST.exec(compound);
  if (dayFirst) return reading(dayFirst, { day: 1, month: 3, year: 5 });
  const yearFirst = YEAR_FIRST.exec(compound);
  if (yearFirst) return reading(yearFirst, { year: 1, month: 3, day: 5 });
  const monthFirst = MONTH_FIRST.exec(compound);
  return monthFirst ? reading(monthFirst, { month: 1, day: 3, year: 5 }) : undefined;
}

/** `at` says which group of the match is what; the signs are the second and the fourth. */
function reading(match: RegExpExecArray, at: { day: number; month: number; year: number }): Reading | undefined {
  const [whole, first = '', sign = '', second = '', otherSign, third = ''] = match;
  const month = sign === otherSign ? monthOf(foldWord(match[at.month] ?? '')) : undefined;
  const day = Number(match[at.day]);
  const terms = month === undefined || day === 0 ? undefined : dateTerms(Number(match[at.year]), month, day);
  if (terms === undefined) return undefined;
  const secondAt = first.length + sign.length;
  const thirdAt = secondAt + second.length + sign.length;
  const parts = [[0, first.length], [secondAt, secondAt + second.length], [thirdAt, thirdAt + third.length]] as const; // biome-ignore format: ranges
  return { ...terms, parts, length: whole.length };
}
