/** Finds Markdown whose block quotes and lists nest deeper than a person writes. */

/** Parsing time grows with the product of depth and lines. */
const MAX_MARKERS = 50;
/** Of the number of an ordered list's item (CommonMark). */
const MAX_DIGITS = 9;

/** Whether a line opens more than 50 block quotes and list items one inside the other. Linear. */
export function isDeeplyNested(source: string): boolean {
  for (let start = 0; start < source.length; ) {
    const end = source.indexOf('\n', start);
    const next = end < 0 ? source.length : end;
    if (countMarkers(source, start, next) > MAX_MARKERS) return true;
    start = next + 1;
  }
  return false;
}

/** Container markers at the start of the line from `start` to `end`. A rule such as `- - -` opens nothing. */
function countMarkers(source: string, start: number, end: number): number {
  let count = 0;
  /** Number of the last markers that are the same character: a rule, if nothing follows them. */
  let same = 0;
  let last = '';
  for (let at = start; at < end; ) {
    const character = source[at] ?? '';
    if (character === ' ' || character === '\t') {
      at++;
      continue;
    }
    const length = markerLength(source, at, end);
    if (length === 0) return count;
    count++;
    same = character === last && isRuleCharacter(character) ? same + 1 : 1;
    last = character;
    at += length;
  }
  return isRuleCharacter(last) && same >= 3 ? count - same : count;
}

const isRuleCharacter = (character: string) => character === '-' || character === '*';

const isDigit = (character: string | undefined) => character !== undefined && character >= '0' && character <= '9';

/** The length of a marker at `at`; 0 where there is none. A list marker has white space or the end of the line after it. */
function markerLength(source: string, at: number, end: number): number {
  const character = source[at];
  if (character === '>') return 1;
  let length = 0;
  if (character === '-' || character === '*' || character === '+') length = 1;
  else {
    while (length < MAX_DIGITS && isDigit(source[at + length])) length++;
    const delimiter = source[at + length];
    if (length === 0 || (delimiter !== '.' && delimiter !== ')')) return 0;
    length++;
  }
  const next = source[at + length];
  return at + length >= end || next === ' ' || next === '\t' ? length : 0;
}
