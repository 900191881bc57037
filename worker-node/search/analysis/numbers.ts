/** One form for numbers, versions, dates and times, however they are written. */

/** Terms of a whole compound that is a number, a date or the like; `parts` are those that stand for themselves besides. */
export interface Reading {
  readonly terms: readonly string[];
  /** Terms that ask for less: the month of a date, `2.10` of `2.10.3`. */
  readonly broader: readonly string[];
  /** Ranges of the compound that are read on their own, in order. */
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** How much of the compound it takes. */
  readonly length: number;
}

/** By thousands, and by hundreds after the first thousands as in India. */
const GROUPED = /^(\d{1,3}(?:,\d{3}){1,8}|\d{1,2}(?:,\d{2}){1,8},\d{3})(?:\.(\d{1,20}))?$/;
const GROUPED_BY_POINTS = /^(\d{1,3}(?:\.\d{3}){1,8})(?:,(\d{1,20}))?$/;
const GROUPED_OTHERWISE = /^(\d{1,3}(?:['’]\d{3}){1,8}|\d{1,3}(?: \d{3}){1,8}|\d{1,3}(?:_\d{3}){1,8})(?:[.,](\d{1,20}))?$/;
const DECIMAL_COMMA = /^(\d{1,20}),(\d{1,20})$/;
const VERSION = /^(v?)(\d{1,20}(?:\.\d{1,20}){1,8})(?!\.?\d)/i;
const HEXADECIMAL = /^0x[0-9a-f]{1,60}$/i;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})(?!\d)/;
const YEAR_FIRST = /^(\d{4})[./](\d{1,2})[./](\d{1,2})(?![./-]?\d)/;
const DAY_FIRST = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\.?\d)/;
const DAY_OR_MONTH_FIRST = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?![./-]?\d)/;
const TIME = /^(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?(z|[+-]\d{2}:?\d{2}|[ap]m)?$/i;
const HOUR = /^(\d{1,2})([ap]m)$/i;

/** How a compound that begins with a digit (or `v` and one) is read as a whole; undefined if it is none of these. */
export function readNumber(compound: string): Reading | undefined {
  return readDate(compound) ?? readTime(compound) ?? readGroups(compound) ?? readVersion(compound);
}

function readGroups(compound: string): Reading | undefined {
  const all = (terms: string[]): Reading => ({ terms, broader: [], parts: [], length: compound.length });
  const digits = (whole: string, fraction: string | undefined) => withDecimals(whole.replace(/\D/g, ''), fraction);
  if (HEXADECIMAL.test(compound)) return all([compound.toLowerCase()]);
  const grouped = GROUPED.exec(compound) ?? GROUPED_OTHERWISE.exec(compound);
  if (grouped) return all([digits(grouped[1] ?? '', grouped[2])]);
  const byPoints = GROUPED_BY_POINTS.exec(compound);
  if (byPoints) {
    const number = digits(byPoints[1] ?? '', byPoints[2]);
    if (byPoints[2] !== undefined) return all([number]);
    // `1.000` is a thousand in German, one in English, and may be a version.
    const version = readVersion(compound);
    return { terms: [number, compound], broader: version?.broader ?? [], parts: [], length: compound.length };
  }
  const decimal = DECIMAL_COMMA.exec(compound);
  return decimal ? all([`${decimal[1]}.${decimal[2]}`]) : undefined;
}

/** `42,000.00` is the same number as `42,000`. */
export const withDecimals = (whole: string, fraction: string | undefined): string =>
  fraction === undefined || /^0+$/.test(fraction) ? whole : `${whole}.${fraction}`;

/** `v2.10.3` and `2.10.3`, which `2.10` finds too. */
function readVersion(compound: string): Reading | undefined {
  const version = VERSION.exec(compound);
  if (!version) return undefined;
  const numbers = (version[2] ?? '').split('.');
  const terms = numbers.slice(1).map((_, i) => numbers.slice(0, i + 2).join('.'));
  return { terms: terms.slice(-1), broader: terms.slice(0, -1), parts: [], length: version[0].length };
}

function readDate(compound: string): Reading | undefined {
  const iso = ISO_DATE.exec(compound);
  if (iso) return dateReading([[iso[1], iso[2], iso[3]]], 10, [[0, 4], [5, 7], [8, 10]]); // biome-ignore format: pairs
  const yearFirst = YEAR_FIRST.exec(compound);
  if (yearFirst) return dateReading([[yearFirst[1], yearFirst[2], yearFirst[3]]], yearFirst[0].length, [[0, 4]]);
  const dayFirst = DAY_FIRST.exec(compound);
  if (dayFirst) return dateReading([[dayFirst[3], dayFirst[2], dayFirst[1]]], dayFirst[0].length, yearAt(dayFirst[0]));
  const either = DAY_OR_MONTH_FIRST.exec(compound);
  if (!either) return undefined;
  const [whole, first, second, year] = either;
  return dateReading([[year, second, first], [year, first, second]], whole.length, yearAt(whole)); // biome-ignore format: pairs
}

const yearAt = (date: string): [number, number][] => [[date.length - 4, date.length]];

type Ymd = readonly [string | undefined, string | undefined, string | undefined];

function dateReading(readings: readonly Ymd[], length: number, parts: Reading['parts']): Reading | undefined {
  const dates = readings
    .map(([year, month, day]) => dateTerms(Number(year), Number(month), Number(day)))
    .filter((date) => date !== undefined);
  if (dates.length === 0) return undefined;
  const broader = [...new Set(dates.flatMap((date) => date.broader))];
  return { terms: [...new Set(dates.flatMap(({ terms }) => terms))], broader, parts, length };
}

/** `2024-03-15`, which `2024-03` finds too; undefined where there is no such day. A day of 0 stands for the whole month. */
export function dateTerms(year: number, month: number, day: number): Pick<Reading, 'terms' | 'broader'> | undefined {
  if (month < 1 || month > 12 || day > 31) return undefined;
  const ofMonth = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
  return day === 0
    ? { terms: [ofMonth], broader: [] }
    : { terms: [`${ofMonth}-${String(day).padStart(2, '0')}`], broader: [ofMonth] };
}

/** `15:30`, also of `3:30pm` and of a time with seconds or a zone. */
function readTime(compound: string): Reading | undefined {
  const time = TIME.exec(compound);
  const hour = time ? undefined : HOUR.exec(compound);
  const found = time ?? hour;
  if (!found) return undefined;
  const half = (time ? time[3] : hour?.[2])?.toLowerCase();
  const minutes = time?.[2] ?? '00';
  const hours = Number(found[1]);
  if (hours > 24 || Number(minutes) > 59) return undefined;
  const of24 = half === 'pm' ? (hours % 12) + 12 : half === 'am' ? hours % 12 : hours;
  const term = `${String(of24).padStart(2, '0')}:${minutes}`;
  if (!hour) return { terms: [term], broader: [], parts: [], length: compound.length };
  const digits = found[1]?.length ?? 0;
  const parts = [[0, digits], [digits, compound.length]] as const; // biome-ignore format: pairs
  return { terms: [term], broader: [], parts, length: compound.length };
}
