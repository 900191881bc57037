import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../../../../worker-node/ingest/document.ts';
import { read } from '../../../../worker-node/ingest/readers/rtf.ts';

const readBytes = async (bytes: Uint8Array): Promise<ParsedDocument> =>
  read({ bytes, mediaType: '', charset: null, url: null, filename: null });
/** The characters of `body` are bytes. */
const readRtf = (body: string) => readBytes(Uint8Array.from(Buffer.from(`{\\rtf1\\ansi\\ansicpg1252 ${body}}`, 'latin1')));
const blocks = ({ sections }: ParsedDocument) =>
  sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);
const textOf = async (body: string) => blocks(await readRtf(body)).join(' / ');

describe('rtf: characters', () => {
  test.each([
    ["caf\\'e9", 'café'],
    ['caf\xe9', 'café'],
    ['\\u1055?\\u1088?\\u1080?', 'При'],
    ["\\uc2\\u26085\\'93\\'fa!", '日!'],
    ['\\uc0\\u8364 5', '€5'],
    ['\\u-10179?\\u-8704?', '😀'],
    ['a\\u8216\\~b', 'a‘b'],
    ['one\\emdash two\\tab three\\~four\\_five', 'one—two\tthree\u00a0four-five'],
    ['soft\\-ly', 'softly'],
    ['\\{x\\}\\\\', '{x}\\\\'],
    ['first\r\n line', 'first line'],
    ["{\\fonttbl{\\f0\\fcharset204 Arial;}{\\f1\\fcharset128 Mincho;}}\\f0\\'cf\\'f0\\f1\\'93\\'fa\\'96\\'7b", 'Пр日本'],
    ["\\ansicpg1251 \\'cf\\'f0", 'Пр'],
  ])('reads %j as %j', async (rtf, text) => {
    expect(await textOf(rtf)).toBe(text);
  });
});

describe('rtf: structure', () => {
  test('keeps paragraphs, and lines in a paragraph', async () => {
    expect(await textOf('one\\par two\\line three\\par\\par four')).toBe('one / two\nthree / four');
  });

  test('takes headings from outline levels and from styles', async () => {
    const { sections } = await readRtf(
      '{\\stylesheet{\\s1 heading 1;}{\\s7\\outlinelevel1 \\u220?berschrift 2;}}\\pard\\s1 Ships\\par\\pard\\s7 Sails\\par\\pard Text.\\par\\pard\\outlinelevel0 Harbours\\par\\pard More.\\par',
    );
    expect(sections.map(({ headingPath }) => headingPath)).toEqual([['Ships'], ['Ships', 'Sails'], ['Harbours']]);
  });

  test('reads items by their markers and by their bullets, in one another', async () => {
    const marked = '{\\listtext 1.\\tab}one\\par{\\listtext 2.\\tab}two\\par';
    const bullets =
      "\\pard\\li360 \\bullet\\tab outer\\par\\pard\\li720 \\bullet\\tab inner\\par\\pard\\li360 \\'95\\tab outer again\\par";
    expect(await textOf(`${marked}\\pard after\\par`)).toBe('1. one\n2. two / after');
    expect(await textOf(bullets)).toBe('- outer\n  - inner\n- outer again');
  });

  test('reads rows of a table', async () => {
    const row = (...cells: string[]) => `\\trowd${cells.map((cell) => `\\pard\\intbl ${cell}\\cell`).join('')}\\row`;
    expect(await textOf(`${row('Country', 'Capital')}${row('Japan', 'Tokyo\\par and more')}\\pard After.\\par`)).toBe(
      '| Country | Capital |\n| --- | --- |\n| Japan | Tokyo and more | / After.',
    );
  });

  test('reads links to the web', async () => {
    const document = await readRtf(
      'See {\\field{\\*\\fldinst HYPERLINK "https://ships.example/"}{\\fldrslt\\ul the list}} of {\\field{\\*\\fldinst PAGE}{\\fldrslt 3}}.',
    );
    const [paragraph] = document.sections[0]?.paragraphs ?? [];
    expect(paragraph?.text).toBe('See the list of 3.');
    expect(paragraph?.links.map(({ url, start, end }) => [url, paragraph.text.slice(start, end)])).toEqual([
      ['https://ships.example/', 'the list'],
    ]);
  });

  test('puts a footnote behind its paragraph', async () => {
    expect(await textOf('One{\\footnote\\pard A note.} two.\\par Three.\\par')).toBe('One two. / A note. / Three.');
  });

  test('reads lines in a font of one width as code', async () => {
    expect(await textOf('{\\fonttbl{\\f1\\fmodern Courier;}}{\\f1 if x:\\line\\~\\~y}\\par')).toBe(
      '```\nif x:\n\u00a0\u00a0y\n```',
    );
  });

  test('leaves out pictures, objects, headers, comments, hidden and deleted text, and what it does not know', async () => {
    const hidden =
      '{\\pict\\pngblip 89504e47}{\\header A header\\par}{\\*\\annotation A comment}{\\v hidden}{\\deleted gone}{\\*\\unknown x {\\b y}}{\\pict\\bin6 }{\\}{}}{\\object{\\*\\objdata 00}{\\result shown}}';
    expect(await textOf(`before ${hidden} after`)).toBe('before shown after');
  });

  test('reads text in boxes', async () => {
    expect(await textOf('{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt In the box\\par}}}After')).toBe('In the box / After');
  });
});

describe('rtf: metadata', () => {
  test('reads title, author, subject and date', async () => {
    const { metadata } = await readRtf(
      '{\\info{\\title The Book of Ships}{\\author Grace Hopper}{\\subject Which ships passed}{\\creatim\\yr2026\\mo3\\dy14\\hr12}{\\operator X}}Text',
    );
    expect(metadata).toMatchObject({
      title: 'The Book of Ships',
      authors: ['Grace Hopper'],
      description: 'Which ships passed',
      publishedAt: '2026-03-14',
    });
  });
});

describe('rtf: a document that declares no title', () => {
  test('has that of its first heading', async () => {
    const { metadata } = await readRtf(
      'A line above.\\par\\pard\\outlinelevel0 On {\\b Ships}\\par\\pard Text.\\par\\pard\\outlinelevel0 More\\par',
    );
    expect(metadata.title).toBe('On Ships');
  });

  test('has none without a heading', async () => {
    expect((await readRtf('Text.\\par')).metadata.title).toBeNull();
  });
});

describe('rtf: hostile input', () => {
  test('says that groups are nested too deeply', async () => {
    await expect(readBytes(new TextEncoder().encode(`{\\rtf1${'{'.repeat(20_000)}`))).rejects.toThrow('nests more than');
  });

  test('a list whose items are ever further in has nine depths', async () => {
    const items = Array.from({ length: 40 }, (_, index) => `\\pard\\li${index * 10} \\bullet\\tab item\\par`).join('');
    const lines = (await textOf(items)).split('\n');
    expect(lines).toHaveLength(40);
    expect(new Set(lines.map((line) => line.indexOf('-'))).size).toBe(9);
  });

  test('any tokens in any order give a document or a refusal', async () => {
    const token = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '\\',
        '\\par',
        '\\cell',
        '\\row',
        '\\intbl',
        '\\pard',
        "\\'",
        "\\'e9",
        '\\u8364?',
        '\\uc9',
        '\\bin5 ',
        '\\bin-3',
      ),
      fc.constantFrom(
        '{\\fonttbl{\\f0\\fcharset128 x;}}',
        '\\f0',
        '{\\footnote',
        '{\\field{\\*\\fldinst HYPERLINK http://a}',
        '{\\fldrslt',
        '\\*',
        ' x ',
        '\\listtext',
      ),
      fc.string({ maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 60 }), async (tokens) => {
        const result = await readBytes(new TextEncoder().encode(`{\\rtf1 ${tokens.join('')}`)).catch((error: unknown) => error);
        if (result instanceof Error) return expect(result).toBeInstanceOf(StageError);
        for (const { paragraphs } of (result as ParsedDocument).sections)
          for (const { text, links } of paragraphs)
            for (const { start, end } of links) expect(0 <= start && start < end && end <= text.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
