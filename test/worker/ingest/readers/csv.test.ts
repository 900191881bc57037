import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measure } from '../../../../worker-node/ingest/chunk-tokens.ts';
import { createSectionBuilder } from '../../../../worker-node/ingest/document.ts';
import { writeRows } from '../../../../worker-node/ingest/readers/rows.ts';
import { readAs } from '../../../support/kits/read-format.ts';

describe('CSV', () => {
  test.each([
    [',', 'name,city\nAda,London\nMax,Bonn\n'],
    [';', 'name;city\nAda;London\nMax;Bonn\n'],
    ['tab', 'name\tcity\nAda\tLondon\nMax\tBonn\n'],
    ['|', 'name|city\nAda|London\nMax|Bonn\n'],
    ['line that names it', 'sep=;\r\nname;city\r\nAda;London\r\nMax;Bonn\r\n'],
    ['line end of old Macs', 'name,city\rAda,London\rMax,Bonn\r'],
  ])('CSV: a small file with the delimiter %s is one table with its header', async (_what, content) => {
    const { text } = await readAs('csv', content);
    expect(text).toBe('| name | city |\n| --- | --- |\n| Ada | London |\n| Max | Bonn |');
  });

  test('CSV: quoted cells hold delimiters, quotation marks, line breaks and pipes', async () => {
    const { text } = await readAs('csv', 'name,note\n"Byron, Ada","said ""so""\nand | left"\nMax,x\n');
    expect(text).toContain('| Byron, Ada | said "so" and \\| left |');
  });

  test('CSV: a stray quotation mark does not swallow the rows behind it', async () => {
    const { text } = await readAs('csv', 'name,size\n"27" monitor,3\nlamp,4\nchair,5\n');
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('| lamp | 4 |');
  });

  test('CSV: a first row of numbers, or one whose values come again, is no header', async () => {
    expect((await readAs('csv', '1,2\n3,4\n')).text).toBe('| | |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |');
    expect((await readAs('csv', 'red,north\nblue,south\nred,east\n')).text).toMatch(/^\| \| \|/);
  });

  test('CSV: lines before the table are text, and rows of other lengths keep their cells', async () => {
    const { text } = await readAs('csv', 'Readings of 2026,,\n\nday,level,note\n1,3\n2,4,high,late\n');
    expect(text).toMatch(/^Readings of 2026\n\n\| day \| level \| note \|/);
    expect(text).toContain('| 2 | 4 | high | late |');
  });

  test('CSV: a file of one column is a list', async () => {
    expect((await readAs('csv', 'apples\npears\n')).text).toBe('- apples\n- pears');
  });

  test('TSV: commas in a file that is declared as separated by tabs are text', async () => {
    const { text } = await readAs('csv', 'a, b\tc, d\n1, 2\t3, 4\n', { filename: 'x.tsv' });
    expect(text).toContain('| 1, 2 | 3, 4 |');
  });

  test('CSV: every part of a long table repeats the header and says which rows it holds', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `lamp ${i},${i * 3},harbour ${i % 7}`);
    const { text, paths } = await readAs('csv', `lamp,range,place\n${rows.join('\n')}\n`);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths[0]?.[0]).toMatch(/^Rows 1 to \d+$/);
    expect(paths.at(-1)?.[0]).toMatch(/^Rows \d+ to 200$/);
    expect(text.match(/\| lamp \| range \| place \|/g)).toHaveLength(paths.length);
  });

  test('CSV: rows of long cells are sections with the name of the row as heading', async () => {
    const story = 'The keeper climbs the stairs each evening and lights the lamp for the ships. '.repeat(9);
    const { text, paths } = await readAs('csv', `id,title,story\n1,Storm,"${story}"\n2,Calm,"${story}"\n`);
    expect(paths).toEqual([['Storm'], ['Calm']]);
    expect(text).toContain('- title: Storm\n- story: The keeper climbs');
  });

  test('rows: no group of rows that has two rows is longer than a chunk, and no cell is lost', () => {
    const cell = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', 'b', ' ', 'ä', '7', '-') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 80 }), (rows) => {
        const sections = createSectionBuilder();
        writeRows(sections, { header: ['one', 'two', 'three'], rows, level: 1 });
        const parts = sections.finish().map(({ paragraphs }) => paragraphs.map(({ text }) => text).join('\n'));
        const written = parts.join('\n').replace(/\s+/g, ' ');
        for (const value of rows.flat()) expect(written).toContain(value.replace(/\s+/g, ' ').trim());
        for (const part of parts) if (part.split('\n').length > 4) expect(measure(part)).toBeLessThanOrEqual(240);
      }),
      { numRuns: 50 },
    );
  });
});
