import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { read } from '../../../../worker-node/ingest/readers/epub.ts';
import { zip } from '../../../support/fixtures/zip.ts';

type Files = Readonly<Record<string, string>>;

const CONTAINER =
  '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>';
const METADATA =
  '<dc:title>The Book of Ships</dc:title><dc:creator>Grace Hopper</dc:creator><dc:language>en-GB</dc:language><dc:date>2026-03-14</dc:date>';

function opf(chapters: readonly string[], { metadata = METADATA, items = '' } = {}): string {
  const manifest = chapters
    .map((name) => `<item id="${name}" href="${name}.xhtml" media-type="application/xhtml+xml"/>`)
    .join('');
  const spine = chapters.map((name) => `<itemref idref="${name}"/>`).join('');
  return `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">${metadata}</metadata><manifest>${manifest}${items}</manifest><spine>${spine}</spine></package>`;
}

const page = (body: string) =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`;
const book = (files: Files): Uint8Array =>
  zip({ mimetype: 'application/epub+zip', 'META-INF/container.xml': CONTAINER, ...files });
const readBytes = async (bytes: Uint8Array): Promise<ParsedDocument> =>
  read({ bytes, mediaType: '', charset: null, url: null, filename: null });
const blocks = ({ sections }: ParsedDocument) =>
  sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);

const TWO = {
  'OPS/book.opf': opf(['two', 'one']),
  'OPS/one.xhtml': page('<h1>Harbours</h1><p>Of harbours.</p>'),
  'OPS/two.xhtml': page(
    '<h1>Ships</h1><p>Of <a href="one.xhtml">ships</a>, see <a href="https://ships.example/">the list</a>.</p>',
  ),
};

describe('epub: chapters', () => {
  test('reads chapters in the order of the spine, also where a title is closed at once', async () => {
    const document = await readBytes(book(TWO));
    expect(blocks(document)).toEqual(['# Ships', 'Of ships, see the list.', '# Harbours', 'Of harbours.']);
  });

  test('keeps links to the web and drops those between chapters', async () => {
    const { sections } = await readBytes(book(TWO));
    expect(sections[0]?.paragraphs[0]?.links.map(({ url }) => url)).toEqual(['https://ships.example/']);
  });

  test('takes the title of a chapter without headings from the table of contents', async () => {
    const nav = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>';
    const ncx = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>';
    const text = { 'OPS/one.xhtml': page('<p>Call me Ishmael.</p>') };
    const third = await readBytes(
      book({
        ...text,
        'OPS/book.opf': opf(['one'], { items: nav }),
        'OPS/nav.xhtml': page('<nav><a href="one.xhtml#start">Loomings</a></nav>'),
      }),
    );
    const second = await readBytes(
      book({
        ...text,
        'OPS/book.opf': opf(['one'], { items: ncx }),
        'OPS/toc.ncx':
          '<ncx><navMap><navPoint><navLabel><text>Loomings</text></navLabel><content src="one.xhtml"/></navPoint></navMap></ncx>',
      }),
    );
    expect(blocks(third)).toEqual(['# Loomings', 'Call me Ishmael.']);
    expect(blocks(second)).toEqual(['# Loomings', 'Call me Ishmael.']);
  });

  test('reads the other chapters where one is missing', async () => {
    expect(blocks(await readBytes(book({ ...TWO, 'OPS/book.opf': opf(['none', 'one']) })))).toEqual([
      '# Harbours',
      'Of harbours.',
    ]);
  });
});

describe('epub: metadata', () => {
  test('reads title, authors, language and date', async () => {
    expect((await readBytes(book(TWO))).metadata).toMatchObject({
      title: 'The Book of Ships',
      authors: ['Grace Hopper'],
      language: 'en',
      publishedAt: '2026-03-14',
    });
  });

  test('leaves out who is no author, and takes the date of publication', async () => {
    const metadata =
      '<dc:title>T</dc:title><dc:creator opf:role="ill">An Illustrator</dc:creator><dc:creator opf:role="aut">An Author</dc:creator><dc:date opf:event="modification">2020</dc:date><dc:date opf:event="publication">1999-02</dc:date><dc:description>&lt;p&gt;About &lt;b&gt;ships&lt;/b&gt;&lt;/p&gt;</dc:description>';
    expect((await readBytes(book({ ...TWO, 'OPS/book.opf': opf(['one'], { metadata }) }))).metadata).toMatchObject({
      authors: ['An Author'],
      publishedAt: '1999-02',
      description: 'About ships',
    });
  });

  test('takes the only top heading for the title where none is declared', async () => {
    const { metadata } = await readBytes(book({ ...TWO, 'OPS/book.opf': opf(['one'], { metadata: '' }) }));
    expect(metadata.title).toBe('Harbours');
    expect((await readBytes(book({ ...TWO, 'OPS/book.opf': opf(['one', 'two'], { metadata: '' }) }))).metadata.title).toBeNull();
  });
});

describe('epub: what cannot be read', () => {
  const encryption = (algorithm: string) =>
    `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/></enc:EncryptedData></encryption>`;

  test('says that a book is protected against copying', async () => {
    const bytes = book({ ...TWO, 'META-INF/encryption.xml': encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc') });
    await expect(readBytes(bytes)).rejects.toThrow('DRM');
  });

  test('reads a book of which only fonts are hidden', async () => {
    const bytes = book({ ...TWO, 'META-INF/encryption.xml': encryption('http://www.idpf.org/2008/embedding') });
    expect(blocks(await readBytes(bytes))).toHaveLength(4);
  });

  test.each([
    ['its list of chapters is missing', { 'OPS/other.txt': '' }, 'the list of its chapters is missing'],
    ['its chapters are missing', { 'OPS/book.opf': opf(['one']) }, 'none of its chapters'],
    ['its pages are pictures', { 'OPS/book.opf': opf(['one']), 'OPS/one.xhtml': page('<img src="1.jpg"/>') }, 'pictures'],
  ])('says that %s', async (_title, files: Files, message) => {
    await expect(readBytes(book(files))).rejects.toThrow(message);
  });

  test('a book that is cut or altered anywhere gives a document or a refusal', async () => {
    const bytes = book(TWO);
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)), changes, async (length, altered) => {
        const copy = bytes.slice();
        for (const [at, byte] of altered) copy[at] = byte;
        const result = await readBytes(copy.subarray(0, length)).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(StageError);
      }),
      { numRuns: 200 },
    );
  });
});
