/** Most words of most texts: letters of ASCII alone, of which the analysis makes one item without looking closer. */

/** Longer ones are cut. UTF-16 units. */
const MAX_UNITS = 64;
const LOWER_CASE = 0x20;

/** Letters in lower case, but for the first, which may be a capital. */
export const isPlainWord = (piece: string): boolean => isPlainWordAt(piece, 0, piece.length);

export function isPlainWordAt(text: string, start: number, end: number): boolean {
  if (end <= start || end - start > MAX_UNITS || !isLetter(text.charCodeAt(start) | LOWER_CASE)) return false;
  for (let at = start + 1; at < end; at++) if (!isLetter(text.charCodeAt(at))) return false;
  return true;
}

const isLetter = (code: number) => code >= 97 && code <= 122;
