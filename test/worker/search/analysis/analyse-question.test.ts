import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, analysePhrase, analyseQuestion } from '../../../../worker-node/search/analysis/analyse.ts';

describe('analysis of questions', () => {
  it('question analysis: a word has the stem of every language of the library, and function words are marked', () => {
    const tokens = analyseQuestion('How do the Häuser look?', ['en', 'de']);
    expect(tokens.map(({ term, alternatives, stop }) => [term, alternatives, stop])).toEqual([
      ['how', [], true],
      ['do', [], true],
      ['the', [], true],
      ['hauser', ['haus', 'haeuser', 'haeus'], false],
      ['look', [], false],
    ]);
  });

  it('question analysis: a function word of the language that most of the question is in', () => {
    const stops = (q: string) => analyseQuestion(q, ['en', 'de']).flatMap(({ stop, folded }) => (stop ? folded : []));
    expect(stops('die Häuser und die Türen')).toEqual(['die', 'und', 'die']);
    expect(stops('how to die with the cat')).toEqual(['how', 'to', 'with', 'the']);
  });

  it('question analysis: pairs of characters are asked for, single ones only where they stand alone', () => {
    expect(analyseQuestion('机器学 茶', []).map(({ term }) => term)).toEqual(['机器', '器学', '茶']);
  });

  it('question analysis: a date or version asks for itself, not for its month or its series', () => {
    expect(analyseQuestion('2.10.3 15.03.2024', []).filter(({ part }) => !part)).toMatchObject([
      { term: '2.10.3', alternatives: [] },
      { term: '2024-03-15', alternatives: [] },
    ]);
  });

  it('question analysis: a phrase is said in parts, and in wholes where that is shorter', () => {
    expect(analysePhrase('e-mail list', ['en'])).toEqual([
      [['email', 'e'], ['mail'], ['list']],
      [['email'], ['list']],
    ]);
    expect(analysePhrase('有料配', [])).toEqual([[['有料'], ['料配'], ['配']]]);
    expect(analysePhrase('…', ['en'])).toEqual([]);
  });

  it('question analysis: a text is found by itself, whatever it is and in whichever language', () => {
    const language = fc.constantFrom('en', 'de', 'fr', 'ru', 'zh', 'tr', 'ar', 'pl');
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('Müller', 'C++', '2.10.3', '机器学习', "l'été"),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), language, (words, code) => {
        const text = words.join(' ');
        const terms = new Set(analyse(text, code).map(({ term }) => term));
        for (const { term, alternatives } of analyseQuestion(text, [code])) {
          expect([term, ...alternatives].some((one) => terms.has(one))).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
