/** Joins the lines of text that was wrapped at a fixed width, and leaves those of verse, addresses, tables and code. */

/** Narrower text is verse or a list, wider text is not wrapped. */
const MIN_WIDTH = 30;
const MAX_WIDTH = 160;
const MAX_VERSE_WIDTH = 60;
/** A line is full if the next word would not have fit into this share of the width: people and programs leave some room. */
const FULL = 0.9;
/** A line this long that goes on with a small letter was wrapped, too. */
const LONG = 0.55;
/** Share of line ends at which wrapped text goes on. */
const MIN_SHARE = 0.6;

const MARKER = /^[ \t]*(?:[-*•‣◦+–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+\S/;
const COLUMNS = /\S(?: {4,}|\t+)\S/;
const CODE = /[{};]$|^\s*(?:#include|import |def |class |function |return\b|if \(|for \(|<\/?\w|\$ |>>> )|=>|::|\) ?{/;
const LOG = /^\W?(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d|\d{1,3}(?:\.\d{1,3}){3} )/;
const SENTENCE_END = /[.!?。！？…:]["'”’»)\]]*$/;
/** Scripts that are written without blanks. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303f\uff00-\uffef]/u;

const UNDERLINE = /^([=~*#-])\1{2,}$/;
const MAX_HEADING_CHARACTERS = 100;

export type BlockShape = 'prose' | 'list' | 'preformatted' | 'quote';

/** What the lines between two empty ones are. */
export function shapeOf(lines: readonly string[]): BlockShape {
  const share = (pattern: RegExp) => lines.filter((line) => pattern.test(line.trimEnd())).length / lines.length;
  if (lines.every((line) => /^\s*>/.test(line))) return 'quote';
  const items = lines.filter((line) => MARKER.test(line)).length;
  if (
    lines.length > 1 &&
    (share(COLUMNS) >= 0.5 || share(CODE) >= 0.5 || share(LOG) >= 0.6 || share(/[|+│┃─═]{2}|\|.*\|/) >= 0.6)
  )
    return 'preformatted';
  if (items >= 2 || (items === 1 && MARKER.test(lines[0] ?? ''))) return 'list';
  return 'prose';
}

/** 1 for a line over `=====`, 2 for one over another line of signs. */
export function headingLevel([text = '', underline = '']: readonly string[]): number | null {
  const [title, signs] = [text.trim(), underline.trim()];
  if (!UNDERLINE.test(signs) || title === '' || UNDERLINE.test(title) || title.length > MAX_HEADING_CHARACTERS) return null;
  return signs.length < title.length / 2 ? null : signs.startsWith('=') ? 1 : 2;
}

export const isItem = (line: string) => MARKER.test(line);

/** The width at which most of the text is wrapped; 0 where it is not. */
export function widthOf(blocks: readonly (readonly string[])[]): number {
  const widths = blocks
    .map(withoutIndent)
    .filter((lines) => lines.length >= 3 && isWrapped(lines, longest(lines)))
    .map(longest)
    .sort((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}

const longest = (lines: readonly string[]) => lines.reduce((most, line) => Math.max(most, line.trimEnd().length), 0);

/** Paragraphs: one, or several where a line that is not full is followed by an indented one. */
export function unwrap(lines: readonly string[], width: number): string[] {
  const own = longest(lines);
  const limit = own >= width * 0.7 && own <= width ? width : own;
  if (lines.length < 2 || !isWrapped(lines, limit)) return [lines.map((line) => line.trim()).join('\n')];
  const paragraphs: string[] = [];
  let text = (lines[0] ?? '').trim();
  for (let i = 1; i < lines.length; i++) {
    const [before, line] = [lines[i - 1] ?? '', lines[i] ?? ''];
    const isWithin = /^\p{Ll}/u.test(line.trim()) && !SENTENCE_END.test(before.trimEnd());
    if (isWithin || goesOn(before, line, limit)) text += spaceBetween(before.trimEnd(), line.trim()) + line.trim();
    else if (/^\s/.test(line) && !/^\s/.test(before)) {
      paragraphs.push(text);
      text = line.trim();
    } else text += `\n${line.trim()}`;
  }
  return [...paragraphs, text];
}

/** Whether most lines end where the next word would not have fit. */
export function isWrapped(lines: readonly string[], width = longest(lines)): boolean {
  if (width < MIN_WIDTH || width > MAX_WIDTH || isVerse(lines, width)) return false;
  let going = 0;
  for (let i = 1; i < lines.length; i++) if (goesOn(lines[i - 1] ?? '', lines[i] ?? '', width)) going++;
  return going >= (lines.length - 1) * MIN_SHARE;
}

/** Each line of verse begins with a capital letter, where of prose few do. */
const isVerse = (lines: readonly string[], width: number) =>
  lines.length > 2 && width < MAX_VERSE_WIDTH && lines.every((line) => /^[\s"'“„«(]*\p{Lu}/u.test(line));

/** Whether `line` goes on where `before` was wrapped. */
function goesOn(before: string, line: string, width: number): boolean {
  const [end, start] = [before.trimEnd(), line.trim()];
  const isIndented = line.length - line.trimStart().length > before.length - before.trimStart().length + 1;
  if (isIndented && SENTENCE_END.test(end)) return false;
  const word = /^\S+/.exec(start)?.[0].length ?? 0;
  if (end.length + 1 + word > width * FULL) return true;
  return end.length >= width * LONG && /^[\p{Ll}\d("]/u.test(start) && !SENTENCE_END.test(end);
}

/**
 * What is between two lines of a paragraph. Words that are divided at the end of a line keep their hyphen: it may be one of
 * the language. To look at the paragraph so far instead of its last line would take time in the square of its length.
 */
export function spaceBetween(before: string, line: string): string {
  if (/\p{L}-$/u.test(before) && /^\p{Ll}/u.test(line)) return '';
  return UNSPACED.test(before.at(-1) ?? '') && UNSPACED.test(line[0] ?? '') ? '' : ' ';
}

/** The lines without the white space that all of them begin with. */
export function withoutIndent(lines: readonly string[]): string[] {
  const expanded = lines.map((line) => line.replaceAll('\t', '    '));
  const indents = expanded.map((line) => line.length - line.trimStart().length);
  const least = indents.reduce((indent, one) => Math.min(indent, one), Number.POSITIVE_INFINITY);
  return expanded.map((line) => line.slice(least));
}
