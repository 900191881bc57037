import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../worker-node/search/analysis/analyse.ts';
import { highlightsOf } from '../../../../worker-node/search/answer/highlights.ts';

const termsOf = (text: string, language: string | null) => new Set(analyse(text, language).map(({ term }) => term));
const marked = (text: string, question: string, language: string | null = 'en') =>
  highlightsOf(text, language, termsOf(question, language)).map(([start, end]) => text.slice(start, end));

describe('highlights', () => {
  it.each([
    ['Glaciers calve', 'glacier', ['Glaciers']],
    ['Die Straße nach Köln', 'strasse köln', ['Straße', 'Köln']],
    ['ＦＵＬＬ width and cafe\u0301', 'full café', ['ＦＵＬＬ', 'cafe\u0301']],
    ['an eﬃcient machine', 'efficient', ['eﬃcient']],
    ['😀 ice 😀 ice', 'ice', ['ice', 'ice']],
  ])('mark in %j for %j what the text says', (text, question, expected) => {
    expect(marked(text, question)).toEqual(expected);
  });

  it('are ascending, apart and inside of the text, and each holds a term that was asked for', () => {
    const pieces = [
      'ice',
      'Straße',
      'e\u0301',
      'getUserById',
      'v2.10.3',
      '机器学习',
      'สวัสดี',
      ' ',
      ', ',
      '-',
      '😀',
      'ﬁre',
      'İ',
      '\ud800',
      '\u00ad',
    ];
    const text = fc.oneof(
      fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom('en', 'de', null), (passage, question, language) => {
        const terms = termsOf(question, language);
        const positions = analyse(passage, language);
        let last = 0;
        for (const [start, end] of highlightsOf(passage, language, terms)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(passage.length);
          expect(positions.some((token) => terms.has(token.term) && token.start >= start && token.end <= end)).toBe(true);
          last = end;
        }
      }),
      { numRuns: 500 },
    );
  });
});
