/** Grid tables and simple tables of reStructuredText. */

export interface RstTable {
  readonly rows: readonly (readonly string[])[];
  readonly header: boolean;
  /** The line behind the table. */
  readonly end: number;
}

const GRID = /^\+(?:[-=]+\+)+$/;
const SIMPLE = /^=+(?: +=+)+$/;

export const isTableStart = (lines: readonly string[], at: number) => GRID.test(lines[at] ?? '') || SIMPLE.test(lines[at] ?? '');

export const readRstTable = (lines: readonly string[], at: number): RstTable | null =>
  GRID.test(lines[at] ?? '') ? readGrid(lines, at) : readSimple(lines, at);

/** Cells that span columns are taken where they begin. */
function readGrid(lines: readonly string[], at: number): RstTable {
  const rows: string[][] = [];
  let header = false;
  let row: string[] = [];
  let end = at;
  // The edges of the columns are those of the line that has most of them.
  let edges: number[] = [];
  for (; end < lines.length && /^[+|]/.test(lines[end] ?? ''); end++) {
    const found = [...(lines[end] ?? '')].flatMap((mark, index) => (mark === '+' ? [index] : []));
    if ((lines[end] ?? '').startsWith('+') && found.length > edges.length) edges = found;
  }
  for (const line of lines.slice(at, end)) {
    if (/^\+[-=+]+$/.test(line)) {
      if (row.length > 0) rows.push(row);
      row = [];
      if (line.includes('=')) header = rows.length > 0;
      continue;
    }
    let from = edges[0] ?? 0;
    for (let column = 1; column < edges.length; column++) {
      const to = edges[column] ?? line.length;
      const text = line.slice(from + 1, to);
      // An edge that is neither `|` nor `+` lies in a cell.
      if (column < edges.length - 1 && !/[|+]/.test(line[to] ?? '|')) continue;
      row[column - 1] = `${row[column - 1] ?? ''} ${text.replace(/[|+]$/, '').trim()}`.trim();
      from = to;
    }
  }
  if (row.length > 0) rows.push(row);
  return { rows: rows.map((cells) => Array.from(cells, (cell) => cell ?? '')), header, end };
}

function readSimple(lines: readonly string[], at: number): RstTable | null {
  const starts = [...(lines[at] ?? '').matchAll(/=+/g)].map(({ index }) => index);
  const rows: string[][] = [];
  let header = false;
  let borders = 1;
  let end = at + 1;
  for (; end < lines.length; end++) {
    const line = lines[end] ?? '';
    if (SIMPLE.test(line) || /^=+$/.test(line)) {
      borders++;
      const last = lines[end + 1] === '' || end + 1 === lines.length;
      if (borders === 2 && !last) header = rows.length > 0;
      if (borders > 2 || last) return { rows, header, end: end + 1 };
      continue;
    }
    if (line === '' || /^-[- ]+$/.test(line)) continue;
    const cells = starts.map((start, column) => line.slice(start, starts[column + 1]).trim());
    const before = rows.at(-1);
    // Text in other columns alone continues the row above.
    if (cells[0] === '' && before)
      for (const [column, cell] of cells.entries()) before[column] = `${before[column] ?? ''} ${cell}`.trim();
    else rows.push(cells);
  }
  return null;
}
