import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { readDocx } from '../../../../worker-node/ingest/readers/docx.ts';
import { docx, officePackage, wordParagraph as p, type WordDocument, xml } from '../../../support/fixtures/office.ts';
import { zip } from '../../../support/fixtures/zip.ts';

const read = (document: WordDocument): ParsedDocument => readDocx(docx(document));
const blocks = ({ sections }: ParsedDocument) =>
  sections.flatMap(({ heading, paragraphs }) => [...(heading ? [heading] : []), ...paragraphs].map(({ text }) => text));
const textOf = (body: string, rest: Partial<WordDocument> = {}) => blocks(read({ body, ...rest }));
const paths = ({ sections }: ParsedDocument) => sections.map(({ headingPath }) => headingPath.join(' > '));
const style = (id: string, name: string, more = '', type = 'paragraph') =>
  `<w:style w:type="${type}" w:styleId="${id}"><w:name w:val="${name}"/>${more}</w:style>`;
const styled = (id: string, text: string) => p(text, `<w:pStyle w:val="${id}"/>`);
const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const field = (instruction: string, result: string) =>
  `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;

describe('docx: structure', () => {
  it('docx: headings come from styles, whatever their ids and language, and from outline levels', () => {
    const document = read({
      styles: `${style('Titel', 'Title')}${style('berschrift1', 'heading 1')}${style('u2', 'Überschrift 2')}
        ${style('Mine', 'Chapter', '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>')}${style('Derived', 'Own', '<w:basedOn w:val="berschrift1"/>')}`,
      body: `${styled('Titel', 'Lamps')}${styled('berschrift1', 'Keepers')}${p('One.')}${styled('u2', 'Night')}${p('Two.')}
        ${styled('Mine', 'Storm')}${p('Three.')}${styled('Derived', 'Ships')}${p('Four.')}${p('Outline', '<w:outlineLvl w:val="1"/>')}${p('Five.')}
        ${p('Not one', '<w:pStyle w:val="berschrift1"/><w:outlineLvl w:val="9"/>')}`,
    });
    expect(paths(document)).toEqual([
      'Lamps',
      'Keepers',
      'Keepers > Night',
      'Keepers > Night > Storm',
      'Ships',
      'Ships > Outline',
    ]);
    expect(blocks(document).slice(-2)).toEqual(['Five.', 'Not one']);
    expect(document.metadata.title).toBe('Lamps');
  });

  it('docx: styles that are based on one another in a circle are read', () => {
    const styles = `${style('A', 'a', '<w:basedOn w:val="B"/>')}${style('B', 'b', '<w:basedOn w:val="A"/>')}`;
    expect(textOf(styled('A', 'Text.'), { styles })).toEqual(['Text.']);
  });

  it('docx: list items have their bullets, numbers and depth, restarts too', () => {
    const item = (text: string, list: number, level = 0) =>
      p(text, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr>`);
    const level = (index: number, format: string, start = 1) =>
      `<w:lvl w:ilvl="${index}"><w:start w:val="${start}"/><w:numFmt w:val="${format}"/></w:lvl>`;
    const numbering = `<w:abstractNum w:abstractNumId="1">${level(0, 'decimal', 3)}${level(1, 'bullet')}</w:abstractNum>
      <w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>
      <w:num w:numId="8"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`;
    const list = `${item('Light', 7)}${item('Oil', 7, 1)}${item('Wick', 7, 1)}${item('Watch', 7)}`;
    expect(textOf(`${list}${p('Between.')}${item('Sleep', 7)}${item('Again', 8)}`, { numbering })).toEqual([
      '3. Light\n   - Oil\n   - Wick\n4. Watch',
      'Between.',
      '5. Sleep\n1. Again',
    ]);
  });

  it('docx: a style gives its paragraphs a list, and numbering 0 takes them out of it', () => {
    const numbering =
      '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>';
    const styles = style('Bullet', 'List Bullet', '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>');
    const body = `${styled('Bullet', 'In')}${p('Out', '<w:pStyle w:val="Bullet"/><w:numPr><w:numId w:val="0"/></w:numPr>')}`;
    expect(textOf(body, { numbering, styles })).toEqual(['- In', 'Out']);
  });

  it('docx: a table is one of Markdown; merged cells stay empty and cells of cells are joined', () => {
    const cell = (content: string, properties = '') => `<w:tc><w:tcPr>${properties}</w:tcPr>${content}</w:tc>`;
    const inner = `<w:tbl><w:tr>${cell(p('x'))}${cell(p('y'))}</w:tr></w:tbl>`;
    const body = `<w:tbl><w:tr>${cell(p('Hour'))}${cell(p('Task | duty'), '<w:gridSpan w:val="2"/>')}</w:tr>
      <w:tr>${cell(p('6'), '<w:vMerge w:val="restart"/>')}${cell(p('Rest') + p('Eat'))}${cell(inner)}</w:tr>
      <w:tr>${cell(p('6'), '<w:vMerge/>')}${cell(p('Read'))}${cell(p('z'))}</w:tr></w:tbl>`;
    expect(textOf(body)).toEqual(['| Hour | Task \\| duty | |\n| --- | --- | --- |\n| 6 | Rest Eat | x y |\n| | Read | z |']);
  });

  it('docx: a table of one column is layout, and its content is read as usual', () => {
    const body = `<w:tbl><w:tr><w:tc>${styled('H', 'Inside')}${p('Text.')}</w:tc></w:tr></w:tbl>`;
    const document = read({ body, styles: style('H', 'heading 1') });
    expect([paths(document), blocks(document)]).toEqual([['Inside'], ['Inside', 'Text.']]);
  });

  it('docx: quotes and code keep what they are', () => {
    const styles = `${style('Q', 'Intense Quote')}${style('C', 'HTML Preformatted')}`;
    const indented = '<w:p><w:pPr><w:pStyle w:val="C"/></w:pPr><w:r><w:tab/><w:t>y()</w:t></w:r></w:p>';
    expect(textOf(`${styled('Q', 'Said.')}${styled('C', 'if (x)')}${indented}${p('End.')}`, { styles })).toEqual([
      '> Said.',
      '```\nif (x)\n\ty()\n```',
      'End.',
    ]);
  });
});

describe('docx: text', () => {
  it('docx: insertions are kept; deletions, moves away, hidden text, comments and field codes are left out', () => {
    const body = `<w:p>${run('a')}<w:ins>${run('b')}</w:ins><w:del><w:r><w:delText>c</w:delText></w:r></w:del><w:moveFrom>${run('d')}</w:moveFrom>
      <w:moveTo>${run('e')}</w:moveTo><w:r><w:rPr><w:vanish/></w:rPr><w:t>f</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>g</w:t></w:r>
      <w:r><w:commentReference w:id="1"/></w:r>${field(' PAGE ', 'h')}<w:sdt><w:sdtContent>${run('i')}</w:sdtContent></w:sdt></w:p>`;
    expect(textOf(body)).toEqual(['abeghi']);
  });

  it('docx: tabs, breaks, hyphens, symbols and drop capitals become text', () => {
    const body = `<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr>${run('D')}</w:p>
      <w:p>${run('rop')}<w:r><w:tab/></w:r>${run('cap')}<w:r><w:br/></w:r>${run('well')}<w:r><w:noBreakHyphen/></w:r>${run('lit')}<w:r><w:sym w:font="X" w:char="2192"/><w:sym w:font="Wingdings" w:char="F0E0"/></w:r></w:p>`;
    expect(textOf(body)).toEqual(['Drop cap\nwell-lit→']);
  });

  it('docx: links of relationships and of fields are links of the Web, others are text alone', () => {
    const links = { l1: ['hyperlink', 'https://site.example/a'], l2: ['hyperlink', 'file:///etc/passwd'] } as const;
    const body = `<w:p>${run('See ')}<w:hyperlink r:id="l1" w:anchor="top">${run('this')}</w:hyperlink>${run(', ')}<w:hyperlink r:id="l2">${run('that')}</w:hyperlink>, ${field(' HYPERLINK "https://site.example/b" ', 'other')}</w:p>`;
    const [paragraph] = read({ body, links }).sections[0]?.paragraphs ?? [];
    expect(paragraph?.text).toBe('See this, thatother');
    expect(paragraph?.links.map(({ url, start, end }) => [url, paragraph.text.slice(start, end)])).toEqual([
      ['https://site.example/a#top', 'this'],
      ['https://site.example/b', 'other'],
    ]);
  });

  it('docx: notes follow the paragraph that refers to them', () => {
    const body = `<w:p>${run('Lit')}<w:r><w:footnoteReference w:id="2"/></w:r>${run(' again')}<w:r><w:endnoteReference w:id="2"/></w:r></w:p>${p('After.')}`;
    const notes = {
      footnotes: `<w:footnote w:id="0" w:type="separator">${p('---')}</w:footnote><w:footnote w:id="2">${p('By hand.')}${p('Always.')}</w:footnote>`,
      endnotes: `<w:endnote w:id="2">${p('At night.')}</w:endnote>`,
    };
    expect(textOf(body, notes)).toEqual(['Lit[^1] again[^2]', '[^1]: By hand.\nAlways.', '[^2]: At night.', 'After.']);
  });

  it('docx: a note that is referred to twice is written once, under one label', () => {
    const reference = '<w:r><w:footnoteReference w:id="2"/></w:r>';
    const footnotes = `<w:footnote w:id="2">${p('By hand.')}</w:footnote>`;
    expect(textOf(`<w:p>${run('Lit')}${reference}</w:p><w:p>${run('Out')}${reference}</w:p>`, { footnotes })).toEqual([
      'Lit[^1]',
      '[^1]: By hand.',
      'Out[^1]',
    ]);
  });

  it('docx: a note that refers to itself has no mark of it', () => {
    const reference = '<w:r><w:footnoteReference w:id="2"/></w:r>';
    const footnotes = `<w:footnote w:id="2"><w:p>${run('By hand')}${reference}${run(', always.')}</w:p></w:footnote>`;
    expect(textOf(`<w:p>${run('Lit')}${reference}</w:p>`, { footnotes })).toEqual(['Lit[^1]', '[^1]: By hand, always.']);
  });

  it('docx: raised and lowered digits stay so, and words do not', () => {
    const raised = (text: string, how = 'superscript') =>
      `<w:r><w:rPr><w:vertAlign w:val="${how}"/></w:rPr><w:t>${text}</w:t></w:r>`;
    expect(
      textOf(`<w:p>${run('10')}${raised('-6')}${run(' of H')}${raised('2', 'subscript')}${run('O, the 1')}${raised('st')}</w:p>`),
    ).toEqual(['10⁻⁶ of H₂O, the 1st']);
  });

  it('docx: a text box is read once, after its paragraph, with the description of a picture in place', () => {
    const box = `<w:txbxContent>${p('In the box.')}</w:txbxContent>`;
    const shape = `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:docPr id="1" descr="A lamp at dusk"/><wps:txbx>${box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>`;
    expect(textOf(`<w:p>${run('See: ')}<w:r>${shape}</w:r></w:p>`)).toEqual(['See: A lamp at dusk', 'In the box.']);
  });

  it('docx: formulas are on one line', () => {
    const r = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
    const math = `<m:oMath>${r('y=')}<m:f><m:num>${r('a+b')}</m:num><m:den>${r('2')}</m:den></m:f><m:sSup><m:e>${r('x')}</m:e><m:sup>${r('2')}</m:sup></m:sSup><m:rad><m:e>${r('z')}</m:e></m:rad></m:oMath>`;
    expect(textOf(`<w:p>${math}</w:p>`)).toEqual(['y=(a+b)/2x^2√z']);
  });

  it('docx: a chart is a table and a diagram a list', () => {
    const point = (index: number, value: string) => `<c:pt idx="${index}"><c:v>${value}</c:v></c:pt>`;
    const series = (name: string, values: string) =>
      `<c:ser><c:tx><c:strRef><c:strCache>${point(0, name)}</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>${point(0, 'May')}${point(1, 'June')}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>${values}</c:numCache></c:numRef></c:val></c:ser>`;
    const words = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
    const parts = {
      'word/charts/chart1.xml': xml(
        'c:chartSpace',
        `<c:chart><c:title>${words('Oil')}</c:title><c:plotArea><c:barChart>${series('North', point(0, '4') + point(1, '5'))}${series('South', point(1, '7'))}</c:barChart></c:plotArea></c:chart>`,
      ),
      'word/diagrams/data1.xml': xml(
        'dgm:dataModel',
        `<dgm:ptLst><dgm:pt><dgm:t>${words('Light')}</dgm:t></dgm:pt><dgm:pt/></dgm:ptLst>`,
      ),
    };
    const links = { c1: ['chart', 'charts/chart1.xml'], d1: ['diagramData', 'diagrams/data1.xml'] } as const;
    const body =
      '<w:p><w:r><w:drawing><c:chart r:id="c1"/></w:drawing><w:drawing><dgm:relIds r:dm="d1"/></w:drawing></w:r></w:p>';
    expect(textOf(body, { links, parts })).toEqual([
      'Oil',
      '| | North | South |\n| --- | --- | --- |\n| May | 4 | |\n| June | 5 | 7 |',
      '- Light',
    ]);
  });

  it('docx: a chart in a text box in a text box is read once', () => {
    const part = xml('c:chartSpace', `<c:chart><c:title><a:p><a:r><a:t>Oil</a:t></a:r></a:p></c:title></c:chart>`);
    const boxed = (content: string) =>
      `<w:p><w:r><w:drawing><wps:txbx><w:txbxContent>${content}</w:txbxContent></wps:txbx></w:drawing></w:r></w:p>`;
    const body = boxed(boxed('<w:p><w:r><w:drawing><c:chart r:id="c1"/></w:drawing></w:r></w:p>'));
    const read = textOf(body, { links: { c1: ['chart', 'charts/chart1.xml'] }, parts: { 'word/charts/chart1.xml': part } });
    expect(read).toEqual(['Oil']);
  });

  it('docx: a table of contents is left out, because the headings say the same', () => {
    expect(textOf(`${styled('T', 'Keepers 3')}${p('Text.')}`, { styles: style('T', 'toc 1') })).toEqual(['Text.']);
  });

  it('docx: prefixes may be any, and namespaces those of the strict form', () => {
    const document = `<ns0:document xmlns:ns0="http://purl.oclc.org/ooxml/wordprocessingml/main"><ns0:body><ns0:p><ns0:r><ns0:t>Strict.</ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>`;
    const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/w/doc.xml"/></Relationships>`;
    expect(blocks(readDocx(zip({ '_rels/.rels': relations, 'w/doc.xml': document })))).toEqual(['Strict.']);
  });
});

describe('docx: metadata', () => {
  it('docx: the core properties give title, people, date and language', () => {
    const core =
      '<dc:title>On lamps</dc:title><dc:creator>Ada Byron; python-docx;Max Born</dc:creator><dcterms:created>2026-03-04T05:06:07Z</dcterms:created><dc:language>de-AT</dc:language><dc:description>A study.</dc:description>';
    expect(read({ body: p('Text.'), core }).metadata).toMatchObject({
      ...{ title: 'On lamps', authors: ['Ada Byron', 'Max Born'], publishedAt: '2026-03-04T05:06:07.000Z' },
      ...{ language: 'de', description: 'A study.' },
    });
  });

  it.each([
    'Microsoft Word - Lamps',
    'lamps.docx',
    'Document1',
    'Präsentation PowerPoint',
    'PowerPoint Presentation',
    ' ',
  ])('docx: the title %j, which a program gave, gives way to the first heading', (title) => {
    const body = `${styled('H', 'Keepers')}${p('Text.')}`;
    const core = `<dc:title>${title}</dc:title><dc:creator>Windows User</dc:creator><dcterms:created>1601-01-01T00:00:00Z</dcterms:created>`;
    expect(read({ body, core, styles: style('H', 'heading 1') }).metadata).toMatchObject({
      title: 'Keepers',
      authors: [],
      publishedAt: null,
    });
  });
});

describe('docx: hostile input', () => {
  it('docx: an archive that is no document is refused in words', () => {
    expect(() => readDocx(zip({ 'a.txt': 'x' }))).toThrow('The file is a ZIP archive, but no Word document: it has no main part');
  });

  it('docx: elements nested 100,000 deep are refused', () => {
    expect(() => read({ body: '<w:sdt>'.repeat(100_000) })).toThrow('nests more than 512 elements');
  });

  it('docx: entities of a document type are not expanded, and nothing outside of the archive is read', () => {
    const document = `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>${xml('w:document', `<w:body>${p('x &b; &f; &amp; y')}</w:body>`)}`;
    expect(blocks(readDocx(officePackage('word/document.xml', { 'word/document.xml': document })))).toEqual([
      'x \\&b; \\&f; & y',
    ]);
  });

  it('docx: a document that is cut off anywhere, or whose XML is anything, is read or refused in words', () => {
    const attempt = (bytes: Uint8Array) => {
      try {
        readDocx(bytes);
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
      }
    };
    const whole = docx({ body: `${p('One.')}<w:tbl><w:tr><w:tc>${p('a')}</w:tc><w:tc>${p('b')}</w:tc></w:tr></w:tbl>` });
    for (let part = 0; part < 100; part++) attempt(whole.subarray(0, Math.floor((whole.length * part) / 100)));
    const tag = fc.constantFrom(
      'w:p',
      'w:r',
      'w:t',
      'w:tbl',
      'w:tr',
      'w:tc',
      'w:sdt',
      'w:ins',
      'w:fldChar',
      'w:hyperlink',
      'w:drawing',
      'w:pPr',
      'w:numPr',
      'm:f',
    );
    const piece = fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      tag.map((name) => `<${name} w:val="99999999999" w:fldCharType="end" w:char="FFFFFFF" r:id="l1"/>`),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => attempt(docx({ body: pieces.join('') }))),
      { numRuns: 200 },
    );
  });
});
