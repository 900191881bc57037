/** Most words of most texts: letters of ASCII alone, of which the analysis makes one item without looking closer. */

/** Longer ones are cut. UTF-16 units. */
const MAX_UNITS = 64;
const LOWER_CASE = 0x20;

/** Letters in lower case, but for the first, which may be a capital. */
export function isPlainWord(piece: string): boolean {
  const { length } = piece;
  if (length === 0 || length > MAX_UNITS || !isLetter(piece.charCodeAt(0) | LOWER_CASE)) return false;
  for (let at = 1; at < length; at++) if (!isLetter(piece.charCodeAt(at))) return false;
  return true;
}

/** Where the plain word ends that begins at `start`; `start` without one. */
export function plainEnd(units: Uint16Array, start: number, end: number): number {
  if (start >= end || !isLetter((units[start] as number) | LOWER_CASE)) return start;
  const most = Math.min(end, start + MAX_UNITS);
  let at = start + 1;
  while (at < most && isLetter(units[at] as number)) at++;
  return at;
}

const isLetter = (code: number) => code >= 97 && code <= 122;
