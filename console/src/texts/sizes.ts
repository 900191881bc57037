/** Sizes in words. */
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
