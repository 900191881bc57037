/** Files in words: how large, and of which type by their names. */

const UNITS = ['KB', 'MB', 'GB'] as const;

const STEP = 1_024;

/** `4.2 MB`: one digit behind the point below ten. A MB has 1,024 KB, as in the limits of the API. */
export function sizeOf(bytes: number): string {
  if (bytes < STEP) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes;
  let unit = -1;
  // What rounds to the next unit is one of it.
  while (unit < 0 || (rounded(value) >= STEP && unit < UNITS.length - 1)) {
    value /= STEP;
    unit += 1;
  }
  return `${rounded(value)} ${UNITS[unit]}`;
}

const rounded = (value: number): number => (value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value));

const LONGEST = 8;

/** `PDF` of `notes.pdf`; undefined without an extension. */
export function typeOfName(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot + 1) : '';
  return /^[\p{L}\p{N}]+$/u.test(extension) && extension.length <= LONGEST ? extension.toUpperCase() : undefined;
}
