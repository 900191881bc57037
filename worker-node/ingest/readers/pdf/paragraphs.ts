/** Turns the lines of blocks into headings, paragraphs, lists, tables and code. */
import type { Paragraph } from '../../document.ts';
import { code, list, prose, table } from '../blocks.ts';
import type { Block, Line, Page } from './geometry.ts';
import { areRows, textOf } from './geometry.ts';
import { createLinkedText, type LinkedText } from './linked-text.ts';

export interface Heading {
  readonly kind: 'heading';
  readonly level: number;
  readonly page: number;
  readonly content: LinkedText;
}

export interface Passage {
  readonly kind: 'prose' | 'item' | 'code' | 'table';
  readonly page: number;
  readonly content: LinkedText;
  /** Of an item in an ordered list. */
  readonly number?: number;
  readonly rows?: readonly (readonly LinkedText[])[];
}

export type Part = Heading | Passage;

const BULLET = /^[•‣◦▪▫●○■□▸►➢➤✓✔–—·*\u{f0b7}\u{f0a7}\u{f0d8}\u{f076}\u{f0fc}-]\s+(?=\S)/u;
const NUMBERED = /^\(?\d{1,3}[.)]\s+(?=\S)/;
const LETTERED = /^\(?(?:[a-z]|[ivx]{1,5})[.)]\s+(?=\S)/;
/** A bullet or number that a gap parts from its item. */
const MARKER = /^(?:[^\p{L}\p{N}]|\(?\w{1,3}[.)])$/u;
/** The dots between a title and its page in a table of contents. */
const LEADERS = /(?:\.\s?){4}\s*\w+\s*$/;
const MIN_TABLE_ROWS = 3;
const MIN_CODE_LINES = 2;

/** `words` are those of the whole document, in lower case, as `wordsOf` finds them. */
export function partsOf(page: Page, words: ReadonlySet<string>): Part[] {
  return page.blocks.flatMap((block) => partsOfBlock(block, page.number, words));
}

/** The words inside of lines, which tell whether a hyphen at the end of a line belongs to the word. */
export function wordsOf(pages: readonly Page[]): Set<string> {
  const words = new Set<string>();
  for (const { blocks } of pages)
    for (const { lines } of blocks)
      for (const line of lines)
        for (const [word] of textOf(line)
          .toLowerCase()
          .matchAll(/\p{L}+(?:-\p{L}+)*/gu))
          words.add(word);
  return words;
}

function partsOfBlock({ lines }: Block, page: number, words: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < lines.length; ) {
    const run = runAt(lines, start);
    parts.push(...partsOfRun(run, page, words));
    start += run.lines.length;
  }
  return parts;
}

type RunKind = 'heading' | 'table' | 'code' | 'text';

interface Run {
  readonly kind: RunKind;
  readonly lines: readonly Line[];
}

/** The lines from `start` on that are of one kind. */
function runAt(lines: readonly Line[], start: number): Run {
  const first = lines[start] as Line;
  const until = (holds: (line: Line) => boolean) => {
    let end = start;
    while (end < lines.length && holds(lines[end] as Line)) end++;
    return lines.slice(start, end);
  };
  if (first.heading !== undefined) return { kind: 'heading', lines: until(({ heading }) => heading === first.heading) };
  const rows = until((line) => line.heading === undefined && isRowLike(first, line));
  if (rows.length >= MIN_TABLE_ROWS) return { kind: 'table', lines: rows };
  const typed = until((line) => line.heading === undefined && isMonospaced(line));
  if (typed.length >= MIN_CODE_LINES) return { kind: 'code', lines: typed };
  let end = start + 1;
  while (end < lines.length && !startsOther(lines, end)) end++;
  return { kind: 'text', lines: lines.slice(start, end) };
}

/** Whether a heading, a table or code begins with the line at `index`. */
function startsOther(lines: readonly Line[], index: number): boolean {
  const line = lines[index] as Line;
  const next = lines.slice(index, index + MIN_TABLE_ROWS);
  return (
    line.heading !== undefined ||
    (next.length === MIN_TABLE_ROWS && next.every((row) => row.heading === undefined && isRowLike(line, row))) ||
    (next.length >= MIN_CODE_LINES &&
      next.slice(0, MIN_CODE_LINES).every((typed) => typed.heading === undefined && isMonospaced(typed)))
  );
}

const isMonospaced = ({ cells }: Line) => cells.every(({ monospaced }) => monospaced);

function isRowLike(first: Line, line: Line): boolean {
  return !MARKER.test(first.cells[0]?.text ?? '') && !LEADERS.test(line.cells.at(-1)?.text ?? '') && areRows(first, line);
}

function partsOfRun({ kind, lines }: Run, page: number, words: ReadonlySet<string>): Part[] {
  if (kind === 'heading') {
    const content = joined(
      lines,
      words,
      lines.map(() => ' '),
    );
    return [{ kind, level: lines[0]?.heading ?? 1, page, content }];
  }
  if (kind === 'table') {
    const rows = lines.map(({ cells }) => cells.map((cell) => joined([{ ...(lines[0] as Line), cells: [cell] }], words, [])));
    return [{ kind, page, content: EMPTY, rows }];
  }
  if (kind === 'code') return [{ kind, page, content: { text: typedText(lines), links: [] } }];
  return textParts(lines, page, words);
}

const EMPTY: LinkedText = { text: '', links: [] };

/** Keeps the columns of text in a font of one width. */
function typedText(lines: readonly Line[]): string {
  const left = Math.min(...[lines.reduce((least, { x0 }) => Math.min(least, x0), Infinity)]);
  return lines
    .map(({ cells }) => {
      let row = '';
      for (const { text, x0, x1 } of cells) {
        const width = (x1 - x0) / Math.max(1, text.length);
        const column = width > 0 ? Math.round((x0 - left) / width) : 0;
        row += ' '.repeat(Math.max(row === '' ? 0 : 1, Math.min(column, 200) - row.length)) + text;
      }
      return row;
    })
    .join('\n');
}

function textParts(lines: readonly Line[], page: number, words: ReadonlySet<string>): Passage[] {
  const passages: Passage[] = [];
  let open: Line[] = [];
  let breaks: string[] = [];
  function close() {
    if (open.length === 0) return;
    const content = joined(open, words, breaks);
    const marker = BULLET.exec(content.text)?.[0] ?? NUMBERED.exec(content.text)?.[0];
    const number = numberOf(content.text);
    passages.push(
      marker
        ? { kind: 'item', page, content: withoutStart(content, marker.length), ...(number === null ? {} : { number }) }
        : { kind: 'prose', page, content },
    );
    open = [];
    breaks = [];
  }
  const block = {
    left: lines.reduce((least, { x0 }) => Math.min(least, x0), Infinity),
    right: lines.reduce((most, { x1 }) => Math.max(most, x1), -Infinity),
  };
  for (const [index, line] of lines.entries()) {
    const last = open.at(-1);
    const edges = edgesAround(lines, index, block);
    const wrapped = last !== undefined && isWrapped(last, line, edges);
    if (
      last &&
      (leavesItem(open, line, wrapped) || isNextNumber(open, line) || startsParagraph(last, line, { left: edges.left, wrapped }))
    )
      close();
    breaks.push(wrapped ? ' ' : '\n');
    open.push(line);
  }
  close();
  return passages;
}

const NEIGHBOURS = 4;

/** Those of the block, or of the lines around where they all end alike: text beside a picture is narrower than the rest. */
function edgesAround(lines: readonly Line[], index: number, block: Edges): Edges {
  const near = lines.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS);
  const right = Math.max(...near.map(({ x1 }) => x1));
  const left = Math.min(...near.map(({ x0 }) => x0));
  const alike = near.filter(({ x1 }) => x1 > right - (right - left) * 0.15);
  return near.length > NEIGHBOURS && alike.length >= near.length - 2 ? { left, right } : block;
}

const numberOf = (text: string) => (NUMBERED.test(text) ? Number(/\d+/.exec(text)?.[0]) : null);

function isNextNumber([first]: readonly Line[], line: Line): boolean {
  const before = first && numberOf(textOf(first));
  return typeof before === 'number' && numberOf(textOf(line)) === before + 1;
}

/** Whether a line behind an item of a list is neither wrapped nor indented as its text is. */
function leavesItem([first]: readonly Line[], line: Line, wrapped: boolean): boolean {
  return first !== undefined && BULLET.test(textOf(first)) && !wrapped && line.x0 <= first.x0 + line.size * 0.3;
}

interface Edges {
  readonly left: number;
  readonly right: number;
}

/** Whether the next line's first word had no place any more at the end of a line. */
function isWrapped(last: Line, line: Line, { left, right }: Edges): boolean {
  const [first] = line.cells;
  if (!first || line.cells.length > 1 || last.cells.length > 1 || LEADERS.test(textOf(last))) return false;
  const word = /^\S+/.exec(first.text)?.[0].length ?? 0;
  const width = ((first.x1 - first.x0) / Math.max(1, first.text.length)) * (word + 1);
  const free = first.rightToLeft ? last.x0 - left : right - last.x1;
  // Text without spaces is broken anywhere.
  const whole = word === first.text.length && word > 20;
  return whole ? free < 2 * line.size : width > free - 0.3 * line.size;
}

function startsParagraph(last: Line, line: Line, { left, wrapped }: { left: number; wrapped: boolean }): boolean {
  const [text, before] = [textOf(line), textOf(last)];
  if (BULLET.test(text) || ((NUMBERED.test(text) || LETTERED.test(text)) && !wrapped)) return true;
  const ends = /[.!?:;。！？…](?:["'”’»)\]]|\s)*$/u.test(before);
  if (ends && !wrapped) return true;
  const indented = line.x0 > left + line.size * 0.8 && last.x0 < left + line.size * 0.5 && line.x0 < left + line.size * 5;
  return indented && ends;
}

/** Joins lines by `breaks`, each before its line. A word that a hyphen divides at the end of a line becomes whole. */
function joined(lines: readonly Line[], words: ReadonlySet<string>, breaks: readonly string[]): LinkedText {
  const result = createLinkedText();
  for (const [index, line] of lines.entries()) {
    const next = textOf(line);
    if (index > 0) separate(result, next, breaks[index] ?? ' ', words);
    for (const [column, { pieces }] of line.cells.entries()) {
      if (column > 0) result.append(' ');
      for (const { text, url } of pieces) result.append(cleaned(text), url);
    }
  }
  const { text, links } = result.finish();
  const lead = text.length - text.trimStart().length;
  return lead === 0 ? { text: text.trimEnd(), links } : withoutStart({ text: text.trimEnd(), links }, lead);
}

/** Soft hyphens have no meaning as text, nor have symbols that only the document's font has; dots in a row are one mark. */
const cleaned = (text: string) =>
  text
    .replace(/\u00ad(?=.)/g, '')
    .replace(/[\u{f0b7}\u{f0a7}\u{f0d8}\u{f076}\u{f0fc}]/gu, '•')
    .replace(/\p{Co}/gu, '')
    .replace(/(?: ?\.){5,}/g, ' …');

const NO_WORD = /[^\p{L}\u00ad-]/u;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}，。、：；！？（）「」]/u;

export function separate(
  result: ReturnType<typeof createLinkedText>,
  next: string,
  by: string,
  words: ReadonlySet<string>,
): void {
  const before = result.tail();
  const hyphen = before.slice(-1);
  const stem = before.slice(0, -1).split(NO_WORD).at(-1) ?? '';
  const start = /^\p{Ll}+/u.exec(next)?.[0];
  if (/[-\u2010\u00ad]/.test(hyphen) && /\p{L}/u.test(stem.slice(-1)) && start) {
    if (hyphen === '\u00ad' || !keepsHyphen(stem.toLowerCase(), start, words)) result.chop();
    return;
  }
  if (by === ' ' && IDEOGRAPH.test(before.slice(-1)) && IDEOGRAPH.test(next.slice(0, 1))) return;
  result.append(by);
}

function keepsHyphen(stem: string, rest: string, words: ReadonlySet<string>): boolean {
  if (words.has(stem + rest)) return false;
  return stem.includes('-') || words.has(`${stem}-${rest}`);
}

function withoutStart({ text, links }: LinkedText, length: number): LinkedText {
  const moved = links.map(({ url, start, end }) => ({ url, start: Math.max(0, start - length), end: end - length }));
  return { text: text.slice(length), links: moved.filter(({ start, end }) => end > start) };
}

/** The block of Markdown of passages that belong together: one, or the items of a list. */
export function blockOfPassages(passages: readonly Passage[]): Paragraph {
  const [first] = passages;
  if (!first) return prose('');
  const { kind, page, content, rows } = first;
  if (kind === 'item')
    return {
      ...list(passages.map(({ content: item, number }) => ({ content: item, ...(number === undefined ? {} : { number }) }))),
      page,
    };
  if (kind === 'table') return { ...table(rows ?? []), page };
  return { ...(kind === 'code' ? code(content.text) : prose(content.text, content.links)), page };
}
