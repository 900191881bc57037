/** Reads spreadsheets of OpenDocument, one row at a time. */
import type { ParsedDocument } from '../document.ts';
import { childrenNamed, elementsOf } from './office/elements.ts';
import { openOdf } from './office/odf-package.ts';
import { readOdfStyles, STYLE_ELEMENTS } from './office/odf-styles.ts';
import { readOdfParagraph } from './office/odf-text.ts';
import { type Cell, createSheetWriter } from './office/sheet-writer.ts';
import { visitXml, type XmlElement } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readOds(bytes);

/** Cells that say the same side by side, and rows below one another, are written that often at most. */
const MAX_REPEATED = 256;
const ROW_PARENTS = new Set(['table:table', 'table:table-rows', 'table:table-header-rows', 'table:table-row-group']);

/** Values are those that were shown; dates are in their ISO form. Hidden sheets, comments and charts are left out. */
export function readOds(bytes: Uint8Array): ParsedDocument {
  const odf = openOdf(bytes, 'OpenDocument spreadsheet');
  const styles = readOdfStyles(odf.part('styles.xml'));
  const writer = createSheetWriter();
  let isShown = true;
  let row = 0;

  function addRow(element: XmlElement): void {
    const cells = isShown ? cellsOf(element) : [];
    const repeated = Math.max(1, Number(element.attributes['table:number-rows-repeated'] ?? 1) || 1);
    const written = Math.min(repeated, MAX_REPEATED);
    for (let copy = 1; cells.length > 0 && copy <= written; copy++) if (!writer.row(row + copy, cells)) break;
    row += repeated;
  }

  visitXml(odf.content, {
    open(name, attributes, parent) {
      if (name === 'table:table' && parent === 'office:spreadsheet') {
        row = 0;
        isShown = styles.isShown(attributes['table:style-name']);
        if (isShown) writer.sheet(attributes['table:name'] ?? '');
      }
      return STYLE_ELEMENTS.has(name) || (name === 'table:table-row' && ROW_PARENTS.has(parent));
    },
    kept: (element) => (STYLE_ELEMENTS.has(element.name) ? styles.add(element) : addRow(element)),
  });
  return { sections: writer.finish(), metadata: odf.metadata() };
}

function cellsOf(row: XmlElement): Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const cell of elementsOf(row)) {
    const repeated = Math.max(1, Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1);
    const text = cell.name === 'table:table-cell' ? cellText(cell) : '';
    const isText = (cell.attributes['office:value-type'] ?? 'string') === 'string';
    for (let copy = 0; text !== '' && copy < Math.min(repeated, MAX_REPEATED); copy++)
      cells.push({ column: column + copy, text, isText });
    column += repeated;
  }
  return cells;
}

const NO_NOTES = { nextLabel: () => '', formula: () => '', scriptOf: () => undefined };

function cellText(cell: XmlElement): string {
  const { 'office:date-value': date, 'office:value': value, 'office:value-type': type } = cell.attributes;
  if (type === 'date' && date !== undefined) return date.replace('T', ' ').replace(/(?::00)(?:\.0+)?$/, '');
  const shown = childrenNamed(cell, 'text:p').map((paragraph) => readOdfParagraph(paragraph, NO_NOTES).text);
  const text = shown.filter((line) => line !== '').join('\n');
  // A column that is too narrow shows ###.
  return text === '' || /^#+$/.test(text) ? (value ?? text) : text;
}
