/** What the account screen says of times, browsers, sizes and scopes. */
import { account as texts } from '../../texts.ts';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 minutes ago", "yesterday", "12 February", "12 Feb 2024". */
export function ago(iso: string, now = Date.now()): string {
  const time = Date.parse(iso);
  const ms = now - time;
  if (ms < MINUTE) return texts.now;
  if (ms < HOUR) return relative.format(-Math.floor(ms / MINUTE), 'minute');
  if (ms < DAY) return relative.format(-Math.floor(ms / HOUR), 'hour');
  if (ms < 7 * DAY) return relative.format(-Math.floor(ms / DAY), 'day');
  return (ms < 300 * DAY ? day : dayOfYear).format(time);
}

export const dateOf = (iso: string): string => dayOfYear.format(Date.parse(iso));

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** "1.1 GB": two digits at most before the unit has three. */
export function bytes(count: number): string {
  let size = count;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1).replace(/\.0$/, '') : Math.round(size)} ${UNITS[unit]}`;
}

/** By what the name of each also contains, the more special ones come first. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
  ['curl', 'curl'],
] as const;
const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

export interface Device {
  /** "Firefox on Linux". */
  readonly name: string;
  readonly isPhone: boolean;
}

export function deviceOf(userAgent: string | undefined): Device {
  const found = (list: readonly (readonly [string, string])[]) => list.find(([part]) => userAgent?.includes(part))?.[1];
  const browser = found(BROWSERS);
  const system = found(SYSTEMS);
  const name = browser && system ? texts.sessions.on(browser, system) : (browser ?? system ?? texts.sessions.unknown);
  return { name, isPhone: system === 'iPhone' || system === 'Android' };
}

/** "Searches and reads", "Searches, reads, adds". */
export function scopesInWords(scopes: readonly string[]): string {
  const words = (Object.keys(texts.scopes) as (keyof typeof texts.scopes)[]).flatMap((scope) =>
    scopes.includes(scope) ? [texts.scopes[scope]] : [],
  );
  const joined = words.length === 2 ? words.join(' and ') : words.join(', ');
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}
