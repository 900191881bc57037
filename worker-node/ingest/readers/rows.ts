/**
 * Writes the rows of a table so that each chunk of them can be understood alone: a table that one chunk holds stays whole, a
 * longer one becomes tables of some rows with the header again, and rows of long cells become sections of `column: value`.
 */
import { measure } from '../chunk-tokens.ts';
import type { Paragraph } from '../document.ts';
import { list, prose, table } from './blocks.ts';

/** What rows are written to: the builder of sections. */
export interface RowOutput {
  heading(level: number, content: Paragraph): void;
  paragraph(content: Paragraph): void;
}

export interface Rows {
  /** The names of the columns; empty where they have none. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The level of the headings above groups of rows: 1 to 6. */
  readonly level: number;
}

/** Tokens of a group of rows with its header. A chunk has 240, of which title and headings take up to 60. */
const GROUP_TOKENS = 180;
/** A row of more tokens, names of the columns included, is a section of its own. */
const LONG_ROW_TOKENS = 70;
/** Tables of fewer characters certainly fit. */
const SHORT_TABLE = 180;
const MAX_LABEL = 100;
/** Columns whose value names a row, in the order in which they are looked for. */
const LABEL_COLUMNS = ['title', 'name', 'label', 'subject', 'id', 'key'];

/** White space counts as one space: a cell is one line. */
const oneLine = (cell: string) => cell.replace(/\s+/g, ' ').trim();

export function writeRows(output: RowOutput, { header, rows, level }: Rows): void {
  const filled = rows.map((row) => row.map(oneLine)).filter((row) => row.some((cell) => cell !== ''));
  if (filled.length === 0 && header.length === 0) return;
  // Each `|` between cells is a token.
  const tokensOf = (row: readonly string[]) => measure(row.join(' ')) + row.length + 1;
  const headerTokens = header.length === 0 ? 0 : tokensOf(header);
  const tokens = filled.map(tokensOf);
  const sum = tokens.reduce((all, one) => all + one, headerTokens);
  const characters = filled.reduce((all, row) => all + row.join(' ').length, 0);
  if (sum <= GROUP_TOKENS || characters < SHORT_TABLE) output.paragraph(tableOf(header, filled));
  else if (header.length > 1 && headerTokens + sum / filled.length > LONG_ROW_TOKENS) writeRecords(output, header, filled, level);
  else writeGroups(output, header, filled, tokens, { level, room: GROUP_TOKENS - headerTokens });
}

const tableOf = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  header.length === 0 ? table(rows, { header: false }) : table([header, ...rows]);

function writeGroups(
  output: RowOutput,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  tokens: readonly number[],
  { level, room }: { readonly level: number; readonly room: number },
): void {
  let start = 0;
  let used = 0;
  for (let end = 0; end <= rows.length; end++) {
    const next = tokens[end];
    if (next !== undefined && (end === start || used + next <= room)) {
      used += next;
      continue;
    }
    output.heading(level, prose(start + 1 === end ? `Row ${end}` : `Rows ${start + 1} to ${end}`));
    output.paragraph(tableOf(header, rows.slice(start, end)));
    start = end;
    used = next ?? 0;
  }
}

function writeRecords(output: RowOutput, header: readonly string[], rows: readonly (readonly string[])[], level: number): void {
  const names = header.map((name) => name.trim().toLowerCase());
  const found = LABEL_COLUMNS.map((name) => names.indexOf(name)).find((column) => column >= 0);
  for (const [index, row] of rows.entries()) {
    const label = row[found ?? 0] ?? '';
    output.heading(level, prose(label !== '' && label.length <= MAX_LABEL ? label : `Row ${index + 1}`));
    output.paragraph(list(row.flatMap((cell, column) => (cell === '' ? [] : [field(header[column], cell)]))));
  }
}

/** `name: value`, and the value alone where the column has no name. */
const field = (name: string | undefined, value: string) =>
  (name ?? '').trim() === '' ? value : `${oneLine(name ?? '')}: ${value}`;
