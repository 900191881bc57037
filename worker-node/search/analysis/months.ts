/** Dates with the month's name, as in `15 March 2024` and `March 15, 2024`, in the languages that Intl knows. */
import { foldWord } from './fold.ts';
import { dateTerms } from './numbers.ts';

const LANGUAGES = 'en de fr es it pt nl sv da nb fi pl cs sk hu ro tr ru uk bg el id ca'.split(' '); // Croatian names of months are others' names of other months.

const MONTHS: ReadonlyMap<string, number> = new Map(
  LANGUAGES.flatMap((language) => {
    const formats = [
      new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' }),
      new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', timeZone: 'UTC' }),
      new Intl.DateTimeFormat(language === 'de' ? 'de' : 'en', { month: 'short', timeZone: 'UTC' }),
    ];
    return Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2024, month, 15))).flatMap((date, index) =>
      formats.map((format): [string, number] => {
        const name = format.formatToParts(date).find(({ type }) => type === 'month')?.value ?? '';
        return [foldWord(name.replace(/\.$/, '')), index + 1];
      }),
    );
  }),
).set('sept', 9);

/** 1 to 12; undefined if the folded word is no month's name. */
export const monthOf = (folded: string): number | undefined => MONTHS.get(folded);

const DAY_BEFORE = /(?<![\d.,:/-])(\d{1,2})(?:st|nd|rd|th|er|[.ºª])?[ \u00a0](?:(?:de|of) )?$/;
const YEAR_AFTER = /^[.,]?[ \u00a0](?:de |del |of )?(\d{4})(?![\d]|[.,]\d)/;
const DAY_AND_YEAR_AFTER = /^\.?[ \u00a0](\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?![\d]|[.,]\d)/;

interface WrittenDate {
  readonly terms: readonly string[];
  readonly broader: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The date around a month's name at `start` to `end`; undefined without a year. */
export function dateAround(text: string, start: number, end: number, month: number): WrittenDate | undefined {
  const after = text.slice(end, end + 16);
  const monthFirst = DAY_AND_YEAR_AFTER.exec(after);
  if (monthFirst) {
    const terms = dateTerms(Number(monthFirst[2]), month, Number(monthFirst[1]));
    return terms && { ...terms, start, end: end + monthFirst[0].length };
  }
  const year = YEAR_AFTER.exec(after);
  if (!year) return undefined;
  const from = Math.max(0, start - 12);
  const day = DAY_BEFORE.exec(text.slice(from, start));
  const terms = dateTerms(Number(year[1]), month, Number(day?.[1] ?? 0));
  return terms && { ...terms, start: day ? from + day.index : start, end: end + year[0].length };
}
