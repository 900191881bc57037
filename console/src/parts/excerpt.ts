/** What a row of results shows of a passage: text without the marks of Markdown, cut around what was found. */
import type { TextRange } from './ranges.ts';

export interface Excerpt {
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

/** Marks at the start of a line, emphasis, code, links, images, cells and escapes. */
const SYNTAX =
  /^[ \t]{0,3}(?:>[ \t]?){1,5}(?:[-*+][ \t]|#{1,6}[ \t])?|^[ \t]{0,3}(?:#{1,6}[ \t]|[-*+][ \t]|\|[-:| \t]{0,200}\|[ \t]*$)|!?\[|\]\([^()\s]{0,2000}\)|\*{1,3}|`{1,3}|~~|\\[!-/:-@[-`{-~]|\||\s+/gm;

/** Ranges follow their text. A mark that begins a pair which never ends is left out as well: it says nothing to a reader. */
export function plainText(markdown: string, ranges: readonly TextRange[]): Excerpt {
  const places = new Uint32Array(markdown.length + 1);
  let text = '';
  let at = 0;
  const keep = (until: number) => {
    for (; at < until; at++) {
      places[at] = text.length;
      text += markdown[at];
    }
  };
  for (const match of markdown.matchAll(SYNTAX)) {
    // Of an escape, only the backslash goes.
    const end = match.index + (match[0].startsWith('\\') ? 1 : match[0].length);
    if (end <= at) continue;
    keep(match.index);
    places.fill(text.length, at, end);
    at = end;
    // Cells and lines stay apart.
    if (/^[\s|]/.test(match[0]) && text !== '' && !text.endsWith(' ')) text += ' ';
  }
  keep(markdown.length);
  places[markdown.length] = text.length;
  const placed = ranges.flatMap(([start, end]): TextRange[] => {
    const range = [places[Math.min(start, markdown.length)] ?? 0, places[Math.min(end, markdown.length)] ?? 0] as const;
    return range[1] > range[0] ? [range] : [];
  });
  return { text: text.trimEnd(), ranges: placed };
}

/** Three lines of a row. */
const LENGTH = 240;
const ELLIPSIS = '… ';

/** The part of at most about `length` units with the most found words, from the start of a sentence or a word. */
export function excerptOf({ text, ranges }: Excerpt, length = LENGTH): Excerpt {
  if (text.length <= length) return { text, ranges };
  const start = startOf(text, bestStart(ranges, length));
  const end = endOf(text, start + length);
  const before = start === 0 ? '' : ELLIPSIS;
  const moved = ranges
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]): TextRange => [from - start + before.length, to - start + before.length]);
  return { text: `${before}${text.slice(start, end).trimEnd()}${end < text.length ? '…' : ''}`, ranges: moved };
}

/** The first of the found words from which on most of them lie within `length`. */
function bestStart(ranges: readonly TextRange[], length: number): number {
  let best = 0;
  let most = 0;
  for (let first = 0, last = 0; first < ranges.length; first++) {
    const from = (ranges[first] as TextRange)[0];
    while (last < ranges.length && (ranges[last] as TextRange)[1] <= from + length) last++;
    if (last - first <= most) continue;
    most = last - first;
    best = from;
  }
  return best;
}

const LEAD = 80;

/** A little before the first found word: where its sentence begins, or a word. */
function startOf(text: string, found: number): number {
  if (found <= LEAD) return 0;
  const lead = text.slice(found - LEAD, found);
  const sentence = Math.max(lead.lastIndexOf('. '), lead.lastIndexOf('? '), lead.lastIndexOf('! '), lead.lastIndexOf('。') - 1);
  if (sentence >= 0) return found - LEAD + sentence + 2;
  const word = lead.indexOf(' ');
  return word < 0 ? found : found - LEAD + word + 1;
}

function endOf(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const word = text.lastIndexOf(' ', end);
  return word > end - LEAD ? word : end;
}

const SHORTEST_SENTENCE = 40;

/** The first sentence, which stands for a passage that was found by its meaning. */
export function firstSentence({ text }: Excerpt): TextRange {
  for (const match of text.matchAll(/[.!?](?=\s)|[。！？]/gu)) {
    const end = match.index + match[0].length;
    if (end >= SHORTEST_SENTENCE) return [0, end];
  }
  return [0, text.length];
}
