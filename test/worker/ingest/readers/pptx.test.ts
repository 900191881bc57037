import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { readDocument } from '../../../../worker-node/ingest/read-document.ts';
import { readPptx } from '../../../../worker-node/ingest/readers/pptx.ts';
import { slideParagraph as line, pptx, type SlideParts, slideShape as shape, xml } from '../../../support/fixtures/office.ts';
import { zip } from '../../../support/fixtures/zip.ts';

const read = (...slides: SlideParts[]): ParsedDocument => readPptx(pptx(slides));
const blocks = ({ sections }: ParsedDocument) => sections.flatMap(({ paragraphs }) => paragraphs.map(({ text }) => text));
const paths = ({ sections }: ParsedDocument) => sections.map(({ headingPath }) => headingPath.join(' > '));

describe('pptx', () => {
  it('pptx: slides come in the order of the presentation, as pages, with titles as headings and notes below them', () => {
    const document = read(
      { shapes: shape(['Lamps'], 'ctrTitle') + shape(['A history'], 'subTitle') },
      {
        shapes: shape(['Oil is', 'bought in May.'], 'body') + shape(['Buying', 'oil'], 'title'),
        notes: shape(['Say this.'], 'body') + shape(['7'], 'sldNum'),
      },
      { shapes: shape(['No title here.']) },
      { shapes: shape([], 'title') },
    );
    expect(paths(document)).toEqual(['Lamps', 'Buying oil', 'Buying oil > Notes', 'Slide 3']);
    expect(blocks(document)).toEqual(['A history', '- Oil is\n- bought in May.', 'Say this.', 'No title here.']);
    expect(
      document.sections.flatMap(({ paragraphs, heading }) => [heading?.page, ...paragraphs.map(({ page }) => page)]),
    ).toEqual([1, 1, 2, 2, 2, 2, 3, 3]);
    expect(document.metadata.title).toBe('Lamps');
  });

  it('pptx: a presentation that was declared as text is stored as what it is, and its chunks name their slides', async () => {
    const slides = ['Lamps', 'Oil', 'Wicks'].map((title) => ({
      shapes: shape([title], 'title') + shape([`${title} are kept by hand. `.repeat(20)], 'body'),
    }));
    const input = { bytes: pptx(slides), contentType: 'text/plain', filename: 'notes.txt', url: null, aliases: [] };
    const { contentType, chunks, text, metadata } = await readDocument(input);
    expect(contentType).toBe('application/vnd.openxmlformats-officedocument.presentationml.presentation');
    expect(text.startsWith('# Lamps\n\nLamps are kept by hand.')).toBe(true);
    expect([...new Set(chunks.map(({ pageStart, pageEnd, headingPath }) => `${pageStart} ${pageEnd} ${headingPath}`))]).toEqual([
      '1 1 Lamps',
      '2 2 Oil',
      '3 3 Wicks',
    ]);
    expect(metadata.title).toBe('Lamps');
  });

  it('pptx: list items have depth and numbers; a paragraph without a bullet is prose', () => {
    const numbered = (start = '') => `<a:pPr><a:buAutoNum type="arabicPeriod"${start}/></a:pPr>`;
    const body = [
      line('Light', numbered(' startAt="3"')),
      line('Wick', '<a:pPr lvl="1"/>'),
      line('Watch', numbered(' startAt="3"')),
      line('Note', '<a:pPr><a:buNone/></a:pPr>'),
      line('Sleep', numbered()),
    ];
    expect(blocks(read({ shapes: shape(body, '') }))).toEqual(['3. Light\n   - Wick\n4. Watch', 'Note', '1. Sleep']);
    expect(blocks(read({ shapes: shape(['One.', line('Two', '<a:pPr><a:buChar char="•"/></a:pPr>')]) }))).toEqual([
      'One.',
      '- Two',
    ]);
  });

  it('pptx: groups, tables, charts and pictures are read; numbers, dates and footers of slides are not', () => {
    const cell = (text: string) => `<a:tc><a:txBody>${line(text)}</a:txBody></a:tc>`;
    const frame = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow="1"/><a:tr>${cell('Hour')}${cell('Task')}</a:tr><a:tr>${cell('6')}${cell('Rest')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    const chart = '<p:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></p:graphicFrame>';
    const picture =
      '<p:pic><p:nvPicPr><p:cNvPr id="1" name="a.png" descr="A lamp at dusk"/></p:nvPicPr></p:pic><p:pic><p:nvPicPr><p:cNvPr id="2" name="x" descr="IMG_1.jpg"/></p:nvPicPr></p:pic>';
    const part = xml(
      'c:chartSpace',
      '<c:chart><c:plotArea><c:pieChart><c:ser><c:tx><c:v>Oil</c:v></c:tx><c:val><c:pt idx="0"><c:v>4</c:v></c:pt></c:val></c:ser></c:pieChart></c:plotArea></c:chart>',
    );
    const shapes = `<p:grpSp>${shape(['In a group.'])}<p:grpSp>${shape(['Inside.'])}</p:grpSp></p:grpSp>${frame}${chart}${picture}${shape(['3'], 'sldNum')}${shape(['Confidential'], 'ftr')}${shape(['<a:p><a:fld type="slidenum"><a:t>9</a:t></a:fld></a:p>'])}`;
    const document = readPptx(
      pptx([{ shapes, links: { c1: ['chart', '../charts/chart1.xml'] } }], undefined, { 'ppt/charts/chart1.xml': part }),
    );
    expect(blocks(document)).toEqual([
      'In a group.',
      'Inside.',
      '| Hour | Task |\n| --- | --- |\n| 6 | Rest |',
      '| | Oil |\n| --- | --- |\n| | 4 |',
      'A lamp at dusk',
    ]);
  });

  it('pptx: links to the Web are links; breaks stay in the paragraph', () => {
    const linked =
      '<a:p><a:r><a:t>See</a:t></a:r><a:br/><a:r><a:rPr><a:hlinkClick r:id="l1"/></a:rPr><a:t>this</a:t></a:r><a:r><a:rPr><a:hlinkClick r:id="l2"/></a:rPr><a:t> slide of m</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>2</a:t></a:r></a:p>';
    const links = { l1: ['hyperlink', 'https://site.example/a'], l2: ['slide', 'slide7.xml'] } as const;
    const [paragraph] = read({ shapes: shape([linked]), links }).sections[0]?.paragraphs ?? [];
    expect(paragraph).toMatchObject({
      text: 'See\nthis slide of m²',
      links: [{ url: 'https://site.example/a', start: 4, end: 8 }],
    });
  });

  it('pptx: the title that PowerPoint gave gives way to that of the first slide', () => {
    const titled = (title: string) =>
      readPptx(pptx([{ shapes: shape(['Keepers'], 'title') }], `<dc:title>${title}</dc:title>`)).metadata.title;
    expect([titled('PowerPoint Presentation'), titled('On lamps')]).toEqual(['Keepers', 'On lamps']);
  });

  it('pptx: an archive that is no presentation, or cut off, or of any shapes, is read or refused in words', () => {
    expect(() => readPptx(zip({ 'ppt/a.xml': 'x' }))).toThrow('no PowerPoint presentation: it has no main part');
    const attempt = (bytes: Uint8Array) => {
      try {
        readPptx(bytes);
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
      }
    };
    const whole = pptx([{ shapes: shape(['One.'], 'title'), notes: shape(['Two.'], 'body') }]);
    for (let part = 0; part < 100; part++) attempt(whole.subarray(0, Math.floor((whole.length * part) / 100)));
    const tag = fc.constantFrom(
      'p:sp',
      'p:grpSp',
      'p:txBody',
      'p:graphicFrame',
      'a:p',
      'a:r',
      'a:t',
      'a:tbl',
      'a:tr',
      'a:tc',
      'a:pPr',
      'c:chart',
      'p:nvSpPr',
      'mc:AlternateContent',
    );
    const piece = fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      tag.map((name) => `<${name} lvl="-5e9" startAt="x" r:id="n" type="body"/>`),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) =>
        attempt(pptx([{ shapes: pieces.join(''), notes: pieces.join('') }])),
      ),
      { numRuns: 200 },
    );
  });
});
