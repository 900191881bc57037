/** Reads reStructuredText, with the directives of Sphinx. */
import Papa from 'papaparse';
import { EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { decodeInput } from './decode-input.ts';
import { createMarkupWriter, type MarkupWriter } from './markup-writer.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { collectNames, type Directive, EXPLICIT, indentOf, isAdornment, takeDirective, takeIndented } from './rst-blocks.ts';
import { type RstNames, rstInline } from './rst-inline.ts';
import { isTableStart, readRstTable } from './rst-tables.ts';

const names = (words: string) => new Set(words.split(' '));

/** Bodies that are kept as they are. */
const CODE = names(
  'code code-block sourcecode highlight-block parsed-literal math prompt ipython doctest testcode testoutput console literal productionlist graphviz mermaid plot pyscript',
);
/** Directives that show nothing of their own, or only to one kind of output. */
const SILENT = names(
  'contents sectnum section-numbering index raw meta include default-role role default-domain highlight tabularcolumns cssclass rst-class target-notes bibliography unicode date footbibliography',
);
const MAX_DEPTH = 40;
const BULLET = /^([-*+•‣⁃])[ \t]+(?=\S)/;
const ENUMERATED = /^(?:\(?(\d{1,9}|#|[a-zA-Z]|[ivxlcdm]{1,8})[.)])[ \t]+(?=\S)/;
const FIELD = /^:((?:[^:\\\s]|\\.|[ :](?=\S)){1,100}?):(?:[ \t]+|$)/;
const OPTION = /^(?:--?|\/)[\w?][^\s]{0,60}(?:,? [^\s]{1,40}){0,3}(?: {2,}|$)/;

export const read: Reader = (input) => readRst(decodeInput(input));

export function readRst(source: string): ParsedDocument {
  const lines = removeControlCharacters(source)
    .replace(/\r\n?|\f/g, '\n')
    .split('\n')
    .map((line) => line.replaceAll('\t', '        ').trimEnd());
  const known = collectNames(lines);
  const writer = createMarkupWriter();
  const state: State = { writer, names: known, styles: [], fields: new Map() };
  readBlocks(lines, state, 0, true);
  const field = (name: string) => state.fields.get(name) ?? null;
  const author = field('author') ?? field('authors');
  return {
    sections: writer.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: writer.firstHeading,
      authors:
        author === null
          ? []
          : author
              .split(/;|\n/)
              .map((one) => one.trim())
              .filter((one) => one !== '')
              .slice(0, 50),
      publishedAt: normaliseDate(field('date') ?? field('created') ?? ''),
    },
  };
}

interface State {
  readonly writer: MarkupWriter;
  readonly names: RstNames;
  /** Styles of titles in the order in which they were seen: the level of each is its place. */
  readonly styles: string[];
  /** Fields before the second heading. */
  readonly fields: Map<string, string>;
}

const inline = (text: string, { names: known }: State) => rstInline(text, known);

/** `itemDepth`: how many lists the lines stand in. */
function readBlocks(lines: readonly string[], state: State, depth: number, top: boolean, itemDepth = 0): void {
  const { writer } = state;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line === '') {
      at++;
      continue;
    }
    const title = top ? readTitle(lines, at, state) : 0;
    if (title > 0) {
      at += title;
      continue;
    }
    if (depth >= MAX_DEPTH) {
      writer.paragraph(lines.slice(at).join('\n'));
      return;
    }
    const next = readStructure(lines, at, state, depth, itemDepth) ?? readParagraph(lines, at, state, depth, itemDepth);
    at = Math.max(next, at + 1);
  }
}

/** The number of lines of a title at `at`; 0 where none is. */
function readTitle(lines: readonly string[], at: number, { writer, names: known, styles }: State): number {
  const [first = '', second = '', third = ''] = lines.slice(at, at + 3);
  const over = isAdornment(first) && second.trim() !== '' && third[0] === first[0] && isAdornment(third);
  const text = (over ? second : first).trim();
  if (!over && (!isAdornment(second) || isAdornment(first) || first.startsWith(' ') || second.length < Math.min(text.length, 4)))
    return 0;
  const style = over ? `${first[0]}${first[0]}` : (second[0] ?? '');
  if (!styles.includes(style)) styles.push(style);
  writer.heading(styles.indexOf(style) + 1, rstInline(text, known));
  return over ? 3 : 2;
}

/** The line behind the structure at `at`; null where a paragraph stands. */
function readStructure(lines: readonly string[], at: number, state: State, depth: number, itemDepth: number): number | null {
  const { writer } = state;
  const line = lines[at] ?? '';
  if (line.startsWith(' ')) {
    const { body, end } = takeIndented(lines, at, indentOf(line));
    readBlocks(body, state, depth + 1, false, itemDepth);
    return end;
  }
  if (isTableStart(lines, at)) {
    const found = readRstTable(lines, at);
    if (found) {
      writer.table(
        found.rows.map((row) => row.map((cell) => inline(cell, state))),
        found.header,
      );
      return found.end;
    }
  }
  if (isAdornment(line) && line.length >= 4) return at + 1;
  if (EXPLICIT.test(line)) {
    const directive = takeDirective(lines, at);
    writeDirective(directive, state, depth, itemDepth);
    return directive.end;
  }
  if (line.startsWith('>>> '))
    return takeWhile(
      lines,
      at,
      (text) => text !== '',
      (taken) => writer.code(taken, 'python'),
    );
  if (/^\|(?: |$)/.test(line))
    return takeWhile(
      lines,
      at,
      (text) => /^(?:\||\s)/.test(text),
      (taken) => writer.verse(inline(taken.replace(/^\| ?/gm, ''), state)),
    );
  return readItem(lines, at, state, depth, itemDepth);
}

function takeWhile(
  lines: readonly string[],
  at: number,
  holds: (line: string) => boolean,
  write: (taken: string) => void,
): number {
  let end = at;
  while (end < lines.length && lines[end] !== '' && holds(lines[end] ?? '')) end++;
  write(lines.slice(at, end).join('\n'));
  return end;
}

function readItem(lines: readonly string[], at: number, state: State, depth: number, itemDepth: number): number | null {
  const { writer } = state;
  const line = lines[at] ?? '';
  const marker = BULLET.exec(line) ?? ENUMERATED.exec(line);
  const field = marker ? null : FIELD.exec(line);
  const option = marker || field ? null : OPTION.exec(line);
  if (!marker && !field && !option) return null;
  const opening = (marker ?? field ?? option)?.[0] ?? '';
  const { body, end } = takeIndented(lines, at + 1, marker ? opening.length : Math.max(1, indentOf(lines[at + 1] ?? '')));
  const content = [line.slice(opening.length), ...body];
  const stop = content.findIndex(
    (text, index) => index > 0 && (text === '' || BULLET.test(text) || EXPLICIT.test(text) || text.startsWith(' ')),
  );
  const own = content
    .slice(0, stop < 0 ? content.length : stop)
    .join('\n')
    .trim();
  const name = field?.[1] ?? option?.[0].trim();
  const words = name === undefined ? own : own === '' ? name : `${name}: ${own}`;
  if (field && itemDepth === 0) state.fields.set((field[1] ?? '').toLowerCase(), content.join('\n').trim());
  const literal = words.endsWith('::');
  const number = Number(marker?.[1]);
  writer.item({
    content: inline(literal ? words.replace(/\s?::$/, ':') : words, state),
    depth: itemDepth,
    ...(Number.isInteger(number) && marker?.[1] !== '#' ? { number } : {}),
  });
  if (stop >= 0) {
    const rest = content.slice(stop);
    if (literal) writeLiteral(rest, state, depth, itemDepth);
    else readBlocks(rest, state, depth + 1, false, itemDepth + 1);
  }
  return end;
}

/** Lines up to an empty one; a term with its definition; and the literal block that `::` announces. */
function readParagraph(lines: readonly string[], at: number, state: State, depth: number, itemDepth: number): number {
  const { writer } = state;
  let end = at + 1;
  while (end < lines.length && lines[end] !== '' && !lines[end]?.startsWith(' ')) {
    if (isAdornment(lines[end + 1] ?? '') && (lines[end + 1] ?? '').length >= 4 && end > at + 1) break;
    end++;
  }
  const text = lines.slice(at, end).join('\n');
  const literal = text.endsWith('::');
  const shown = literal ? text.replace(/\s?::$/, (mark) => (mark.startsWith(':') ? ':' : '')) : text;
  if (shown.trim() !== '') writer.paragraph(inline(shown, state));
  if (!literal) {
    if (!lines[end]?.startsWith(' ')) return end;
    const { body, end: after } = takeIndented(lines, end, indentOf(lines[end] ?? ''));
    readBlocks(body, state, depth + 1, false, itemDepth);
    return after;
  }
  let start = end;
  while (start < lines.length && lines[start] === '') start++;
  const indent = indentOf(lines[start] ?? '');
  if (indent === 0) return end;
  const { body, end: after } = takeIndented(lines, start, indent);
  writer.code(body.join('\n'));
  return after;
}

function writeLiteral(lines: readonly string[], state: State, depth: number, itemDepth: number): void {
  const start = lines.findIndex((line) => line !== '');
  const indent = indentOf(lines[start] ?? '');
  if (indent === 0) {
    readBlocks(lines, state, depth + 1, false, itemDepth + 1);
    return;
  }
  const { body, end } = takeIndented(lines, start, indent);
  state.writer.code(body.join('\n'));
  readBlocks(lines.slice(end), state, depth + 1, false, itemDepth + 1);
}

function writeDirective(directive: Directive, state: State, depth: number, itemDepth: number): void {
  const { writer } = state;
  const { name, argument, options, body } = directive;
  if (name === null) {
    readBlocks(argument === '' ? body : [argument, ...body], state, depth + 1, false, itemDepth);
    return;
  }
  const short = name.slice(name.lastIndexOf(':') + 1);
  if (SILENT.has(short)) return;
  if (CODE.has(short)) {
    writer.code(
      [...(short === 'math' && argument !== '' ? [argument] : []), ...body].join('\n'),
      short === 'math' ? 'latex' : argument,
    );
    return;
  }
  if (short === 'csv-table') {
    if (argument !== '') writer.paragraph(inline(argument, state));
    const head = options.get('header');
    const rows = Papa.parse<string[]>([...(head === undefined ? [] : [head]), ...body].join('\n').replace(/, "/g, ',"'), {
      skipEmptyLines: 'greedy',
      delimiter: ',',
    }).data;
    writer.table(
      rows.map((row) => row.map((cell) => inline(cell.trim(), state))),
      head !== undefined || options.has('header-rows'),
    );
    return;
  }
  if (short === 'image' || short === 'figure') writer.paragraph(inline(options.get('alt') ?? '', state));
  else if (argument !== '') writer.paragraph(inline(argument, state));
  if (short === 'list-table')
    writer.table(
      listTable(body).map((row) => row.map((cell) => inline(cell, state))),
      options.has('header-rows'),
    );
  else readBlocks(body, state, depth + 1, false, itemDepth);
}

/** Rows are items, and cells are items in them. */
function listTable(lines: readonly string[]): string[][] {
  const rows: string[][] = [];
  for (const line of lines) {
    const row = /^[*-] [*-]($| .*)/.exec(line);
    const cell = /^ {1,8}[*-]($| .*)/.exec(line);
    const last = rows.at(-1);
    if (row) rows.push([(row[1] ?? '').trim()]);
    else if (cell && last) last.push((cell[1] ?? '').trim());
    else if (last && last.length > 0 && line !== '') last[last.length - 1] = `${last.at(-1)} ${line.trim()}`;
  }
  return rows;
}
