import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { createDocumentReader } from '../../../../worker-node/ingest/document-reader.ts';
import { read } from '../../../../worker-node/ingest/readers/pdf.ts';
import { linesAt, makePdf, type PdfOptions, type PdfPage } from '../../../support/fixtures/make-pdf.ts';

const readPdf = async (pages: readonly PdfPage[], options: PdfOptions = {}): Promise<ParsedDocument> =>
  readBytes(makePdf(pages, options));
const readBytes = async (bytes: Uint8Array): Promise<ParsedDocument> =>
  read({ bytes, mediaType: '', charset: null, url: null, filename: null });

const paragraphs = ({ sections }: ParsedDocument) => sections.flatMap((section) => section.paragraphs.map(({ text }) => text));
const page = (...texts: PdfPage['texts'][number][]): PdfPage => ({ texts });

const PROSE = [
  'The keepers of the lighthouse wrote down every ship that passed in the night,',
  'and the harbour kept their books in a cellar that was never quite dry, so that',
  'a few of the older volumes can no longer be opened without damage to them.',
];

describe('pdf: paragraphs', () => {
  test('joins the lines of a paragraph and keeps paragraphs apart', async () => {
    const document = await readPdf([page(...linesAt(72, 720, PROSE), ...linesAt(72, 660, PROSE.slice(0, 2)))]);
    expect(paragraphs(document)).toEqual([PROSE.join(' '), PROSE.slice(0, 2).join(' ')]);
  });

  test('makes a word whole that a hyphen divides, and keeps the hyphen of a compound', async () => {
    const document = await readPdf([
      page(
        ...linesAt(72, 720, [
          'A long line about the well-known books of ships that the light-',
          'house had, which is as long as the first, and about the well-',
          'known keepers.',
        ]),
      ),
    ]);
    expect(paragraphs(document)).toEqual([
      'A long line about the well-known books of ships that the lighthouse had, which is as long as the first, and about the well-known keepers.',
    ]);
  });

  test('joins a sentence that goes on on the next page, and tells the page where it begins', async () => {
    const document = await readPdf([page(...linesAt(72, 100, PROSE.slice(0, 2))), page(...linesAt(72, 720, PROSE.slice(2)))]);
    expect(document.sections[0]?.paragraphs).toMatchObject([{ text: PROSE.join(' '), page: 1 }]);
  });

  test('reads columns one after the other although the page draws them line by line', async () => {
    const left = Array.from({ length: 9 }, (_, row) => `left column row ${row} has many words in it`);
    const right = Array.from({ length: 9 }, (_, row) => `right column row ${row} has many words in`);
    const drawn = left.flatMap((text, row) => [
      { text, x: 72, y: 700 - row * 12 },
      { text: right[row] ?? '', x: 320, y: 700 - row * 12 },
    ]);
    expect(paragraphs(await readPdf([page(...drawn)]))).toEqual([`${left.join(' ')} ${right.join(' ')}`]);
  });

  test('reads what is higher on the page first although it is drawn last', async () => {
    const document = await readPdf([page(...linesAt(72, 400, [PROSE[0] ?? '']), ...linesAt(72, 700, ['Drawn last.']))]);
    expect(paragraphs(document)).toEqual(['Drawn last.', PROSE[0]]);
  });

  test('reads rows of cells as a table', async () => {
    const rows = [
      ['Country', 'Capital', 'Coins'],
      ['Austria', 'Vienna', 'Euro'],
      ['Japan', 'Tokyo', 'Yen'],
    ];
    const texts = rows.flatMap((row, index) => row.map((text, column) => ({ text, x: 72 + column * 120, y: 700 - index * 12 })));
    const document = await readPdf([page(...texts)]);
    expect(document.sections[0]?.paragraphs).toMatchObject([
      {
        kind: 'table',
        text: '| Country | Capital | Coins |\n| --- | --- | --- |\n| Austria | Vienna | Euro |\n| Japan | Tokyo | Yen |',
      },
    ]);
  });

  test('reads bullets as a list, also where a gap parts them from the text', async () => {
    const document = await readPdf([
      page(
        ...linesAt(72, 720, ['\x95 the first thing', '\x95 the second thing']),
        { text: '\x95', x: 72, y: 696 },
        { text: 'the third thing', x: 100, y: 696 },
      ),
    ]);
    expect(document.sections[0]?.paragraphs).toMatchObject([
      { kind: 'list', text: '- the first thing\n- the second thing\n- the third thing' },
    ]);
  });

  test('reads lines in a font of one width as code with its indentation', async () => {
    const code = ['function light() {', 'return on;', '}'];
    const texts = code.map((text, row) => ({ text, x: 72 + (row === 1 ? 24 : 0), y: 700 - row * 12, font: 'Courier' as const }));
    const document = await readPdf([page(...texts, ...linesAt(72, 640, PROSE))]);
    expect(document.sections[0]?.paragraphs.slice(0, 1)).toMatchObject([
      { kind: 'code', text: '```\nfunction light() {\n    return on;\n}\n```' },
    ]);
  });

  test('joins the letters of words that were written with spaces between them', async () => {
    const texts = linesAt(72, 720, ['T h e  L i g h t h o u s e', 'S i n g a p o r e  1 3 8 5']);
    expect(paragraphs(await readPdf([page(...texts)])).join(' ')).toBe('The Lighthouse Singapore 1385');
  });

  test('reads a document that is typewritten as prose', async () => {
    const document = await readPdf([page(...linesAt(72, 720, PROSE, { font: 'Courier' }))]);
    expect(paragraphs(document)).toEqual([PROSE.join(' ')]);
  });

  test('reads numbered items as a list with their numbers', async () => {
    const document = await readPdf([
      page(...linesAt(72, 720, ['3. the first thing', '4. the second thing']), ...linesAt(72, 660, PROSE)),
    ]);
    expect(document.sections[0]?.paragraphs.slice(0, 1)).toMatchObject([
      { kind: 'list', text: '3. the first thing\n4. the second thing' },
    ]);
  });

  test('keeps the ends of short lines', async () => {
    const address = ['The Harbour Office', '12 Long Quay Street', 'On the Bay, Outer District of Ships'];
    expect(paragraphs(await readPdf([page(...linesAt(72, 720, address))]))).toEqual([address.join('\n')]);
  });

  test('has no control characters', async () => {
    const bytes = makePdf([page(...linesAt(72, 720, ['one\0two\x07 three']))]);
    expect(paragraphs(await readBytes(bytes))).toEqual(['onetwo three']);
  });

  test('reads Chinese whose font and table of characters are not in the file', async () => {
    const document = await readPdf([page(...linesAt(72, 700, ['你好，世界', '灯塔'], { font: 'Song' }))]);
    expect(paragraphs(document)).toEqual(['你好，世界灯塔']);
  });

  test('reads text that is turned', async () => {
    const document = await readPdf([
      page(...linesAt(72, 720, PROSE), { text: 'Turned on its side', x: 30, y: 200, upwards: true }),
    ]);
    expect(paragraphs(document)).toEqual([PROSE.join(' '), 'Turned on its side']);
  });

  test('keeps the first of the lines that repeat on top of pages, and drops the numbers of pages', async () => {
    const pages = Array.from({ length: 6 }, (_, index) =>
      page(
        { text: 'The Book of Ships', x: 72, y: 770 },
        ...linesAt(72, 700, [`Page text ${'abcdef'[index]} begins and ends here.`]),
        {
          text: `${index + 1}`,
          x: 300,
          y: 30,
        },
      ),
    );
    const texts = paragraphs(await readPdf(pages));
    expect(texts.filter((text) => text === 'The Book of Ships')).toHaveLength(1);
    expect(texts.filter((text) => /^\d+$/.test(text))).toEqual([]);
    expect(texts.filter((text) => text.startsWith('Page text'))).toHaveLength(6);
  });
});

describe('pdf: headings and links', () => {
  test('takes headings from the outline, with the pages of their sections', async () => {
    const { sections } = await readPdf(
      [
        page(...linesAt(72, 720, ['1 Harbours']), ...linesAt(72, 690, PROSE)),
        page(...linesAt(72, 720, ['2 Ships']), ...linesAt(72, 690, PROSE)),
      ],
      {
        outline: [
          { title: 'Harbours', page: 1 },
          { title: 'Ships', page: 2 },
        ],
      },
    );
    expect(sections.map(({ headingPath, paragraphs: [first] }) => [headingPath, first?.page])).toEqual([
      [['1 Harbours'], 1],
      [['2 Ships'], 2],
    ]);
  });

  test('takes larger text for headings where there is no outline', async () => {
    const { sections, metadata } = await readPdf([
      page(
        { text: 'A History of Lighthouses', x: 72, y: 740, size: 20 },
        { text: 'Beginnings', x: 72, y: 700, size: 14 },
        ...linesAt(72, 670, PROSE),
      ),
    ]);
    expect(sections.map(({ headingPath }) => headingPath)).toEqual([
      ['A History of Lighthouses'],
      ['A History of Lighthouses', 'Beginnings'],
    ]);
    expect(metadata.title).toBe('A History of Lighthouses');
  });

  test('finds the words of a link', async () => {
    const document = await readPdf([
      {
        texts: [
          { text: 'See', x: 72, y: 700 },
          { text: 'the register', x: 95, y: 700 },
          { text: 'of ships.', x: 160, y: 700 },
        ],
        annotations: [
          '<< /Type /Annot /Subtype /Link /Rect [94 695 155 712] /A << /S /URI /URI (https://ships.example/list) >> >>',
        ],
      },
    ]);
    const [paragraph] = document.sections[0]?.paragraphs ?? [];
    expect(paragraph?.links.map(({ url, start, end }) => [url, paragraph.text.slice(start, end)])).toEqual([
      ['https://ships.example/list', 'the register'],
    ]);
  });

  test('reads filled fields and what readers noted', async () => {
    const document = await readPdf([
      {
        texts: [{ text: 'Name:', x: 72, y: 700 }],
        annotations: [
          '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Grace Hopper) /Rect [110 695 250 712] >>',
          '<< /Type /Annot /Subtype /Text /Rect [300 700 320 720] /T (Ada) /Contents (Is this right?) >>',
        ],
      },
    ]);
    expect(paragraphs(document)).toEqual(['Name: Grace Hopper', '> Ada: Is this right?']);
  });
});

describe('pdf: metadata', () => {
  const titled = (title: string, more = '') =>
    readPdf([page({ text: 'Large Words', x: 72, y: 740, size: 24 }, ...linesAt(72, 700, PROSE))], {
      info: `/Title (${title}) ${more}`,
    });

  test('reads title, authors, subject and date', async () => {
    const { metadata } = await titled(
      'The Book of Ships',
      "/Author (Grace Hopper; Ada Lovelace) /Subject (Which ships passed by) /CreationDate (D:20260314120000+01'00')",
    );
    expect(metadata).toMatchObject({
      title: 'The Book of Ships',
      authors: ['Grace Hopper', 'Ada Lovelace'],
      description: 'Which ships passed by',
      publishedAt: '2026-03-14T11:00:00.000Z',
    });
  });

  test('leaves out the time of a date without a zone', async () => {
    expect((await titled('Ships', '/CreationDate (D:20260314120000)')).metadata.publishedAt).toBe('2026-03-14');
  });

  test.each([
    'untitled',
    'report_final.docx',
    'Microsoft Word - report.doc',
    'PowerPoint Presentation',
    'Document1',
    ' ',
  ])('takes the largest text of page one instead of the title %j', async (title) => {
    expect((await titled(title)).metadata.title).toBe('Large Words');
  });

  test('drops the name of the program before a title', async () => {
    expect((await titled('Microsoft Word - Report on ships')).metadata.title).toBe('Report on ships');
  });

  test.each([
    ['31004000 lamps 2 2700588 oil', null],
    ['31004000 -0.4 lamps 2700588', null],
    ['Lamps of 2026 and of 1999', 'Lamps of 2026 and of 1999'],
    ['Order 31004000 of 3 lamps', 'Order 31004000 of 3 lamps'],
  ])('takes the largest text %j for a title where it is no row of a table', async (text, title) => {
    const large = { text, x: 72, y: 740, size: 24 };
    expect((await readPdf([page(large, ...linesAt(72, 700, PROSE))])).metadata.title).toBe(title);
  });

  test('has no title where no text stands out', async () => {
    expect((await readPdf([page(...linesAt(72, 700, PROSE))])).metadata.title).toBeNull();
  });

  test("finds a paper's own identifiers on page one", async () => {
    const { metadata } = await readPdf([
      page(
        { text: 'https://doi.org/10.1000/ships.7', x: 72, y: 750 },
        { text: 'arXiv:2401.01234v2 [cs.CL] 3 Jan 2024', x: 20, y: 200, upwards: true },
        ...linesAt(72, 700, PROSE),
      ),
    ]);
    expect(metadata).toMatchObject({ doi: '10.1000/ships.7', arxivId: '2401.01234' });
  });
});

describe('pdf: what cannot be read', () => {
  const refusal = async (bytes: Uint8Array) => {
    const error = await readBytes(bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StageError);
    return error as StageError;
  };

  test('says that pages without text need OCR', async () => {
    expect(await refusal(makePdf([page(), page()]))).toMatchObject({
      failure: 'permanent',
      message: expect.stringContaining('ocrmypdf'),
    });
  });

  test('says that a password must be removed', async () => {
    const key = '(01234567890123456789012345678901)';
    const encrypted = makePdf([page(...linesAt(72, 700, PROSE))], {
      trailer: `/ID [(0123456789abcdef) (0123456789abcdef)] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ${key} /U ${key} >>`,
    });
    expect((await refusal(encrypted)).message).toBe(
      'The PDF is encrypted with a password; remove it and send the document again',
    );
  });

  test('says that a file is damaged that begins as a PDF and is none', async () => {
    expect((await refusal(new TextEncoder().encode('%PDF-1.4\nnothing else'))).message).toMatch(/^The PDF is damaged/);
  });

  test('repairs a file whose table of objects is wrong', async () => {
    const bytes = makePdf([page(...linesAt(72, 700, PROSE))]);
    const text = Buffer.from(bytes)
      .toString('latin1')
      .replace(/startxref\n\d+/, 'startxref\n7');
    expect(paragraphs(await readBytes(Uint8Array.from(Buffer.from(text, 'latin1'))))).toEqual([PROSE.join(' ')]);
  });

  test('leaves the bytes of the caller alone', async () => {
    const bytes = makePdf([page(...linesAt(72, 700, PROSE))]);
    const before = bytes.slice();
    await readBytes(bytes);
    expect(bytes).toEqual(before);
  });

  test('a file that is cut or altered anywhere gives a document or a refusal, and never ends its thread', async () => {
    const bytes = makePdf([page(...linesAt(72, 700, PROSE)), page(...linesAt(72, 700, PROSE))], {
      outline: [{ title: 'Harbours', page: 1 }],
    });
    const reader = createDocumentReader({ processes: 1, budgetMs: () => 600_000 });
    const turn = { owner: 'ada', signal: new AbortController().signal };
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)), changes, async (length, altered) => {
        const copy = bytes.slice();
        for (const [at, byte] of altered) copy[at] = byte;
        const document = { bytes: copy.slice(0, length), contentType: 'application/pdf', filename: null, url: null, aliases: [] };
        const result = await reader.read(document, turn).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(StageError);
          expect(result.message).not.toContain('its structure is more than the reader handles');
        } else expect(result).toHaveProperty('text');
      }),
      { numRuns: 400 },
    );
    await reader.close();
  }, 120_000);
});
