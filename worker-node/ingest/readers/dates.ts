/** Normalises the dates that pages declare. */

const FIELDS = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ]+(\d.*))?$/;

/** ISO 8601 in the precision of `declared`: a year, month, date or UTC time. Null for anything but a date from 1000 to 2999. */
export function normaliseDate(declared: string): string | null {
  const text = declared.replace(/\s+/g, ' ').trim();
  const fields = FIELDS.exec(text);
  if (!fields) return /^[A-Za-z\d ,.:+-]{6,40}$/.test(text) && /\b[12]\d{3}\b/.test(text) ? fromWords(text) : null;
  const [, year, month, day, time] = fields;
  if (year === undefined || !/^[12]/.test(year)) return null;
  if (month === undefined) return year;
  const date =
    day === undefined ? `${year}-${month.padStart(2, '0')}` : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!isReal(date)) return null;
  if (day === undefined || time === undefined) return date;
  const zone = /(?:Z|[+-]\d{2}:?\d{2})\s*$/i.test(time) ? '' : 'Z';
  const moment = Date.parse(`${date}T${time.replace(/ (?=[+\-Z])/, '')}${zone}`);
  return Number.isNaN(moment) ? date : new Date(moment).toISOString();
}

/** Reads `14 March 2026`, `March 14, 2026` and RFC 1123 dates. */
function fromWords(text: string): string | null {
  const hasTime = /\d:\d\d/.test(text);
  const moment = Date.parse(hasTime && /(?:GMT|UTC|Z|[+-]\d{4})\s*$/.test(text) ? text : `${text} UTC`);
  if (Number.isNaN(moment)) return null;
  const iso = new Date(moment).toISOString();
  return hasTime ? iso : iso.slice(0, 10);
}

function isReal(date: string): boolean {
  const moment = Date.parse(`${date}${date.length === 7 ? '-01' : ''}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(date);
}
