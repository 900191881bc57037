import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { readOdp } from '../../../../worker-node/ingest/readers/odp.ts';
import { readOds } from '../../../../worker-node/ingest/readers/ods.ts';
import { readOdt } from '../../../../worker-node/ingest/readers/odt.ts';
import { type OpenDocument, odfXml, openDocument } from '../../../support/fixtures/open-document.ts';
import { zip } from '../../../support/fixtures/zip.ts';

type Parts = Omit<OpenDocument, 'kind' | 'body'>;
const odt = (body: string, rest: Parts = {}) => readOdt(openDocument({ kind: 'text', body, ...rest }));
const ods = (body: string, rest: Parts = {}) => readOds(openDocument({ kind: 'spreadsheet', body, ...rest }));
const odp = (body: string, rest: Parts = {}) => readOdp(openDocument({ kind: 'presentation', body, ...rest }));
const blocks = ({ sections }: ParsedDocument) => sections.flatMap(({ paragraphs }) => paragraphs.map(({ text }) => text));
const paths = ({ sections }: ParsedDocument) => sections.map(({ headingPath }) => headingPath.join(' > '));
const p = (text: string, style = 'Standard') => `<text:p text:style-name="${style}">${text}</text:p>`;
const h = (level: number, text: string) => `<text:h text:outline-level="${level}">${text}</text:h>`;
const derived = (name: string, parent: string) =>
  `<style:style style:name="${name}" style:family="paragraph" style:parent-style-name="${parent}"/>`;

describe('odt', () => {
  it('odt: headings have their outline levels, and the title is the paragraph in the style of titles', () => {
    const document = odt(
      `${p('On lamps', 'P1')}${h(1, 'Keepers')}${p('One.')}<text:section>${h(2, 'Night')}${p('Two.')}</text:section>`,
      {
        styles: derived('P1', 'Title'),
      },
    );
    expect(paths(document)).toEqual(['On lamps', 'Keepers', 'Keepers > Night']);
    expect([blocks(document), document.metadata.title]).toEqual([['One.', 'Two.'], 'On lamps']);
  });

  it('odt: lists have bullets, numbers that continue, depth, and headings in them', () => {
    const styles = `<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/><text:list-level-style-bullet text:level="2"/></text:list-style>`;
    const item = (content: string) => `<text:list-item>${content}</text:list-item>`;
    const body = `<text:list text:style-name="L1">${item(`${p('Light')}${p('at dusk')}<text:list>${item(p('Oil'))}</text:list>`)}${item(p('Watch'))}</text:list>
      ${p('Between.')}<text:list text:style-name="L1" text:continue-numbering="true">${item(p('Sleep'))}${item(h(1, 'Day'))}</text:list>`;
    const document = odt(body, { styles });
    expect(blocks(document)).toEqual(['1. Light\n   at dusk\n   - Oil\n2. Watch', 'Between.', '3. Sleep']);
    expect(paths(document)).toEqual(['', 'Day']);
  });

  it('odt: tables are those of Markdown, with covered and repeated cells', () => {
    const cell = (content: string, attributes = '') => `<table:table-cell${attributes}>${content}</table:table-cell>`;
    const body = `<table:table><table:table-header-rows><table:table-row>${cell(p('Hour'))}${cell(p('Task'))}${cell(p('By'))}</table:table-row></table:table-header-rows>
      <table:table-row>${cell(p('6') + p('7'))}${cell(p('Rest'), ' table:number-columns-spanned="2"')}<table:covered-table-cell>${p('no')}</table:covered-table-cell></table:table-row>
      <table:table-row>${cell(p('x'), ' table:number-columns-repeated="3"')}</table:table-row></table:table>`;
    expect(blocks(odt(body))).toEqual(['| Hour | Task | By |\n| --- | --- | --- |\n| 6 7 | Rest | |\n| x | x | x |']);
  });

  it('odt: spaces, tabs, breaks, links, notes, quotes and code are read; comments, deletions and contents are not', () => {
    const note =
      '<text:note text:note-class="footnote"><text:note-citation>7</text:note-citation><text:note-body><text:p>By hand.</text:p></text:note-body></text:note>';
    const body = `<text:tracked-changes><text:changed-region><text:deletion>${p('gone')}</text:deletion></text:changed-region></text:tracked-changes>
      <text:table-of-content><text:index-body>${p('Keepers 3')}</text:index-body></text:table-of-content>
      ${p(`a<text:s text:c="3"/>b<text:tab/>c<text:line-break/><text:span>d</text:span>${note} <text:a xlink:href="https://site.example/a">e</text:a><office:annotation>${p('comment')}</office:annotation>`)}
      ${p('Said.', 'Quotations')}${p('if (x)', 'P2')}${p('<text:s text:c="2"/>y()', 'P2')}${p('End.')}`;
    const document = odt(body, { styles: derived('P2', 'Preformatted_20_Text') });
    expect(blocks(document)).toEqual(['a b c\nd[^1] e', '[^1]: By hand.', '> Said.', '```\nif (x)\n  y()\n```', 'End.']);
    expect(document.sections[0]?.paragraphs[0]?.links).toEqual([{ url: 'https://site.example/a', start: 12, end: 13 }]);
  });

  it('odt: raised and lowered digits stay so', () => {
    const styles = ['super 58%', 'sub 58%', '0% 100%']
      .map(
        (position, index) =>
          `<style:style style:name="T${index}" style:family="text"><style:text-properties style:text-position="${position}"/></style:style>`,
      )
      .join('');
    const span = (style: string, text: string) => `<text:span text:style-name="${style}">${text}</text:span>`;
    expect(blocks(odt(p(`m${span('T0', '2')} of H${span('T1', '2')}O${span('T2', '7')}`), { styles }))).toEqual(['m² of H₂O7']);
  });

  it('odt: a text box follows its paragraph; a description of a picture and a formula stand in it', () => {
    const formula = {
      'Object 1/content.xml': odfXml(
        'math:math',
        '<math:semantics><math:mrow><math:mi>y</math:mi><math:mo>=</math:mo><math:mn>2</math:mn></math:mrow><math:annotation>y = 2</math:annotation></math:semantics>',
      ),
    };
    const body = p(
      `See <draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:desc>A lamp</svg:desc></draw:frame> where <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>.<draw:frame><draw:text-box>${p('In the box.')}</draw:text-box></draw:frame>`,
    );
    expect(blocks(odt(body, { parts: formula }))).toEqual(['See A lamp where y=2.', 'In the box.']);
  });

  it('odt: the properties give title, person, date and language', () => {
    const meta =
      '<dc:title>Lamps</dc:title><meta:initial-creator>Ada Byron</meta:initial-creator><dc:creator>Max Born</dc:creator><meta:creation-date>2026-03-04T05:06:07.123456789</meta:creation-date><dc:language>da-DK</dc:language>';
    expect(odt(p('Text.'), { meta }).metadata).toMatchObject({
      title: 'Lamps',
      authors: ['Ada Byron'],
      publishedAt: '2026-03-04',
      language: 'da',
    });
  });

  it('odt: a document with a password, or without content, is refused in words', () => {
    const manifest = odfXml('manifest:manifest', '<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>');
    expect(() => odt('', { parts: { 'META-INF/manifest.xml': manifest } })).toThrow(
      'encrypted with a password. Remove the password',
    );
    expect(() => readOdt(zip({ 'a.xml': '' }))).toThrow('The file is a ZIP archive, but no OpenDocument text: it has no content');
  });
});

describe('ods', () => {
  it('ods: a row that is repeated a billion times is written 256 times', () => {
    const row =
      '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell><text:p>ice</text:p></table:table-cell></table:table-row>';
    const text = blocks(ods(`<table:table table:name="a">${row}</table:table>`)).join('\n');
    expect(text.match(/ice/g)?.length).toBe(256);
  });

  const cell = (text: string, attributes = 'office:value-type="string"') =>
    `<table:table-cell ${attributes}><text:p>${text}</text:p></table:table-cell>`;
  const row = (cells: string, repeated = 1) =>
    `<table:table-row table:number-rows-repeated="${repeated}">${cells}</table:table-row>`;
  const number = (shown: string, value = shown) => cell(shown, `office:value-type="float" office:value="${value}"`);

  it('ods: sheets are headings, and rows up to a blank one are a table; values are those that are shown', () => {
    const body = `<table:table table:name="Oil">${row(cell('Month') + cell('Litres'))}${row(cell('May') + number('4,50', '4.5'))}
      ${row('<table:table-cell table:number-columns-repeated="1024"/>', 3)}<table:table-row-group>${row(cell('Day', 'office:value-type="date" office:date-value="2026-03-04T05:06:00"') + number('###', '1234'))}</table:table-row-group>
      ${row('<table:table-cell table:number-columns-repeated="1024"/>', 1_048_000)}</table:table>
      <table:table table:name="Hidden" table:style-name="ta2">${row(cell('secret'))}</table:table><table:table table:name="Next">${row(cell('a', 'table:number-columns-repeated="2"'), 2)}</table:table>`;
    const styles =
      '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>';
    const document = ods(body, { styles });
    expect(paths(document)).toEqual(['Oil', 'Next']);
    expect(blocks(document)).toEqual([
      '| Month | Litres |\n| --- | --- |\n| May | 4,50 |',
      '| | |\n| --- | --- |\n| 2026-03-04 05:06 | 1234 |',
      '| | |\n| --- | --- |\n| a | a |\n| a | a |',
    ]);
  });

  it('ods: a row or cell repeated a million times is written up to the limit, and the rest is named', () => {
    const read = blocks(
      ods(
        `<table:table table:name="Oil">${row(cell('x'.repeat(1_000), 'table:number-columns-repeated="99999999"'), 99_999_999)}</table:table>`,
      ),
    );
    expect(read.join('').length).toBeLessThan(3_000_000);
    expect(read.at(-1)).toMatch(/Left out: what follows row \d+ of the sheet Oil\.$/);
  });
});

describe('odp', () => {
  const frame = (kind: string, content: string, attributes = '') =>
    `<draw:frame presentation:class="${kind}" ${attributes}><draw:text-box>${content}</draw:text-box></draw:frame>`;

  it('odp: slides are pages with their titles as headings, and notes come below them', () => {
    const list = `<text:list><text:list-item>${p('Oil')}</text:list-item><text:list-item>${p('Wick')}</text:list-item></text:list>`;
    const shape = `<draw:g><draw:custom-shape>${p('In a shape.')}</draw:custom-shape></draw:g>`;
    const notes = `<presentation:notes>${frame('notes', p('Say this.'))}${frame('page-number', p('7'))}</presentation:notes>`;
    const empty = frame('subtitle', p('Click to add'), 'presentation:placeholder="true"');
    const picture = '<draw:frame><draw:image xlink:href="a.png"/><svg:desc>A lamp</svg:desc></draw:frame>';
    const document = odp(
      `<draw:page>${frame('outline', list)}${frame('title', p('Buying') + p('oil'))}${empty}${shape}${picture}${frame('footer', p('Confidential'))}${notes}</draw:page><draw:page/><draw:page>${frame('outline', p('Last.'))}</draw:page>`,
    );
    expect(paths(document)).toEqual(['Buying oil', 'Buying oil > Notes', 'Slide 3']);
    expect(blocks(document)).toEqual(['- Oil\n- Wick', 'In a shape.', 'A lamp', 'Say this.', 'Last.']);
    expect(document.sections.flatMap(({ paragraphs }) => paragraphs.map(({ page }) => page))).toEqual([1, 1, 1, 1, 3]);
    expect(document.metadata.title).toBe('Buying oil');
  });
});

describe('OpenDocument: hostile input', () => {
  it('OpenDocument: a file that is cut off anywhere, or whose content is anything, is read or refused in words', () => {
    const attempt = (bytes: Uint8Array) => {
      for (const read of [readOdt, readOds, readOdp]) {
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof StageError)) throw error;
        }
      }
    };
    const whole = openDocument({ kind: 'text', body: h(1, 'a') + p('b') });
    for (let part = 0; part < 100; part++) attempt(whole.subarray(0, Math.floor((whole.length * part) / 100)));
    const tag = fc.constantFrom(
      'text:p',
      'text:h',
      'text:list',
      'text:list-item',
      'text:note',
      'text:a',
      'table:table',
      'table:table-row',
      'table:table-cell',
      'draw:frame',
      'draw:page',
      'draw:object',
      'office:annotation',
    );
    const values =
      'text:outline-level="-9e9" text:start-value="x" table:number-rows-repeated="1e9" table:number-columns-repeated="-1" xlink:href="../../a"';
    const piece = fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      tag.map((name) => `<${name} ${values}>x</${name}>`),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.constantFrom('text', 'spreadsheet', 'presentation'), fc.array(piece, { maxLength: 40 }), (kind, pieces) =>
        attempt(openDocument({ kind, body: pieces.join('') })),
      ),
      { numRuns: 200 },
    );
  });

  it('OpenDocument: elements nested 100,000 deep are refused', () => {
    expect(() => odt('<text:section>'.repeat(100_000))).toThrow('nests more than 512 elements');
  });
});
