/** Parts text at blanks, and takes punctuation off the ends of what stands between them. */

const BLANK = 1;
const OPENING = 2;
const CLOSING = 4;

/** What ASCII's characters are, and the first of Unicode's beyond. */
const KINDS = new Uint8Array(0xa0);
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
  let at = 0;
  while (at < length) {
    while (at < length && isBlank(text, at)) at++;
    let start = at;
    while (at < length && !isBlank(text, at)) at++;
    let end = at;
    while (start < end && ((KINDS[text.charCodeAt(start)] ?? 0) & OPENING) !== 0) start++;
    while (start < end && ((KINDS[text.charCodeAt(end - 1)] ?? 0) & CLOSING) !== 0) end--;
    if (start < end) visit(start, end);
  }
}

/** Blanks of ASCII and Unicode, and wide punctuation; a blank that does not break is none between thousands. */
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xa0) return KINDS[code] === BLANK;
  if (code > 0x3000) return WIDE_PUNCTUATION.has(code);
  if (code > 0xa0 && code < 0x1680) return false;
  if (code !== 0xa0 && code !== 0x202f && code !== 0x2009) {
    return code === 0x3000 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x1680;
  }
  return !(
    isDigit(text.charCodeAt(at - 1)) &&
    isDigit(text.charCodeAt(at + 1)) &&
    /^\d{3}(?!\d)/.test(text.slice(at + 1, at + 5))
  );
}

const isDigit = (code: number) => code >= 48 && code <= 57;
