/** Reads comma-separated values: the delimiter is found, and the first row names the columns where it looks like a header. */
import Papa from 'papaparse';
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { list, prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { writeRows } from './rows.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** Excel writes the delimiter in a line before the first. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/;
const MAX_HEADER_CELL = 100;
/** Rows that are compared with the header. */
const SAMPLE_ROWS = 200;

export const read: Reader = (input) =>
  readCsv(decodeInput(input), /\.(?:tsv|tab)$/i.test(input.filename ?? '') || input.mediaType === 'text/tab-separated-values');

/** `tabs`: the file is declared as separated by tabs. */
export function readCsv(source: string, tabs = false): ParsedDocument {
  const text = removeControlCharacters(source.replace(/^\ufeff/, ''));
  const named = SEPARATOR_LINE.exec(text);
  const rows = parseRows(named ? text.slice(named[0].length) : text, named?.[1] ?? (tabs && text.includes('\t') ? '\t' : null));
  const sections = createSectionBuilder();
  const { notes, table } = splitNotes(rows);
  for (const note of notes) sections.paragraph(prose(note));
  const columns = table.reduce((most, row) => Math.max(most, row.length), 0);
  if (columns < 2) {
    sections.paragraph(list(table.map(([cell = '']) => cell)));
    return { sections: sections.finish(), metadata: EMPTY_METADATA };
  }
  const [first = [], ...rest] = table;
  const hasHeader = isHeader(first, rest);
  writeRows(sections, { header: hasHeader ? first.map((cell) => cell.trim()) : [], rows: hasHeader ? rest : table, level: 1 });
  return { sections: sections.finish(), metadata: EMPTY_METADATA };
}

function parseRows(text: string, delimiter: string | null): string[][] {
  const options = { skipEmptyLines: 'greedy' as const, delimitersToGuess: DELIMITERS, delimiter: delimiter ?? '' };
  const { data, errors, meta } = Papa.parse<string[]>(text, options);
  // A stray quotation mark would swallow the rest of the file: such files are read without quoting.
  if (!errors.some(({ type }) => type === 'Quotes')) return data;
  return Papa.parse<string[]>(text, { ...options, delimiter: meta.delimiter, quoteChar: '\0' }).data;
}

/** Lines before a table that are no part of it: one cell each, or comments. */
function splitNotes(rows: readonly string[][]): { notes: string[]; table: string[][] } {
  const isNote = (row: readonly string[]) => row.filter((cell) => cell.trim() !== '').length < 2 || /^\s*#/.test(row[0] ?? '');
  const start = rows.findIndex((row) => !isNote(row));
  if (start < 1 || start > 20) return { notes: [], table: [...rows] };
  const notes = rows.slice(0, start).map((row) => row.filter((cell) => cell.trim() !== '').join(', '));
  return { notes, table: rows.slice(start) };
}

/** Whether the first row names the columns: short different words, none of which is a value of its column. */
function isHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const names = first.map((cell) => cell.trim());
  const filled = names.filter((name) => name !== '');
  if (rest.length === 0 || filled.length < names.length / 2 || new Set(filled).size < filled.length) return false;
  if (filled.some((name) => name.length > MAX_HEADER_CELL || !/\p{L}/u.test(name) || /^https?:/i.test(name))) return false;
  const sample = rest.slice(0, SAMPLE_ROWS);
  return !names.some((name, column) => name !== '' && sample.some((row) => row[column]?.trim() === name));
}
