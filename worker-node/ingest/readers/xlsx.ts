/** Reads Excel workbooks (ECMA-376 part 1, SpreadsheetML), one row at a time. */
import { StageError } from '../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../document.ts';
import { child, childrenNamed, elementsOf, textOf } from './office/elements.ts';
import { builtInFormat, formatOfCode, type NumberFormat, showNumber } from './office/number-format.ts';
import { openPackage } from './office/package.ts';
import { type Cell, createSheetWriter } from './office/sheet-writer.ts';
import { parseXml, visitXml, type XmlElement } from './office/xml.ts';
import type { Reader } from './reader.ts';

export const read: Reader = ({ bytes }) => readXlsx(bytes);

interface Workbook {
  readonly strings: readonly string[];
  /** By index of a cell's style. */
  readonly formats: readonly NumberFormat[];
  readonly is1904: boolean;
}

/** Values are those that Excel stored. Hidden sheets, comments and charts are left out. */
export function readXlsx(bytes: Uint8Array): ParsedDocument {
  const office = openPackage(bytes, 'Excel workbook');
  const { main } = office;
  if (main.endsWith('.bin'))
    throw new StageError('permanent', 'This is a binary workbook (XLSB), which is not read. Save it as XLSX and send that');
  const root = parseXml(office.part(main) ?? new Uint8Array());
  const workbook: Workbook = {
    strings: sharedStrings(office.related(main, 'sharedStrings')?.bytes),
    formats: cellFormats(office.related(main, 'styles')?.bytes),
    is1904: isOn(child(root, 'x:workbookPr')?.attributes.date1904),
  };
  const parts = new Map(office.relationships(main).map(({ id, target }) => [id, target]));
  const writer = createSheetWriter();
  for (const { attributes } of childrenNamed(child(root, 'x:sheets'), 'x:sheet')) {
    const part = parts.get(attributes['r:id'] ?? '');
    if (part === undefined || (attributes.state ?? 'visible') !== 'visible') continue;
    writer.sheet(attributes.name ?? '');
    let isOpen = true;
    let last = 0;
    visitXml(office.part(part) ?? new Uint8Array(), {
      open: (name, _attributes, parent) => isOpen && name === 'x:row' && parent === 'x:sheetData',
      kept: (row) => {
        last = Number(row.attributes.r ?? last + 1) || last + 1;
        isOpen = writer.row(last, cellsOf(row, workbook));
      },
    });
  }
  return { sections: writer.finish(), metadata: office.metadata() };
}

const isOn = (value: string | undefined) => value === '1' || value === 'true';

/** Texts with their runs joined; the readings of East Asian characters are left out. */
function sharedStrings(bytes: Uint8Array | undefined): string[] {
  const strings: string[] = [];
  if (bytes)
    visitXml(bytes, {
      open: (name) => name === 'x:si',
      kept: (item) => {
        strings.push(richText(item));
      },
    });
  return strings;
}

function richText(item: XmlElement | undefined): string {
  if (!item) return '';
  return elementsOf(item)
    .map((element) => (element.name === 'x:t' ? textOf(element) : element.name === 'x:r' ? textOf(child(element, 'x:t')) : ''))
    .join('');
}

function cellFormats(bytes: Uint8Array | undefined): NumberFormat[] {
  const root = bytes && parseXml(bytes);
  const codes = new Map(
    childrenNamed(child(root, 'x:numFmts'), 'x:numFmt').map(({ attributes }) => [
      attributes.numFmtId,
      attributes.formatCode ?? '',
    ]),
  );
  return childrenNamed(child(root, 'x:cellXfs'), 'x:xf').map(({ attributes }) => {
    const code = codes.get(attributes.numFmtId);
    return code === undefined ? builtInFormat(Number(attributes.numFmtId)) : formatOfCode(code);
  });
}

function cellsOf(row: XmlElement, workbook: Workbook): Cell[] {
  let column = -1;
  return childrenNamed(row, 'x:c').map((cell) => {
    column = columnOf(cell.attributes.r) ?? column + 1;
    return { column, ...contentOf(cell, workbook) };
  });
}

/** From 0: `B7` is 1. Undefined without a reference. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function contentOf(cell: XmlElement, { strings, formats, is1904 }: Workbook): { text: string; isText: boolean } {
  const value = textOf(child(cell, 'x:v'));
  switch (cell.attributes.t) {
    case 's':
      return { text: strings[Number(value)] ?? '', isText: true };
    case 'inlineStr':
      return { text: richText(child(cell, 'x:is')), isText: true };
    case 'str':
      return { text: value, isText: true };
    case 'b':
      return { text: value === '1' || value === 'true' ? 'TRUE' : 'FALSE', isText: false };
    case 'e':
    case 'd':
      return { text: value, isText: false };
    default: {
      const formula = textOf(child(cell, 'x:f'));
      // Programs other than Excel store formulas without their results.
      if (value === '') return { text: formula === '' ? '' : `=${formula}`, isText: false };
      return { text: showNumber(value, formats[Number(cell.attributes.s ?? 0)] ?? 'number', is1904), isText: false };
    }
  }
}
