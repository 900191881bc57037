import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../worker-node/search/analysis/analyse.ts';
import { SPELLINGS } from '../../../../worker-node/search/analysis/english-spelling.ts';
import { highlightsOf } from '../../../../worker-node/search/answer/highlights.ts';
import { LATIN_LANGUAGES } from '../../../support/fixtures/latin-languages.ts';

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

  /** Made of the whole analysis. */
  function fullHighlights(text: string, language: string | null, terms: ReadonlySet<string>) {
    const apart: [number, number][] = [];
    const tokens = analyse(text, language).filter(({ term, start, end }) => terms.has(term) && end > start);
    for (const { start, end } of tokens.sort((a, b) => a.start - b.start || b.end - a.end)) {
      const last = apart.at(-1);
      if (last && start < last[1]) last[1] = Math.max(last[1], end);
      else apart.push([start, end]);
    }
    return apart;
  }

  it('are those of the whole analysis, whatever words the text and the question have', () => {
    const words =
      'Ice ices icy glacier Glaciers colour color aeroplane airplanes oestrogen estrogen tyre tires foetus paediatric ' +
      'eying eyed dying die sky skies aed a I by getUserById v2.10.3 GDP C++ naïve Straße l’arbre state-of-the-art ' +
      'March may 15 2024 3 2024, March, 1,000,000 RFC 9457 机器学习 don’t e\u0301t\u00e9 ﬁre U.S. x_y';
    const word = fc.oneof(
      fc.constantFrom(...words.split(' ')),
      fc.stringMatching(/^[a-z]{1,3}(ing|ed|ies|s|y|ation)?$/),
      fc.constantFrom('15 March 2024', 'March 15, 2024', 'may 2023'),
    );
    const between = fc.constantFrom(' ', ' ', ' ', ', ', '. ', ' (', ') ', ' "', '" ', '\u00a0', '\n', '、', '  ');
    const text = fc.array(fc.tuple(word, between), { maxLength: 25 }).map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom('en', 'de', 'fr', 'sv', 'tr', 'ga', 'pl', 'ja', null),
        (passage, question, language) => {
          const terms = termsOf(question, language);
          expect(highlightsOf(passage, language, terms)).toEqual(fullHighlights(passage, language, terms));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const ENDINGS = ['', 's', 'y', 'ed', 'ing', 'ies', 'ied', 'ying', 'eed', 'edly', 'at', 'ated', 'bbed', 'ational', 'e'];
  const OTHER_ENDINGS = ['en', 'ungen', 'ement', 'ciones', 'heterna', 'sega'];

  it.each(
    LATIN_LANGUAGES,
  )('are of every word of the language %s that has a term, by each two letters that words begin with', (language) => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    for (const first of letters)
      for (const second of ['', ...letters])
        for (const ending of language === 'en' ? ENDINGS : ['', ...OTHER_ENDINGS]) {
          const word = first + second + ending;
          for (const term of termsOf(word, language)) {
            const found = highlightsOf(word, language, new Set([term]));
            if (found[0]?.[1] !== word.length) expect(found, `${word} by ${term}`).toEqual([[0, word.length]]);
          }
        }
  });

  it('are of every English word that is spelled in two ways', () => {
    for (const [written, meant] of SPELLINGS) expect(marked(`the ${written}s here`, meant)).toEqual([`${written}s`]);
    expect(SPELLINGS.map(([written]) => written)).toContain('oestrogen');
  });
});
