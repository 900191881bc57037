import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { plainOf } from '../../../worker-node/analysis/text/markdown.ts';
import { chunkText } from '../../../worker-node/ingest/chunk.ts';
import { composeText, createSectionBuilder, type Paragraph } from '../../../worker-node/ingest/document.ts';
import { proseOf } from '../../../worker-node/ingest/prose.ts';
import { code, list, prose, quote, table } from '../../../worker-node/ingest/readers/blocks.ts';

const parser = new MarkdownIt();
const words = fc
  .array(fc.constantFrom('Ice', 'flows', '# 1', '- b', '> q', '|', '<b>', 'C#', '`x`', '1. a', '\n', '---', '\\'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(' '));
const block: fc.Arbitrary<Paragraph> = fc.oneof(
  words.map((text) => prose(text)),
  fc.array(words, { minLength: 1, maxLength: 3 }).map((items) => list(items)),
  fc.array(fc.array(words, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }).map((rows) => table(rows)),
  words.map((text) => code(text)),
  words.map((text) => quote(prose(text))),
);
const part = fc.oneof(
  block.map((content) => ({ content })),
  fc.tuple(fc.integer({ min: 1, max: 6 }), words).map(([level, text]) => ({ level, content: prose(text) })),
);

/** The headings that Markdown has, with their levels. */
function headingsOf(markdown: string): string[] {
  const tokens = parser.parse(markdown, {});
  return tokens.flatMap(({ type, tag }, index) => (type === 'heading_open' ? [`${tag} ${tokens[index + 1]?.content}`] : []));
}

describe('composeText', () => {
  it('text: is Markdown with the headings that readers found, and no others', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const builder = createSectionBuilder();
        for (const one of parts) {
          if ('level' in one) builder.heading(one.level, one.content);
          else builder.paragraph(one.content);
        }
        const { text, sections } = composeText(builder.finish());
        const given = parts.filter((one) => 'level' in one && one.content.text !== '');
        expect(headingsOf(text)).toHaveLength(given.length);
        for (const { start, end } of sections) expect(text.slice(start, end).trim()).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('text: headings are lines with number signs outside of the ranges of their sections', () => {
    const builder = createSectionBuilder();
    builder.paragraph(prose('Before'));
    builder.heading(1, prose('On C#'));
    builder.heading(2, prose('1. Ice #'));
    builder.paragraph(prose('It flows.', [{ url: 'https://a.example/', start: 3, end: 8 }]));
    builder.paragraph(
      table([
        ['a', 'b'],
        ['1', '2'],
      ]),
    );
    builder.heading(2, prose('Empty'));
    const { text, sections, links } = composeText(builder.finish());
    expect(text).toBe('Before\n\n# On C#\n\n## 1\\. Ice \\#\n\nIt flows.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n## Empty');
    expect(sections.map(({ headingPath, start, end }) => [headingPath, text.slice(start, end)])).toEqual([
      [[], 'Before'],
      [['On C#', '1. Ice #'], 'It flows.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |'],
      [['On C#'], 'Empty'],
    ]);
    expect(links.map(({ start, end }) => text.slice(start, end))).toEqual(['flows']);
  });

  it('chunks: have the first and the last page that their text is on', () => {
    const builder = createSectionBuilder();
    for (let page = 1; page <= 6; page++)
      builder.paragraph({ ...prose(`Page ${page} says that ice flows to the sea. `.repeat(8)), page });
    builder.heading(1, prose('Appendix'));
    builder.paragraph(prose('It is on no page.'));
    const { text, sections, pages } = composeText(builder.finish());
    const chunks = chunkText(text, sections, { title: null, language: 'en', pages });
    expect(chunks.length).toBeGreaterThan(3);
    for (const { start, end, pageStart, pageEnd } of chunks) {
      const named = [...text.slice(start, end).matchAll(/Page (\d)/g)].map(([, page]) => Number(page));
      expect([pageStart, pageEnd]).toEqual(named.length > 0 ? [Math.min(...named), Math.max(...named)] : [null, null]);
    }
  });
});

describe('prose of Markdown', () => {
  it('plainOf: headings, quotes, cells and escapes lose their marks, and code is left out', () => {
    const markdown = [
      '## 1\\. Ice \\#',
      prose('<b> & 2 * 3').text,
      list(['one', 'two']).text,
      quote(prose('said')).text,
      code('let x = 1;', 'js').text,
      table([
        ['a|b', 'c'],
        ['1', '2'],
      ]).text,
    ].join('\n\n');
    expect(plainOf(markdown)).toBe('1. Ice #\n\n<b> & 2 * 3\n\n- one\n- two\n\nsaid\n\n\na|b | c\n1 | 2');
  });

  it('plainOf: a document of nothing but code is its code', () => {
    expect(plainOf(code('let x = 1;', 'js').text)).toBe('let x = 1;');
  });

  it('proseOf: code and tables are left out, unless there is nothing else', () => {
    const section = (paragraphs: Paragraph[]) => [{ headingPath: [], heading: null, paragraphs }];
    const data = [code('let x = 1;'), table([['a'], ['1']])];
    expect(proseOf(section([prose('# Ice'), ...data, list(['one'])]))).toEqual(['# Ice', '- one']);
    expect(proseOf(section(data))).toEqual(['let x = 1;', 'a\n1']);
  });
});
