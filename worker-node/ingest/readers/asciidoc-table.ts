/** Tables of AsciiDoc: cells behind `|`, and rows of as many cells as the first line or `cols` says. */
import Papa from 'papaparse';

export interface AsciidocTable {
  readonly rows: readonly (readonly string[])[];
  readonly header: boolean;
}

/** The spec in front of a cell: spans, repetitions, alignment and style. */
const SPEC = /^(?:(?:\d{1,3}(?:\.\d{1,3})?|\.\d{1,3})[+*])?(?:[<^>](?:\.[<^>])?|\.[<^>])?[aehlmsdv]?$/;

/** `delimiter` is the line above the table, and `style` the attribute list before it. */
export function readAsciidocTable(lines: readonly string[], delimiter: string, style: string): AsciidocTable {
  const declared = style.split(/[,"'%= ]/).includes('header');
  if (delimiter.startsWith(',') || delimiter.startsWith(':') || /format="?[cd]sv/.test(style)) {
    const { data } = Papa.parse<string[]>(lines.join('\n'), {
      skipEmptyLines: 'greedy',
      delimiter: delimiter.startsWith(':') ? ':' : ',',
    });
    return { rows: data, header: declared };
  }
  const mark = delimiter.startsWith('!') ? '!' : '|';
  const cells: string[] = [];
  let firstRow = 0;
  let emptyAfterFirst = false;
  for (const [index, line] of lines.entries()) {
    if (line === '') {
      emptyAfterFirst ||= cells.length > 0 && cells.length === firstRow;
      continue;
    }
    const parts = line.replaceAll(`\\${mark}`, '\u0000').split(mark);
    for (const [place, part] of parts.entries()) {
      const text = part.replaceAll('\u0000', mark);
      if (place === 0) {
        const last = cells.length - 1;
        if (last >= 0 && !SPEC.test(text.trim())) cells[last] = `${cells[last]}\n${text}`;
        continue;
      }
      // What stands before the next mark may be the spec of its cell.
      const next =
        place < parts.length - 1
          ? text.replace(/[ \t](\S{1,12})$/, (whole, spec: string) => (SPEC.test(spec) ? '' : whole))
          : text;
      cells.push(next);
    }
    if (firstRow === 0 && cells.length > 0 && index < lines.length) firstRow = cells.length;
  }
  const columns = columnsOf(style) ?? Math.max(1, firstRow);
  const rows: string[][] = [];
  for (let start = 0; start < cells.length; start += columns)
    rows.push(cells.slice(start, start + columns).map((cell) => cell.trim()));
  return { rows, header: declared || (emptyAfterFirst && firstRow === columns) };
}

/** The number of columns that `cols` declares: `cols="1,2"`, `cols=3*`. */
function columnsOf(style: string): number | null {
  const declared = /cols\s?=\s?(?:"([^"]{1,300})"|([^\s,\]]{1,100}))/.exec(style);
  const value = declared?.[1] ?? declared?.[2];
  if (value === undefined) return null;
  const columns = value.split(/[,;]/).reduce((sum, column) => sum + Number(/^\s*(\d{1,3})\*/.exec(column)?.[1] ?? 1), 0);
  return columns >= 1 && columns <= 1_000 ? columns : null;
}
