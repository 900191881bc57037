/** Normalises the dates that documents declare. What has two readings is no date: a wrong one is worse than none. */
import { monthOf } from './month-names.ts';

interface DateFields {
  readonly year: string;
  readonly month?: number;
  readonly day?: number;
  /** What follows the day. */
  readonly rest?: string;
}

/** The longest text that a date with its weekday and zone takes. */
const MAX_CHARACTERS = 80;

/**
 * ISO 8601 in the precision of `declared`: a year, month or date, or a time in UTC where its zone is known. Null for anything
 * but a date from 1000 to 2999.
 */
export function normaliseDate(declared: string): string | null {
  const text = declared.replace(/\s+/g, ' ').trim();
  if (text.length > MAX_CHARACTERS) return null;
  const fields = isoFields(text) ?? compactFields(text) ?? numberFields(text) ?? cjkFields(text) ?? wordFields(text);
  if (!fields || !/^[12]\d{3}$/.test(fields.year)) return null;
  const { year, month, day, rest = '' } = fields;
  if (month === undefined) return year;
  const date = [year, twoDigits(month), ...(day === undefined ? [] : [twoDigits(day)])].join('-');
  if (!isReal(date)) return null;
  return day === undefined ? date : (moment(date, rest) ?? date);
}

const twoDigits = (number: number) => String(number).padStart(2, '0');
const number = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));

function fields(year: string | undefined, month?: number, day?: number, rest?: string): DateFields | null {
  if (year === undefined || Number.isNaN(month) || Number.isNaN(day)) return null;
  return { year, ...(month === undefined ? {} : { month }), ...(day === undefined ? {} : { day }), ...(rest ? { rest } : {}) };
}

/** `2024`, `2024-05`, `2024/5/3`, `2024.05.03T10:00+02:00`. */
function isoFields(text: string): DateFields | null {
  const found = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})\.?)?)?(?:[T ,]+(\d.*))?$/i.exec(text);
  return found && fields(found[1], number(found[2]), number(found[3]), found[4]);
}

/** `20240506`, `20240506T100000Z`. */
function compactFields(text: string): DateFields | null {
  const found = /^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(?:(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (!found) return null;
  const [, year, month, day, hours, minutes, seconds = '00', zone = ''] = found;
  return fields(year, number(month), number(day), hours && `${hours}:${minutes}:${seconds}${zone}`);
}

/** `06.05.2024` is day first wherever dots are used; `06/05/2024` is either way, so that one number has to be above 12. */
function numberFields(text: string): DateFields | null {
  const found = /^(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})(?:[T ,]+(\d.*))?$/.exec(text);
  if (!found) return null;
  const [, one, separator, two, year, rest] = found;
  const [first, second] = [Number(one), Number(two)];
  if (separator === '.' || first > 12 || first === second) return fields(year, second, first, rest);
  return second > 12 ? fields(year, first, second, rest) : null;
}

/** `2024年5月6日`, `2024년 5월 6일`. */
function cjkFields(text: string): DateFields | null {
  const found = /^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日일号號])?(?: ?\(.\))?(?: (\d.*))?$/.exec(text);
  return found && fields(found[1], number(found[2]), number(found[3]), found[4]);
}

/** `14 March 2026`, `March 14th, 2026`, `6 de mayo de 2024`, `Mon, 06 May 2024 10:00:00 GMT`, `May 2024`. */
function wordFields(source: string): DateFields | null {
  const text = source.replace(/^\p{L}{2,12}\.?,? (?=\p{L}|\d)/u, (weekday) =>
    monthOf(weekday.replace(/[., ]/g, '')) ? weekday : '',
  );
  const dayFirst =
    /^(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?(?: (?:de|of)(?= )|-)? ?(\p{L}{3,12})\.?,?(?: del?(?= )|-)? ?(\d{4})(?: ?[гр]\.?)?(?:,? (?:at |um |à |- )?(\d.*))?$/iu;
  const monthFirst = /^(\p{L}{3,12})\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})(?:,? (?:at |- )?(\d.*))?$/iu;
  const day = dayFirst.exec(text);
  if (day) return fields(day[3], monthOf(day[2] ?? '') ?? Number.NaN, Number(day[1]), day[4]);
  const month = monthFirst.exec(text);
  return month && fields(month[3], monthOf(month[1] ?? '') ?? Number.NaN, number(month[2]), month[4]);
}

/** Hours from UTC. Abbreviations of several zones, such as IST and BST, are left out. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ Z: 0, UTC: 0, GMT: 0, WET: 0, WEST: 1, CET: 1, MEZ: 1, CEST: 2, MESZ: 2, EET: 2, EEST: 3, MSK: 3, JST: 9, KST: 9 },
  ...{ EST: -5, EDT: -4, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
};
const TIME =
  /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?: ?(?:(am|pm)|([ap])\.m\.))?(?: Uhr)?(?: ?\(?([A-Z]{1,4}|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d\d)?)\)?)?(?: \([\p{L} ]+\))?$/iu;

/** The time in UTC; null where the zone is not known. */
function moment(date: string, rest: string): string | null {
  const found = TIME.exec(rest);
  const offset = offsetMinutes(found?.[6] ?? '');
  if (!found || offset === null) return null;
  const half = (found[4] ?? found[5])?.toLowerCase()[0];
  const given = Number(found[1]);
  const hours = half === undefined ? given : (given % 12) + (half === 'p' ? 12 : 0);
  const fraction = /[.,](\d{1,3})/.exec(rest.slice(rest.lastIndexOf(':')))?.[1]?.padEnd(3, '0') ?? '000';
  const utc = Date.parse(`${date}T${twoDigits(hours)}:${found[2]}:${found[3] ?? '00'}.${fraction}Z`);
  return Number.isNaN(utc) ? null : new Date(utc - offset * 60_000).toISOString();
}

/** Null for an unknown zone, and where there is none. */
function offsetMinutes(zone: string): number | null {
  const named = ZONES[zone.toUpperCase()];
  if (named !== undefined) return named * 60;
  const found = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(zone);
  if (!found) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  return minutes > 14 * 60 ? null : (found[1] === '-' ? -1 : 1) * minutes;
}

function isReal(date: string): boolean {
  const time = Date.parse(`${date}${date.length === 7 ? '-01' : ''}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
