/**
 * Writes plain text as Markdown: what would change the structure of the text or be read as HTML is escaped, everything else
 * stays. `foo_bar` and `2*3` are left as they are.
 */
import type { TextLink } from '../document.ts';

/** Plain text with links whose offsets are in it. */
export interface PlainText {
  readonly text: string;
  readonly links?: readonly TextLink[];
}

/** What `text.slice(start, end)` is replaced by. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** A tag, a character reference, or a backslash that would escape something or break the line. */
const INLINE = /<(?=[A-Za-z/!?])|&(?=#\d{1,7};|#[Xx][\dA-Fa-f]{1,6};|[A-Za-z][A-Za-z\d]{0,31};)|\\(?=[!-/:-@[-`{-~]|\n|$)/g;

/** A line that begins with a heading, a quote, a list item, a link definition, a table's delimiters or a rule. */
const HEADING_OR_QUOTE = /^(?:#{1,6}(?:[ \t]|$)|>)/;
const BULLET = /^[-+*](?:[ \t]|$)/;
const NUMBER = /^\d{1,9}(?=[.)](?:[ \t]|$))/;
const DEFINITION = /^\[[^\]\n]{1,999}\]:/;
/** A paragraph that begins with a link definition, whose label may go on in the next lines (CommonMark section 4.7). */
const DEFINITION_FIRST = /^\[[^\]]+\]:/;
const RULE = /^(?:[=|:\- \t]+|[*_ \t]+)$/;
const FENCE = /^(?:`{3,}(?=[^`]*$)|~{3,})/;

/** The edits that make one paragraph of Markdown of a plain text. */
export function blockEdits(text: string): Edit[] {
  const edits = inlineEdits(text);
  for (let start = 0; start <= text.length; ) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    lineEdits(text.slice(start, end), start, edits);
    start = end + 1;
  }
  if (DEFINITION_FIRST.test(text) && !edits.some(({ start }) => start === 0)) edits.push(escapeAt(0));
  return edits;
}

/** The edits that a text needs anywhere in a block. */
export function inlineEdits(text: string): Edit[] {
  return Array.from(text.matchAll(INLINE), ({ index }) => escapeAt(index));
}

const escapeAt = (at: number): Edit => ({ start: at, end: at, by: '\\' });

function lineEdits(line: string, start: number, edits: Edit[]): void {
  const indent = line.length - line.trimStart().length;
  const rest = line.slice(indent).trimEnd();
  const at = start + indent;
  if (rest === '') return;
  const fence = FENCE.exec(rest)?.[0];
  const number = NUMBER.exec(rest)?.[0];
  if (fence) for (let i = 0; i < fence.length; i++) edits.push(escapeAt(at + i));
  else if (number) edits.push(escapeAt(at + number.length));
  else if (HEADING_OR_QUOTE.test(rest) || BULLET.test(rest) || DEFINITION.test(rest) || isRule(rest)) edits.push(escapeAt(at));
}

/** A thematic break, the underline of a heading, or the line below a table's header. */
const isRule = (line: string) => RULE.test(line) && /[-=*_]/.test(line);

/** The text with `edits`, of which no two overlap; links keep their words. */
export function applyEdits({ text, links = [] }: PlainText, edits: readonly Edit[]): { text: string; links: TextLink[] } {
  const inOrder = [...edits].sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  const starts = inOrder.map(({ start }) => start);
  /** Offset in the new text behind each edit. */
  const moved: number[] = [];
  let from = 0;
  let length = 0;
  for (const { start, end, by } of inOrder) {
    parts.push(text.slice(from, start), by);
    length += start - from + by.length;
    from = end;
    moved.push(length);
  }
  parts.push(text.slice(from));
  /** The new place of an old one, which the edit `last` is the last to come before. */
  function offset(old: number, last: number): number {
    const edit = inOrder[last];
    return edit ? (moved[last] ?? 0) + Math.max(0, old - edit.end) : old;
  }
  return {
    text: parts.join(''),
    links: links.map((link) => ({
      ...link,
      start: offset(link.start, countAtMost(starts, link.start) - 1),
      end: offset(link.end, countAtMost(starts, link.end - 1) - 1),
    })),
  };
}

/** How many of the ascending `numbers` are at most `limit`. */
function countAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
