/** What the account screen says of browsers, sizes and scopes. */
import { account as texts } from '../../texts.ts';

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
