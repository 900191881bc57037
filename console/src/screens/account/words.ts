/** What the account screen says of browsers. */
import { account as texts } from '../../texts.ts';

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
