/** Makes the Markdown blocks that readers return, from plain text: `createSectionBuilder` takes them. */
import type { Paragraph, TextLink } from '../document.ts';
import { applyEdits, blockEdits, inlineEdits, type PlainText } from './escape.ts';

export type { PlainText } from './escape.ts';

/** Text without links may be given as a string. */
export type Plain = string | PlainText;

const plain = (content: Plain): PlainText => (typeof content === 'string' ? { text: content } : content);

/** A paragraph of running text. Line breaks stay; empty lines in it are dropped. Also the content of a heading. */
export function prose(text: string, links: readonly TextLink[] = []): Paragraph {
  return { ...block({ text, links }), kind: 'prose' };
}

export interface ListItem {
  readonly content: Plain;
  /** 0 for an item of the list itself, 1 for one of a list in it, and so on. */
  readonly depth?: number;
  /** The number of an item in an ordered list. */
  readonly number?: number;
  /** A task, done or not. */
  readonly checked?: boolean;
}

const MAX_LIST_DEPTH = 20;

/** A list. An item is text, or text with its depth, number and state. Empty items are left out. */
export function list(items: readonly (string | ListItem)[]): Paragraph {
  const builder = createBlockBuilder('list');
  /** Columns at which the content of the open item of each depth begins. */
  const indents: number[] = [];
  for (const item of items) {
    const { content, depth = 0, number, checked } = typeof item === 'string' ? { content: item } : item;
    const body = block(plain(content));
    if (body.text === '') continue;
    const level = Math.max(0, Math.min(Math.floor(depth), indents.length, MAX_LIST_DEPTH));
    const indent = level === 0 ? 0 : (indents[level - 1] ?? 0);
    const marker = number === undefined ? '- ' : `${Math.max(0, Math.min(Math.floor(number), 999_999_999))}. `;
    indents.length = level;
    indents.push(indent + marker.length);
    const task = checked === undefined ? '' : checked ? '[x] ' : '[ ] ';
    const first = `${' '.repeat(indent)}${marker}${task}`;
    builder.lines(body, first, ' '.repeat(indent + marker.length));
  }
  return builder.finish();
}

/**
 * A table after GitHub Flavored Markdown, one line a row. With `header` the first row names the columns; without it that row is
 * left empty. Rows of different lengths are filled up, rows without any text left out.
 */
export function table(rows: readonly (readonly Plain[])[], { header = true }: { readonly header?: boolean } = {}): Paragraph {
  const cells = rows.map((row) => row.map(cell)).filter((row) => row.some(({ text }) => text !== ''));
  const columns = cells.reduce((most, row) => Math.max(most, row.length), 0);
  const builder = createBlockBuilder('table');
  if (columns === 0) return builder.finish();
  const body = header ? cells : [[], ...cells];
  for (const [index, row] of body.entries()) {
    builder.text(index === 0 ? '|' : '\n|');
    for (let column = 0; column < columns; column++) {
      builder.text(' ');
      builder.append(row[column] ?? EMPTY);
      builder.text(row[column]?.text ? ' |' : '|');
    }
    if (index === 0) builder.text(`\n|${' --- |'.repeat(columns)}`);
  }
  return builder.finish();
}

/** Code, a log or other text whose white space counts, in a fence. */
export function code(text: string, language = ''): Paragraph {
  const body = text
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  if (body === '') return { ...EMPTY, kind: 'code' };
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1));
  const name = /^[\w+#.-]{1,40}$/.test(language) ? language : '';
  return { text: `${fence}${name}\n${body}\n${fence}`, links: [], kind: 'code' };
}

/** A block, or several, quoted. */
export function quote(...blocks: readonly Paragraph[]): Paragraph {
  const builder = createBlockBuilder('quote');
  for (const [index, one] of blocks.filter(({ text }) => text !== '').entries()) {
    if (index > 0) builder.text('\n>');
    builder.lines(one, '> ', '> ');
  }
  return builder.finish();
}

const EMPTY = { text: '', links: [] as readonly TextLink[] } as const;

/** Line ends as in Markdown, without empty lines and without white space around, escaped. */
function block(content: PlainText): { text: string; links: TextLink[] } {
  const trimmed = respaced(content, /\r\n?|\n(?:[ \t]*\r?\n)+/g, '\n');
  return applyEdits(trimmed, blockEdits(trimmed.text));
}

/** What is escaped in a cell, and white space other than one space between words. */
const CHANGED_IN_CELL = /[<&\\|]|[^\S ]|^ | $| {2}/;

/** On one line, with `|` escaped. */
function cell(content: Plain): { text: string; links: TextLink[] } {
  // Tables of data have many cells, of which most stay as they are.
  if (typeof content === 'string' && !CHANGED_IN_CELL.test(content)) return { text: content, links: [] };
  const oneLine = respaced(plain(content), /\s+/g, ' ');
  const pipes = Array.from(oneLine.text.matchAll(/\|/g), ({ index }) => ({ start: index, end: index, by: '\\' }));
  return applyEdits(oneLine, [...inlineEdits(oneLine.text), ...pipes]);
}

/** Without the white space around, and with `by` for each `space` inside. */
function respaced(content: PlainText, space: RegExp, by: string): { text: string; links: TextLink[] } {
  const { text } = content;
  const start = text.length - text.trimStart().length;
  const end = Math.max(start, text.trimEnd().length);
  const inside = Array.from(text.matchAll(space), ({ 0: found, index }) => ({ start: index, end: index + found.length, by }));
  return applyEdits(content, [
    { start: 0, end: start, by: '' },
    ...inside.filter((edit) => edit.start >= start && edit.end <= end),
    { start: end, end: text.length, by: '' },
  ]);
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** Joins pieces of Markdown and moves their links. */
function createBlockBuilder(kind: NonNullable<Paragraph['kind']>) {
  const parts: string[] = [];
  const links: TextLink[] = [];
  let length = 0;

  function text(piece: string): void {
    parts.push(piece);
    length += piece.length;
  }

  function append({ text: piece, links: own }: { readonly text: string; readonly links: readonly TextLink[] }): void {
    for (const link of own) links.push({ ...link, start: length + link.start, end: length + link.end });
    text(piece);
  }

  return {
    text,
    append,
    /** A block on lines of its own, the first behind `first`, the others behind `rest`. */
    lines(content: { readonly text: string; readonly links: readonly TextLink[] }, first: string, rest: string): void {
      if (length > 0) text('\n');
      text(first);
      append(
        applyEdits(
          content,
          Array.from(content.text.matchAll(/\n/g), ({ index }) => ({ start: index, end: index + 1, by: `\n${rest}` })),
        ),
      );
    },
    finish: (): Paragraph => ({ text: parts.join(''), links, kind }),
  };
}
