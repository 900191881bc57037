import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearchQuery, splitQuery } from '../../../src/kernel/search/search-query.ts';

const NOTHING = { phrases: [], excluded: [], filters: {} };

describe('what people type into a search', () => {
  it.each([
    ['plain words', 'boundary layer', { text: 'boundary layer' }],
    [
      'a phrase, whose words stay in the text',
      'the "boundary layer" flow',
      { text: 'the boundary layer flow', phrases: ['boundary layer'] },
    ],
    [
      'typographic quotes',
      '“boundary layer” „zwei Wörter“',
      { text: 'boundary layer zwei Wörter', phrases: ['boundary layer', 'zwei Wörter'] },
    ],
    ['a phrase in brackets', '("a b") c', { text: '( a b ) c', phrases: ['a b'] }],
    ['an excluded word', 'jaguar -car', { text: 'jaguar', excluded: ['car'] }],
    ['an excluded phrase', 'jaguar -"sports car" cat', { text: 'jaguar cat', excluded: ['sports car'] }],
    ['an excluded word alone', '-car', { text: '', excluded: ['car'] }],
    ['several values of a field', 'tag:news tag:"two words" x', { text: 'x', filters: { tag: ['news', 'two words'] } }],
    ['a field in another case', 'Tag:News x', { text: 'x', filters: { tag: ['News'] } }],
    ['a category', 'x category:science.physics', { text: 'x', filters: { category: ['science.physics'] } }],
    ['a language', 'language:DE Haus', { text: 'Haus', filters: { language: ['de'] } }],
    ['a format', 'type:pdf report', { text: 'report', filters: { type: ['application/pdf', 'application/x-pdf'] } }],
    ['a media type', 'type:Image/Png report', { text: 'report', filters: { type: ['image/png'] } }],
    ['a minimum of quality', 'quality:0.5 x', { text: 'x', filters: { minQuality: 0.5 } }],
    [
      'the narrowest of several limits',
      'quality:.2 quality:0.7 after:2024 after:2023',
      {
        text: '',
        filters: { minQuality: 0.7, after: Date.UTC(2024, 0, 1) },
      },
    ],
    [
      'dates',
      'after:2024-03-15 before:2024-04 x',
      {
        text: 'x',
        filters: { after: Date.UTC(2024, 2, 15), before: Date.UTC(2024, 3, 1) },
      },
    ],
    [
      'times',
      'after:2024-03-15T10:00Z before:2024-03-15T12:00:00+02:00',
      {
        text: '',
        filters: { after: Date.UTC(2024, 2, 15, 10), before: Date.UTC(2024, 2, 15, 10) },
      },
    ],
  ])('search query: %s', (_, query, expected) => {
    expect(parseSearchQuery(query)).toEqual({ ...NOTHING, ...expected });
  });

  it.each([
    'C:\\dir',
    'time: 3pm',
    'tag: news',
    'a - b',
    '-5 degrees',
    '--no-verify',
    'well-known',
    'x-"y"',
    'say "hello',
    '-"open',
    'tag:"open',
    '5" screens',
    '""',
    '"…"',
    'language:englisch',
    'quality:2',
    'quality:high',
    'after:yesterday',
    'before:2024-02-31',
    'after:2024-13-01',
    'type:spreadsheetish',
    'std::vector',
    'http://localhost:8000/tag:x',
    'mytag:x',
    'constructor:x __proto__:y',
    'tag:',
    '-',
    '“ ”',
  ])('search query: %s is text', (query) => {
    expect(parseSearchQuery(query)).toEqual({ ...NOTHING, text: query.replace(/\s+/g, ' ').trim() });
  });

  it('search query: a field takes 20 values, and more are text', () => {
    const query = Array.from({ length: 22 }, (_, i) => `tag:t${i}`).join(' ');
    const { text, filters } = parseSearchQuery(query);
    expect(filters.tag).toHaveLength(20);
    expect(text).toBe('tag:t20 tag:t21');
  });

  const query = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '"',
          '-',
          ' ',
          ':',
          'tag:',
          'type:pdf',
          'before:2024',
          'quality:',
          '“',
          '”',
          '„',
          '-"',
          '\n',
          'a',
          'word',
          '\\',
          '(',
          '\ud800',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join(''));

  it('search query: its parts cover it without a gap, whatever is typed', () => {
    fc.assert(
      fc.property(query, (q) => {
        const parts = splitQuery(q);
        expect(parts.map(({ start, end }) => q.slice(start, end)).join('')).toBe(q);
        for (const { kind, start, end, value, field } of parts) {
          expect(q.slice(start, end)).toContain(value);
          expect(kind === 'filter').toBe(field !== undefined);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('search query: what is left as text and phrases has no operator any more', () => {
    fc.assert(
      fc.property(query, (q) => {
        const texts = splitQuery(q).filter(({ kind }) => kind === 'text');
        for (const { value } of texts) expect(parseSearchQuery(value).filters).toEqual({});
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    '"',
    '-',
    '-"',
    'tag:',
    'tag:"',
    '"a',
    ' -a',
    '(-a',
    '(tag:',
    '(tag:"',
    '“',
  ])('search query: 4,000 units of %s are read in at most 60 steps a unit', (unit) => {
    let steps = 0;
    const { exec } = RegExp.prototype;
    RegExp.prototype.exec = function (text) {
      steps++;
      return exec.call(this, text);
    };
    try {
      splitQuery(unit.repeat(4_000).slice(0, 4_000));
    } finally {
      RegExp.prototype.exec = exec;
    }
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(60 * 4_000);
  });
});
