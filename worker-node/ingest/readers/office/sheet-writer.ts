/** Writes the cells of spreadsheets as sections: a sheet is a heading, rows up to a blank one are a table. */
import type { Section } from '../../document.ts';
import { createSectionBuilder } from '../../document.ts';
import { list, prose } from '../blocks.ts';
import { removeControlCharacters } from '../normalise.ts';
import { writeRows } from '../rows.ts';

export interface Cell {
  /** From 0. */
  readonly column: number;
  readonly text: string;
  /** Whether it is text and not a number, a date or a truth value. */
  readonly isText: boolean;
}

export interface SheetWriter {
  /** Opens a sheet. */
  sheet(name: string): void;
  /** Adds a row: `number` from 1, cells with a text by ascending column. False where no more rows are taken. */
  row(number: number, cells: readonly Cell[]): boolean;
  finish(): Section[];
}

/** Of all sheets together, with what separates cells. More would not be found better, and takes minutes to embed. */
export const MAX_SHEET_CHARACTERS = 2_000_000;
/** Cells of a table with the empty ones between them. */
const MAX_TABLE_CELLS = 200_000;
const CELL_CHARACTERS = 3;
const MANY_COLUMNS = 20;
const MAX_HEADER_CELL = 100;
/** Rows that are compared with the header. */
const SAMPLE_ROWS = 200;
/** Names that programs give to sheets. */
const GENERATED_NAME = /^(?:Sheet|Tabelle|Feuil|Feuille|Hoja|Foglio|Blad|Ark|Planilha|Arkusz|Лист|工作表|シート)[ _]?\d{0,3}$/iu;

export function createSheetWriter(): SheetWriter {
  const sections = createSectionBuilder();
  const leftOut: string[] = [];
  let names = 0;
  let pendingName: string | undefined;
  let sheetName = '';
  let block: (readonly Cell[])[] = [];
  let lastRow = 0;
  let columns = new Set<number>();
  let characters = 0;
  let isFull = false;

  function flush(): void {
    if (block.length > 0)
      writeBlock(
        block,
        [...columns].sort((a, b) => a - b),
      );
    block = [];
    columns = new Set();
  }

  function writeBlock(rows: readonly (readonly Cell[])[], used: readonly number[]): void {
    const isNote = (row: readonly Cell[]) => row.length === 1;
    const start = rows.findIndex((row) => !isNote(row));
    if (start < 0) {
      sections.paragraph(rows.length === 1 ? prose(rows[0]?.[0]?.text ?? '') : list(rows.map(([cell]) => cell?.text ?? '')));
      return;
    }
    for (const [cell] of rows.slice(0, start)) sections.paragraph(prose(cell?.text ?? ''));
    const [first = [], ...rest] = rows.slice(start);
    const hasHeader = isHeader(first, rest, used.length);
    const dense = (row: readonly Cell[]) => {
      const byColumn = new Map(row.map(({ column, text }) => [column, text]));
      return used.map((column) => byColumn.get(column) ?? '');
    };
    // Rows of many columns are written as `column: value`, for which columns without names have letters.
    const header = hasHeader ? dense(first) : used.length > MANY_COLUMNS ? used.map(columnLetters) : [];
    writeRows(sections, { header, rows: (hasHeader ? rest : [first, ...rest]).map(dense), level: 2 });
  }

  return {
    sheet(name) {
      flush();
      names++;
      sheetName = removeControlCharacters(name);
      if (isFull) {
        leftOut.push(`the sheet ${sheetName}`);
        return;
      }
      lastRow = 0;
      pendingName = names === 1 && GENERATED_NAME.test(sheetName) ? undefined : sheetName;
    },
    row(number, cells) {
      const own = cells
        .map((cell) => ({ ...cell, text: removeControlCharacters(cell.text).trim() }))
        .filter(({ text }) => text !== '');
      if (isFull || own.length === 0) return !isFull;
      if (pendingName !== undefined) sections.heading(1, prose(pendingName));
      pendingName = undefined;
      const wider = new Set([...columns, ...own.map(({ column }) => column)]);
      if (number > lastRow + 1 || wider.size * (block.length + 1) > MAX_TABLE_CELLS) flush();
      for (const { column } of own) columns.add(column);
      const length =
        own.reduce((sum, { text }) => sum + text.length, 0) +
        CELL_CHARACTERS * (columns.size > MANY_COLUMNS ? own.length : columns.size);
      if (characters + length > MAX_SHEET_CHARACTERS) {
        isFull = true;
        leftOut.push(`what follows row ${lastRow} of the sheet ${sheetName}`);
        return false;
      }
      characters += length;
      lastRow = number;
      block.push(own);
      return true;
    },
    finish() {
      flush();
      if (leftOut.length > 0) {
        sections.heading(1, prose('Left out'));
        sections.paragraph(
          prose(
            `At most ${MAX_SHEET_CHARACTERS.toLocaleString('en')} characters of a spreadsheet are read. Left out: ${shortened(leftOut)}.`,
          ),
        );
      }
      return sections.finish();
    },
  };
}

/** From 0: 27 is `AB`. */
const columnLetters = (column: number): string =>
  (column < 26 ? '' : columnLetters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

const shortened = (places: readonly string[]) =>
  places.length > 10 ? `${places.slice(0, 10).join(', ')} and ${places.length - 10} more sheets` : places.join(', ');

/** Whether the first row names the columns: short different words, none of which is a value of its column. */
function isHeader(first: readonly Cell[], rest: readonly (readonly Cell[])[], columns: number): boolean {
  if (rest.length === 0 || first.length < columns / 2) return false;
  if (new Set(first.map(({ text }) => text)).size < first.length) return false;
  if (first.some(({ text, isText }) => !isText || text.length > MAX_HEADER_CELL || /^https?:/i.test(text))) return false;
  const names = new Map(first.map(({ column, text }) => [column, text]));
  return !rest.slice(0, SAMPLE_ROWS).some((row) => row.some(({ column, text }) => names.get(column) === text));
}
