/** Shows the numbers of cells as their number formats do, as far as it changes what they mean (ECMA-376 part 1, 18.8.30). */

export type NumberFormat = 'number' | 'percent' | 'date' | 'date-time' | 'time' | 'elapsed';

/** Built-in formats of dates and times, those of East Asia too. */
const BUILT_IN: readonly (readonly [first: number, last: number, format: NumberFormat])[] = [
  [9, 10, 'percent'],
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'date-time'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 45, 'time'],
  [46, 46, 'elapsed'],
  [47, 47, 'time'],
  [50, 58, 'date'],
];

export const builtInFormat = (id: number): NumberFormat =>
  BUILT_IN.find(([first, last]) => id >= first && id <= last)?.[2] ?? 'number';

/** The kind of a format code such as `yyyy-mm-dd;@`. Literal text, colours and locales in it do not count. */
export function formatOfCode(code: string): NumberFormat {
  const first = (code.split(';')[0] ?? '').toLowerCase();
  if (/\[(?:h+|m+|s+)\]/.test(first)) return 'elapsed';
  const letters = first.replace(/"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?/gs, '').replace(/general|am\/pm|a\/p/g, '');
  const hasDate = /[yd]/.test(letters) || (letters.includes('m') && !/[hs]/.test(letters));
  const hasTime = /[hs]/.test(letters);
  if (hasDate) return hasTime ? 'date-time' : 'date';
  if (hasTime) return 'time';
  return letters.includes('%') ? 'percent' : 'number';
}

const DAY_MS = 86_400_000;
/** Serial 0 of the two systems of dates, as days since 1970. */
const EPOCH_1900 = -25_569;
const EPOCH_1904 = -24_107;
/** Excel counts 29 February 1900, which was no day. */
const FALSE_LEAP_DAY = 60;
/** 1 January 10000, as days since 1970. */
const END = 2_932_897;

export function showNumber(value: string, format: NumberFormat, is1904: boolean): string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  if (format === 'percent') return `${rounded(number * 100)}%`;
  const epoch = is1904 ? EPOCH_1904 : EPOCH_1900 + (number < FALSE_LEAP_DAY ? 1 : 0);
  if (format === 'number' || number < 0 || number + epoch >= END) return rounded(number);
  if (format === 'elapsed') return elapsed(number);
  if (format === 'time' && number < 1) return timeOf(number);
  const days = Math.floor(number);
  const time = Math.round((number - days) * 86_400);
  const date = new Date((epoch + days) * DAY_MS + time * 1000).toISOString();
  return time === 0 ? date.slice(0, 10) : `${date.slice(0, 10)} ${timeOf(number - days)}`;
}

/** As many digits as are meant: 0.1 + 0.2 is 0.3. */
const rounded = (value: number) => String(Number(value.toPrecision(15)));

function timeOf(fraction: number): string {
  const time = new Date(Math.round(fraction * 86_400) * 1000).toISOString().slice(11, 19);
  return time.endsWith(':00') ? time.slice(0, 5) : time;
}

function elapsed(days: number): string {
  const minutes = Math.round(days * 1440);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
