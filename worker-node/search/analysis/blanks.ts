/** Parts text at blanks, and takes punctuation off the ends of what stands between them. */
import { TextUnits } from './text-units.ts';

const BLANK = 1;
const OPENING = 2;
const CLOSING = 4;

/** Codes from here on are looked at one by one. */
const LATIN = 0xa0;
/** What ASCII's characters are, and the first of Unicode's beyond. */
const KINDS = new Uint8Array(LATIN);
for (let code = 0; code <= 0x20; code++) KINDS[code] = BLANK;
for (const character of '"\'([{<*`_') KINDS[character.charCodeAt(0)] = OPENING;
for (const character of '.,;:!?"\')]}>*`_') KINDS[character.charCodeAt(0)] = (KINDS[character.charCodeAt(0)] ?? 0) | CLOSING;

/** Punctuation of Chinese and Japanese, which has no blank beside it. */
const WIDE_PUNCTUATION = new Set(
  [...'、。〈〉《》「」『』【】〔〕！（），：；？｛｝～'].map((character) => character.charCodeAt(0)),
);

/** Calls `visit` with the range of each piece, which is not empty. */
export function forEachPiece(text: string, visit: (start: number, end: number) => void): void {
  const { length } = text;
  const ranges = new Int32Array(length + 1);
  scratch.read(text);
  const used = findPieces(scratch.units, length, ranges);
  for (let at = 0; at < used; at += 2) visit(ranges[at] as number, ranges[at + 1] as number);
}

const scratch = new TextUnits();

/**
 * Writes where each piece of a text begins and ends, which is not empty, and answers how many numbers these are: at most one more
 * than the text's UTF-16 units.
 */
export function findPieces(units: Uint16Array, length: number, ranges: Int32Array): number {
  let used = 0;
  let at = 0;
  while (at < length) {
    while (at < length && isBlank(units, at, length)) at++;
    let start = at;
    while (at < length && !isBlank(units, at, length)) at++;
    let end = at;
    start = withoutOpening(units, start, end);
    end = withoutClosing(units, start, end);
    if (start < end) {
      ranges[used] = start;
      ranges[used + 1] = end;
      used += 2;
    }
  }
  return used;
}

/** Where what stands between blanks begins without opening punctuation. */
export function withoutOpening(units: Uint16Array, start: number, end: number): number {
  let first = start;
  while (first < end && isEdge(units[first] as number, OPENING)) first++;
  return first;
}

/** Where it ends without closing punctuation. */
export function withoutClosing(units: Uint16Array, start: number, end: number): number {
  let last = end;
  while (start < last && isEdge(units[last - 1] as number, CLOSING)) last--;
  return last;
}

const isEdge = (code: number, kind: number): boolean => code < LATIN && ((KINDS[code] as number) & kind) !== 0;

/** Blanks of ASCII and Unicode, and wide punctuation; a blank that does not break is none between thousands. */
export function isBlank(units: Uint16Array, at: number, length: number): boolean {
  const code = units[at] as number;
  return code < LATIN ? KINDS[code] === BLANK : isBlankBeyondLatin(units, at, length, code);
}

function isBlankBeyondLatin(units: Uint16Array, at: number, length: number, code: number): boolean {
  if (code > 0x3000) return WIDE_PUNCTUATION.has(code);
  if (code > 0xa0 && code < 0x1680) return false;
  if (code !== 0xa0 && code !== 0x202f && code !== 0x2009) {
    return code === 0x3000 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x1680;
  }
  const isDigitAt = (place: number) => place >= 0 && place < length && isDigit(units[place] as number);
  return !(isDigitAt(at - 1) && isDigitAt(at + 1) && isDigitAt(at + 2) && isDigitAt(at + 3) && !isDigitAt(at + 4));
}

const isDigit = (code: number) => code >= 48 && code <= 57;
