/** Reads manual pages (roff with the macros of man or mdoc): their sections, terms and examples. */
import { EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { decodeInput } from './decode-input.ts';
import { createMarkupWriter, type MarkupWriter } from './markup-writer.ts';
import { mdocLine } from './mdoc.ts';
import { removeControlCharacters } from './normalise.ts';
import { readText } from './plain-text.ts';
import type { Reader } from './reader.ts';
import { roffArguments, roffText } from './roff-text.ts';

/** Any name may end like that of a manual page: a text without the macros of one is plain text. */
export const read: Reader = (input) => {
  const source = decodeInput(input);
  return /^[.'](?:TH|SH|Dd|Sh)\b/m.test(source) ? readMan(source) : readText(source);
};

/** Macros that set the font of their words, alone or in turns. */
const FONTS = new Set(['B', 'I', 'BR', 'RB', 'IR', 'RI', 'BI', 'IB', 'R', 'SM', 'SB', 'CW', 'UR', 'MT', 'UE', 'ME']);
/** Fonts in turns: their words are written without spaces. */
const TURNS = new Set(['BR', 'RB', 'IR', 'RI', 'BI', 'IB']);
const PARAGRAPHS = new Set(['PP', 'LP', 'P', 'HP', 'Pp', 'sp', 'br', 'RS', 'RE', 'in', 'ti', 'YS']);
/** Definitions, whose bodies are programs. They end with a line of two dots, or the macro that they name. */
const DEFINITIONS = new Set(['de', 'de1', 'am', 'ig']);

interface Page {
  readonly writer: MarkupWriter;
  /** Lines of the open paragraph. */
  words: string[];
  /** The term that the next text explains. */
  term: string | null;
  /** Lines of the open example. */
  example: string[] | null;
  title: string | null;
  /** What `.Nm` alone stands for. */
  name: string;
}

export function readMan(source: string): ParsedDocument {
  const page: Page = { writer: createMarkupWriter(), words: [], term: null, example: null, title: null, name: '' };
  const lines = removeControlCharacters(source).replace(/\r\n?/g, '\n').replace(/\\\n/g, '').split('\n');
  let skipUntil: string | null = null;
  let termNext = false;
  let tableRows: string[] | null = null;
  for (const line of lines) {
    if (skipUntil !== null) {
      if (line.replace(/^\.[ \t]+/, '.').startsWith(skipUntil)) skipUntil = null;
      continue;
    }
    const macro = /^[.'][ \t]{0,20}([A-Za-z\d]{1,3}|\\")(?![A-Za-z\d])(.*)$/.exec(line);
    const name = macro?.[1] ?? '';
    const rest = macro?.[2] ?? '';
    if (tableRows) {
      if (name === 'TE') {
        writeTable(page, tableRows);
        tableRows = null;
      } else tableRows.push(line);
    } else if (!macro) {
      if (/^[.'](?:\\"|[ \t]*$)/.test(line) || line.startsWith('\\"')) continue;
      addText(page, line.startsWith('.') ? '' : line, termNext);
      termNext = false;
    } else if (DEFINITIONS.has(name)) skipUntil = `.${rest.trim().split(/\s+/)[1] ?? '.'}`;
    else if (name === 'TS') {
      flush(page);
      tableRows = [];
    } else if (name === 'TP' || name === 'TQ') {
      flush(page);
      termNext = true;
    } else if (FONTS.has(name)) {
      const words = roffArguments(rest);
      addText(page, TURNS.has(name) ? words.join('') : words.join(' '), termNext);
      termNext = termNext && words.length === 0;
    } else writeMacro(page, name, rest);
  }
  flush(page);
  return { sections: page.writer.finish(), metadata: { ...EMPTY_METADATA, title: page.title } };
}

function addText(page: Page, text: string, isTerm = false): void {
  const plain = roffText(text);
  if (isTerm) page.term = plain;
  else if (page.example) page.example.push(plain);
  else if (plain.trim() === '') flush(page);
  else page.words.push(plain.trim());
}

/** Ends the open paragraph, with the term that it explains. */
function flush(page: Page): void {
  const text = page.words.join(' ').replace(/\s+/g, ' ').trim();
  const { term } = page;
  if (term !== null) page.writer.item({ content: text === '' ? term : `${term}: ${text}` });
  else if (text !== '') page.writer.paragraph(text);
  page.words = [];
  page.term = null;
}

function writeMacro(page: Page, name: string, rest: string): void {
  const words = roffArguments(rest).map(roffText);
  if (name === 'TH' || name === 'Dt') {
    page.title = words[1] === undefined ? (words[0] ?? null) : `${words[0]?.toLowerCase()}(${words[1]})`;
  } else if (name === 'SH' || name === 'Sh' || name === 'SS' || name === 'Ss') {
    flush(page);
    const text = words.join(' ');
    page.writer.heading(name.toUpperCase() === 'SH' ? 1 : 2, text);
  } else if (name === 'IP') {
    flush(page);
    const [mark = ''] = words;
    page.term = /^[^\p{L}\p{N}]{0,3}$/u.test(mark) ? null : mark;
  } else if (name === 'EX' || name === 'nf' || name === 'Vb') {
    flush(page);
    page.example = [];
  } else if (name === 'EE' || name === 'fi' || name === 'Ve') {
    page.writer.code(page.example?.join('\n') ?? '');
    page.example = null;
  } else if (PARAGRAPHS.has(name)) {
    if (!page.example) flush(page);
  } else if (name === 'OP') addText(page, `[${words.join(' ')}]`);
  else {
    if (name === 'Nm' && page.name === '') page.name = words[0] ?? '';
    const line = name === 'Nm' && rest.trim() === '' ? ({ kind: 'text', text: page.name } as const) : mdocLine(name, rest);
    if (line?.kind === 'item') {
      flush(page);
      page.term = line.text === '' ? null : line.text;
    } else if (line?.kind === 'break') flush(page);
    else if (line?.kind === 'example') {
      flush(page);
      page.example = [];
    } else if (line?.kind === 'end') {
      if (page.example) page.writer.code(page.example.join('\n'));
      page.example = null;
      flush(page);
    } else if (line && line.text !== '') addText(page, line.text);
  }
}

/** Rows of tbl: cells between tabs, behind the lines that say how they look. */
function writeTable(page: Page, lines: readonly string[]): void {
  const start = lines.findIndex((line) => line.trimEnd().endsWith('.') && !line.startsWith('.'));
  const separator = /tab\s{0,5}\((.)\)/.exec(lines[0] ?? '')?.[1] ?? '\t';
  const rows: string[][] = [];
  let block: string[] | null = null;
  for (const line of lines.slice(start + 1)) {
    if (/^(?:\.|[_=]$|T&)/.test(line)) continue;
    const last = rows.at(-1);
    if (block) {
      if (line.startsWith('T}')) {
        last?.splice(-1, 1, block.join(' '));
        block = null;
        const more = line.slice(2).split(separator).slice(1);
        last?.push(...more);
        if (more.at(-1)?.trim() === 'T{') block = [];
      } else block.push(line);
    } else {
      const cells = line.split(separator);
      rows.push(cells);
      if (cells.at(-1)?.trim() === 'T{') block = [];
    }
  }
  page.writer.table(rows.map((row) => row.map((cell) => roffText(cell).trim())));
}
