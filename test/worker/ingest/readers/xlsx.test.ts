import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { formatOfCode, showNumber } from '../../../../worker-node/ingest/readers/office/number-format.ts';
import { MAX_SHEET_CHARACTERS } from '../../../../worker-node/ingest/readers/office/sheet-writer.ts';
import { readXlsx } from '../../../../worker-node/ingest/readers/xlsx.ts';
import { type Sheet, type Workbook, xlsx } from '../../../support/fixtures/office.ts';
import { zip } from '../../../support/fixtures/zip.ts';

const blocks = ({ sections }: ParsedDocument) => sections.flatMap(({ paragraphs }) => paragraphs.map(({ text }) => text));
const paths = ({ sections }: ParsedDocument) => sections.map(({ headingPath }) => headingPath.join(' > '));
const readSheet = (rows: Sheet['rows'], rest: Partial<Workbook> = {}) =>
  readXlsx(xlsx({ sheets: [{ name: 'Oil', rows }], ...rest }));
const styled = (value: number, style: number) => `<c s="${style}"><v>${value}</v></c>`;

describe('xlsx', () => {
  it('xlsx: sheets are headings, and rows up to a blank one are a table with their header', () => {
    const document = readXlsx(
      xlsx({
        sheets: [
          { name: 'Oil', rows: [['Month', 'Litres'], ['May', 4], ['June', 5.5], [], ['Place', 'Lamps'], ['North', 1]] },
          { name: 'Hidden', rows: [['secret']], state: 'hidden' },
          { name: 'Empty', rows: [] },
          { name: 'Wicks', rows: [['One note.'], ['Length', 'Made'], [3, 1999], [4, 2001]] },
        ],
      }),
    );
    expect(paths(document)).toEqual(['Oil', 'Wicks']);
    expect(blocks(document)).toEqual([
      '| Month | Litres |\n| --- | --- |\n| May | 4 |\n| June | 5.5 |',
      '| Place | Lamps |\n| --- | --- |\n| North | 1 |',
      'One note.',
      '| Length | Made |\n| --- | --- |\n| 3 | 1999 |\n| 4 | 2001 |',
    ]);
  });

  it('xlsx: the name that Excel gave to an only sheet is no heading', () => {
    const named = (name: string) =>
      paths(
        readXlsx(
          xlsx({
            sheets: [
              {
                name,
                rows: [
                  ['a', 'b'],
                  [1, 2],
                ],
              },
            ],
          }),
        ),
      );
    expect([named('Sheet1'), named('Tabelle1'), named('Sheet music')]).toEqual([[''], [''], ['Sheet music']]);
  });

  it('xlsx: a first row of numbers, or one whose words recur below, is no header', () => {
    expect(
      blocks(
        readSheet([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual(['| | |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |']);
    expect(
      blocks(
        readSheet([
          ['yes', 'no'],
          ['yes', 'yes'],
        ]),
      ),
    ).toEqual(['| | |\n| --- | --- |\n| yes | no |\n| yes | yes |']);
  });

  it('xlsx: strings are shared, inline or of formulas; readings are left out; truth values, errors and formulas are text', () => {
    const strings = '<si><t>Lamp &amp; oil</t></si><si><r><t>two </t></r><r><rPr/><t>runs</t></r><rPh><t>reading</t></rPh></si>';
    const row = [
      '<c t="s"><v>0</v></c>',
      '<c t="s"><v>1</v></c>',
      '<c t="s"><v>99</v></c>',
      '<c t="str"><f>A1</f><v>made</v></c>',
      '<c t="b"><v>1</v></c>',
      '<c t="e"><v>#DIV/0!</v></c>',
      '<c><f>SUM(A1:A9)</f></c>',
      '<c><f>1+1</f><v>2</v></c>',
      0.1 + 0.2,
    ];
    expect(blocks(readSheet([row, [1, 2]], { strings }))[0]).toContain(
      '| Lamp & oil | two runs | made | TRUE | #DIV/0! | =SUM(A1:A9) | 2 | 0.3 |',
    );
  });

  it('xlsx: cells stand in their columns, also where some are missing', () => {
    const rows = [
      ['<c r="B1" t="inlineStr"><is><t>Month</t></is></c>', '<c r="AA1" t="inlineStr"><is><t>Litres</t></is></c>'],
      ['<c r="AA2"><v>4</v></c>'],
      ['<c r="B3"><v>5</v></c>', '<c r="AA3"><v>6</v></c>'],
    ];
    expect(blocks(readSheet(rows))).toEqual(['| Month | Litres |\n| --- | --- |\n| | 4 |\n| 5 | 6 |']);
  });

  it('xlsx: dates, times and shares are shown by the number format of their cells', () => {
    const styles = `<numFmts><numFmt numFmtId="164" formatCode="[$-409]d\\ mmm\\ yyyy;@"/><numFmt numFmtId="165" formatCode="0.00&quot; days&quot;"/></numFmts>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>`;
    const row = [
      styled(45_000, 0),
      styled(45_000, 1),
      styled(45_000.75, 2),
      styled(0.5, 3),
      styled(0.125, 4),
      styled(1, 5),
      styled(7, 6),
    ];
    expect(blocks(readSheet([row, [1, 1]], { styles }))[0]).toContain(
      '| 45000 | 2023-03-15 | 2023-03-15 18:00 | 12:00 | 12.5% | 1900-01-01 | 7 |',
    );
    expect(blocks(readSheet([row, [1, 1]], { styles, properties: '<workbookPr date1904="1"/>' }))[0]).toContain(
      '| 45000 | 2027-03-16 |',
    );
  });

  it('xlsx: the title, people and date of the properties are those of the document', () => {
    const core =
      '<dc:title>Oil of 2025</dc:title><dc:creator>openpyxl</dc:creator><dcterms:created>2025-01-02T03:04:05Z</dcterms:created>';
    expect(readSheet([['a', 'b']], { core }).metadata).toMatchObject({
      title: 'Oil of 2025',
      authors: [],
      publishedAt: '2025-01-02T03:04:05.000Z',
    });
  });

  it('xlsx: what is beyond the limit of characters is named at the end of the text', () => {
    const text = 'x'.repeat(30_000);
    const rows = Array.from({ length: 70 }, (_, index) => [`Row ${index}`, text]);
    const document = readXlsx(
      xlsx({
        sheets: [
          { name: 'Long', rows },
          { name: 'Next', rows: [['a']] },
        ],
      }),
    );
    const read = blocks(document);
    expect(read.at(-1)).toBe(
      'At most 2,000,000 characters of a spreadsheet are read. Left out: what follows row 66 of the sheet Long, the sheet Next.',
    );
    expect(read.join('').length).toBeLessThan(MAX_SHEET_CHARACTERS * 1.1);
  });

  it('xlsx: cells far apart make no table of their distance', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => [
      `<c r="${column(index * 16)}${index + 1}"><v>${index}</v></c>`,
      '<c r="XFD1"><v>1</v></c>',
    ]);
    const read = blocks(readSheet(rows)).join('');
    expect(read.length).toBeLessThan(100_000);
    expect(read).toContain('- VE: 36\n- XFD: 1');
  });

  it('xlsx: an archive that is no workbook, or cut off, or of any cells, is read or refused in words', () => {
    expect(() => readXlsx(zip({ 'xl/a.xml': 'x' }))).toThrow('no Excel workbook: it has no main part');
    const binary = xlsx({ sheets: [] }, 'xl/workbook.bin');
    expect(() => readXlsx(binary)).toThrow('This is a binary workbook (XLSB), which is not read. Save it as XLSX');
    const attempt = (bytes: Uint8Array) => {
      try {
        readXlsx(bytes);
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
      }
    };
    const whole = xlsx({ sheets: [{ name: 'Oil', rows: [['a', 1]] }], strings: '<si><t>x</t></si>' });
    for (let part = 0; part < 100; part++) attempt(whole.subarray(0, Math.floor((whole.length * part) / 100)));
    const value = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.double().map(String),
      fc.constantFrom('1e999', '-1', '99999999999', 'NaN'),
    );
    const cell = fc.record({
      type: fc.constantFrom('s', 'b', 'e', 'd', 'n', 'str', 'inlineStr', 'x'),
      style: fc.integer({ min: -1, max: 9 }),
      reference: fc.string({ maxLength: 6 }),
      value,
    });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 5 }), (rows) => {
        const cells = rows.map((row) =>
          row.map(
            ({ type, style, reference, value: text }) =>
              `<c t="${type}" s="${style}" r="${reference.replace(/["&<]/g, '')}"><v>${text.replace(/[&<]/g, '')}</v></c>`,
          ),
        );
        const styles = '<cellXfs><xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="20"/><xf numFmtId="9"/></cellXfs>';
        attempt(xlsx({ sheets: [{ name: 'a', rows: cells }], styles }));
      }),
      { numRuns: 200 },
    );
  });
});

const column = (index: number): string =>
  (index < 26 ? '' : column(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26));

describe('number formats', () => {
  it.each([
    ['General', 'number'],
    ['0.00%', 'percent'],
    ['#,##0.00 "days"', 'number'],
    ['yyyy-mm-dd', 'date'],
    ['mmm-yy', 'date'],
    ['h:mm AM/PM', 'time'],
    ['mm:ss', 'time'],
    ['[h]:mm', 'elapsed'],
    ['[Red]0;[Blue]0', 'number'],
    ['dd/mm/yyyy hh:mm', 'date-time'],
    ['\\d0', 'number'],
    ['0_d', 'number'],
  ])('the code %j is of the kind %s', (code, kind) => {
    expect(formatOfCode(code)).toBe(kind);
  });

  it.each([
    ['1', false, '1900-01-01'],
    ['59', false, '1900-02-28'],
    ['61', false, '1900-03-01'],
    ['0', true, '1904-01-01'],
    ['2958465', false, '9999-12-31'],
    ['2958466', false, '2958466'],
    ['2958465', true, '2958465'],
    ['-5', false, '-5'],
    ['3000000', false, '3000000'],
    ['words', false, 'words'],
  ])('the serial %s (1904: %s) is %s', (serial, is1904, shown) => {
    expect(showNumber(serial, 'date', is1904)).toBe(shown);
  });

  it('times end with seconds only where there are some, and elapsed hours go beyond a day', () => {
    const times = [
      showNumber('0.25', 'time', false),
      showNumber('0.2500116', 'time', false),
      showNumber('1.5', 'elapsed', false),
      showNumber('0.99999999', 'time', false),
    ];
    expect(times).toEqual(['06:00', '06:00:01', '36:00', '00:00']);
  });
});
