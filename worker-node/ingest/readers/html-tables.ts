/** Tells tables of data from tables that only lay a page out, and collects the cells of the former. */
import type { Paragraph } from '../document.ts';
import { table } from './blocks.ts';
import { ELEMENT, nameOf, TEXT, walk } from './html-walk.ts';
import type { Inline } from './paragraph-builder.ts';

/** A longer cell is a column of the page. */
const MAX_CELL_CHARACTERS = 1_000;
const MAX_FILLING = 10;
const MIN_SPARSE_CELLS = 10_000;
const names = (list: string) => new Set(list.split(' '));
/** What does not fit in a cell of a Markdown table. */
const BLOCKS_OF_LAYOUT = names('TABLE H1 H2 H3 H4 H5 H6 PRE BLOCKQUOTE ARTICLE SECTION NAV FORM');

interface OpenTable {
  readonly table: Element;
  isLayout: boolean;
  columns: number;
  rowColumns: number;
  cell: number;
  rows: number;
  cells: number;
}

/** The tables under `root` that have two columns or more and whose cells hold texts. */
export function dataTables(root: Node): ReadonlySet<Element> {
  const found = new Set<Element>();
  const open: OpenTable[] = [];
  for (const { node, leaving } of walk(root)) {
    const inner = open.at(-1);
    if (node.nodeType === TEXT) {
      if (inner) addText(inner, node.nodeValue ?? '');
      continue;
    }
    if (node.nodeType !== ELEMENT) continue;
    const name = nameOf(node);
    if (leaving) {
      if (name !== 'TABLE' || !inner) continue;
      open.pop();
      if (!inner.isLayout && inner.columns > 1 && !isSparse(inner)) found.add(inner.table);
      continue;
    }
    if (inner && BLOCKS_OF_LAYOUT.has(name)) inner.isLayout = true;
    if (inner) countCell(inner, name);
    if (name === 'TABLE') open.push(openTable(node as Element));
  }
  return found;
}

/** Rows are filled up to the longest: a table of one long row and many short ones would be mostly empty cells. */
const isSparse = ({ rows, columns, cells }: OpenTable) => rows * columns > MAX_FILLING * cells + MIN_SPARSE_CELLS;

function openTable(table: Element): OpenTable {
  const role = table.getAttribute('role')?.toLowerCase();
  return { table, isLayout: role === 'presentation' || role === 'none', columns: 0, rowColumns: 0, cell: 0, rows: 0, cells: 0 };
}

function countCell(table: OpenTable, name: string): void {
  if (name === 'TR') {
    table.rowColumns = 0;
    table.rows++;
  }
  if (name !== 'TD' && name !== 'TH') return;
  table.cell = 0;
  table.rowColumns++;
  table.cells++;
  table.columns = Math.max(table.columns, table.rowColumns);
}

function addText(table: OpenTable, text: string): void {
  table.cell += text.trim().length;
  if (table.cell > MAX_CELL_CHARACTERS) table.isLayout = true;
}

const MAX_SPAN = 50;
/** Cells that span more columns are not followed by empty ones. */
const MAX_SPANNED_COLUMNS = 100;
const NOTHING: Inline = { text: '', links: [] };

/** Cells that span rows or columns are followed by empty ones, so that those behind keep their column. */
export function createTableBuilder() {
  let isOpen = false;
  let rows: Inline[][] = [];
  /** Rows that a cell above still spans, by column. */
  let spanned: number[] = [];
  let allHeaders = true;
  let header: boolean | null = null;
  let open: Element | null = null;

  const span = (name: string) => Math.min(Math.max(Math.floor(Number(open?.getAttribute(name) ?? 1)) || 1, 1), MAX_SPAN);

  function skipSpanned(row: Inline[]): void {
    while ((spanned[row.length] ?? 0) > 0) {
      spanned[row.length] = (spanned[row.length] ?? 0) - 1;
      row.push(NOTHING);
    }
  }

  function endRow(): void {
    const row = rows.at(-1);
    if (!row || row.length === 0) return;
    skipSpanned(row);
    header ??= allHeaders;
  }

  return {
    isOpen: () => isOpen,
    open(): void {
      isOpen = true;
      rows = [];
      spanned = [];
      header = null;
    },
    row(): void {
      endRow();
      rows.push([]);
      allHeaders = true;
    },
    cell(element: Element): void {
      open = element;
      if (nameOf(element) === 'TD') allHeaders = false;
    },
    /** The text of the cell that ends. */
    text(text: Inline): void {
      const row = rows.at(-1);
      if (!row) return;
      skipSpanned(row);
      const columns = Math.max(1, Math.min(span('colspan'), MAX_SPANNED_COLUMNS - row.length));
      const more = span('rowspan') - 1;
      for (let i = 0; i < columns; i++) {
        if (more > 0 && row.length < MAX_SPANNED_COLUMNS) spanned[row.length] = more;
        row.push(i === 0 ? text : NOTHING);
      }
    },
    take(): Paragraph {
      endRow();
      isOpen = false;
      return table(rows, { header: header ?? false });
    },
  };
}
