import type { MeasureDimension } from './facts.ts';
import { pluralise } from './facts.ts';

/** Years in which the score halves. */
const HALF_LIFE_YEARS = 3;
const YEAR_MS = 365.25 * 86_400_000;
/** Tolerates publication dates slightly in the future: clocks and time zones differ. */
const TOLERANCE_MS = 2 * 86_400_000;

/** Scores the age of the document: 1 on the day of publication, half of it every three years. Null without a date. */
export const freshness: MeasureDimension = ({ publishedAt, now }) => {
  if (publishedAt === null) return { score: null, reasons: ['It does not say when it was published'] };
  const published = Date.parse(publishedAt);
  if (Number.isNaN(published)) return { score: null, reasons: ['Its publication date cannot be read'] };
  const age = now - published;
  if (age < -TOLERANCE_MS) return { score: null, reasons: ['Its publication date is in the future'] };
  const years = Math.max(0, age) / YEAR_MS;
  return { score: 0.5 ** (years / HALF_LIFE_YEARS), reasons: [`It was published ${ageInWords(years)}`] };
};

function ageInWords(years: number): string {
  if (years >= 1) return `${pluralise(Math.floor(years), 'year')} ago`;
  const months = Math.floor(years * 12);
  return months >= 1 ? `${pluralise(months, 'month')} ago` : 'within the last month';
}
