import type { MeasureDimension } from './facts.ts';
import { pluralise } from './facts.ts';

/** Years after which a document counts half. */
const HALF_LIFE_YEARS = 3;
const YEAR_MS = 365.25 * 86_400_000;
/** Clocks and time zones differ. */
const TOLERANCE_MS = 2 * 86_400_000;

/** Halves every three years from the day of publication; not measurable without one. */
export const freshness: MeasureDimension = ({ publishedAt, now }) => {
  if (publishedAt === null) return { score: null, reasons: ['It does not say when it was published'] };
  const published = Date.parse(publishedAt);
  if (Number.isNaN(published)) return { score: null, reasons: ['Its publication date cannot be read'] };
  const age = now - published;
  if (age < -TOLERANCE_MS) return { score: null, reasons: ['Its publication date lies in the future'] };
  const years = Math.max(0, age) / YEAR_MS;
  return { score: 0.5 ** (years / HALF_LIFE_YEARS), reasons: [`It was published ${ageInWords(years)}`] };
};

function ageInWords(years: number): string {
  if (years >= 1) return `${pluralise(Math.floor(years), 'year')} ago`;
  const months = Math.floor(years * 12);
  return months >= 1 ? `${pluralise(months, 'month')} ago` : 'within the last month';
}
