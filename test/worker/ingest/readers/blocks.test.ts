import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { unescapeMarkdown } from '../../../../worker-node/analysis/text/markdown.ts';
import { code, list, prose, quote, table } from '../../../../worker-node/ingest/readers/blocks.ts';

const parser = new MarkdownIt({ html: true, linkify: false });
/** The kinds of blocks and of HTML that Markdown is read as. */
const structure = (markdown: string) =>
  parser
    .parse(markdown, {})
    .flatMap(({ type, children }) => [type, ...(children ?? []).map((child) => child.type)])
    .filter((type) => !/^(?:inline|text|softbreak|hardbreak|em_|strong_|code_inline|link_|image|s_)/.test(type));

/** Text of the characters that Markdown gives a meaning. */
const markup = fc
  .array(
    fc.constantFrom(
      '#',
      '>',
      '-',
      '+',
      '*',
      '_',
      '=',
      '`',
      '~',
      '|',
      ':',
      '<',
      '&',
      '\\',
      '[',
      ']',
      '(',
      '1',
      '.',
      ')',
      'a',
      ' ',
      '\n',
      '\t',
      'amp;',
      '/',
    ),
    {
      maxLength: 30,
    },
  )
  .map((parts) => parts.join(''));

describe('blocks', () => {
  it('prose: any text is one paragraph without HTML', () => {
    fc.assert(
      fc.property(markup, (text) => {
        const { text: markdown } = prose(text);
        expect(structure(markdown)).toEqual(markdown === '' ? [] : ['paragraph_open', 'paragraph_close']);
      }),
      // A link definition whose label goes on in the next line: it was not shown.
      { numRuns: 3_000, examples: [['[#\n]:#'], ['[see\nthe lamp]: https://a.example/ "(oil)"']] },
    );
  });

  it('prose: the plain text comes back from the Markdown, but for empty lines and white space around it', () => {
    fc.assert(
      fc.property(markup, (text) => {
        expect(unescapeMarkdown(prose(text).text)).toBe(text.trim().replaceAll(/\n(?:[ \t]*\n)+/g, '\n'));
      }),
      { numRuns: 3_000 },
    );
  });

  it('prose: a link keeps its words', () => {
    fc.assert(
      fc.property(markup, fc.constantFrom('word', 'two <b>words', 'a | b'), markup, (before, words, after) => {
        const start = before.length;
        const { text, links } = prose(before + words + after, [{ url: 'https://a.example/', start, end: start + words.length }]);
        const [link] = links;
        expect(unescapeMarkdown(text.slice(link?.start, link?.end))).toBe(words);
      }),
    );
  });

  it.each([
    ['foo_bar and 2 * 3', 'foo_bar and 2 * 3'],
    ['a < b && c > d', 'a < b && c > d'],
    ['use <div> &amp; C:\\dir', 'use \\<div> \\&amp; C:\\dir'],
    ['# one\n- two\n1. three', '\\# one\n\\- two\n1\\. three'],
    ['  a\n\n\n  b  ', 'a\n  b'],
  ])('prose: %j is written as %j', (plain, markdown) => {
    expect(prose(plain)).toEqual({ text: markdown, links: [], kind: 'prose' });
  });

  it('list: items nest, are numbered and are tasks', () => {
    const items = [
      'one',
      { content: { text: 'two', links: [{ url: 'https://a.example/', start: 0, end: 3 }] }, depth: 1 },
      { content: 'three\n# more', number: 3 },
      { content: 'four', checked: true },
      { content: ' ', checked: false },
    ];
    const { text, links, kind } = list(items);
    expect(text).toBe('- one\n  - two\n3. three\n   \\# more\n- [x] four');
    expect(links.map(({ start, end }) => text.slice(start, end))).toEqual(['two']);
    expect(kind).toBe('list');
  });

  it('table: has one line a row, whatever its cells hold', () => {
    fc.assert(
      fc.property(fc.array(fc.array(markup, { maxLength: 4 }), { maxLength: 5 }), fc.boolean(), (rows, header) => {
        const { text } = table(rows, { header });
        const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
        if (filled.length === 0) {
          expect(text).toBe('');
          return;
        }
        expect(text.split('\n')).toHaveLength(filled.length + (header ? 1 : 2));
        const types = parser.parse(text, {}).map(({ type }) => type);
        expect(types[0]).toBe('table_open');
        expect(types.filter((type) => type === 'tr_open')).toHaveLength(filled.length + (header ? 0 : 1));
      }),
    );
    expect(table([['a', 'b|c'], ['1\n2']]).text).toBe('| a | b\\|c |\n| --- | --- |\n| 1 2 | |');
  });

  it('code: is one block with its white space, whatever fences it holds', () => {
    fc.assert(
      fc.property(markup, (text) => {
        const { text: markdown } = code(text, 'js');
        const tokens = parser.parse(markdown, {});
        expect(tokens.map(({ type }) => type)).toEqual(text.trim() === '' ? [] : ['fence']);
      }),
    );
    expect(code('  a\n\n  b\n', 'c++').text).toBe('```c++\n  a\n\n  b\n```');
  });

  it('quote: holds blocks', () => {
    expect(quote(prose('a\nb'), list(['c'])).text).toBe('> a\n> b\n>\n> - c');
  });
});
