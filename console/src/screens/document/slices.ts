/** Cuts a long Markdown text into slices that can be read and drawn one by one, so that a page never freezes. */

export interface Slice {
  /** UTF-16 units into the text. */
  readonly start: number;
  readonly end: number;
  /** Opens again what the cut divided: a fence of code, or the head of a table. */
  readonly before: string;
}

const SIZE = 8_000;
/** Of a part without a blank line. */
const LARGEST = 16_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Slices end at blank lines outside of code where there are any, and cover the text without a gap. */
export function slicesOf(text: string, size = SIZE, largest = LARGEST): Slice[] {
  const slices: Slice[] = [];
  let start = 0;
  let before = '';
  let fence: string | undefined;
  let table: string[] = [];
  const cut = (end: number, opens: string) => {
    if (end <= start) return;
    slices.push({ start, end, before });
    start = end;
    before = opens;
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, Math.min(next, at + 400));
    const isBlank = line.trim() === '';
    const follows = text[next];
    if (fence === undefined && isBlank && next - start >= size && follows !== ' ' && follows !== '\t') cut(next, '');
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
    }
    if (fence !== undefined || !line.startsWith('|')) table = [];
    else if (table.length < 2) table.push(line);
    const opens = fence === undefined ? (table.length === 2 ? table.join('') : '') : `${fence}\n`;
    if (next - start > largest && next < text.length && !isBlank) cut(next, opens);
    // A line that is longer than a slice.
    while (next - start > largest) cut(Math.min(start + largest, next), opens);
    at = next;
  }
  cut(text.length, '');
  return slices;
}

export interface Heading {
  readonly text: string;
  readonly depth: number;
  readonly start: number;
}

const HEADING = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const MAX_HEADINGS = 300;
const LONGEST_HEADING = 300;

/** Headings outside of code, without reading the whole text as Markdown. */
export function outlineOf(text: string): Heading[] {
  const found: Heading[] = [];
  let fence: string | undefined;
  for (let at = 0; at < text.length && found.length < MAX_HEADINGS; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + LONGEST_HEADING));
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) fence = fence === undefined ? mark : undefined;
    const [, marks = '', words = ''] = fence === undefined ? (HEADING.exec(line) ?? []) : [];
    if (marks !== '') found.push({ text: wordsOf(words), depth: marks.length, start: at });
    at = end + 1;
  }
  return found;
}

/** Without emphasis, links and the marks that may close a heading. */
const wordsOf = (words: string) =>
  words
    .replaceAll(/\\([!-/:-@[-`{-~])|!?\[|\]\([^()\s]{0,300}\)|\*{1,3}|`/g, '$1')
    .replace(/#{1,6}[ \t]{0,10}$/, '')
    .trim();

const lettersOf = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Whether a heading says what the title of the page says already. */
export const isSameTitle = (heading: string, title: string): boolean => lettersOf(heading) === lettersOf(title);
