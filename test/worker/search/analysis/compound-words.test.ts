import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../worker-node/search/analysis/analyse.ts';
import { compoundsOf, joinsWords, partsOfCompound } from '../../../../worker-node/search/analysis/compound-words.ts';
import { foldWord } from '../../../../worker-node/search/analysis/fold.ts';

/** The words of a German text. */
function vocabularyOf(text: string) {
  const tokens = analyse(text, 'de');
  const words = tokens.map(({ start, end, term }) => ({ word: foldWord(text.slice(start, end)), term }));
  const matching = (matches: (word: string) => boolean, limit: number) =>
    words.filter(({ word }) => matches(word)).slice(0, limit);
  return {
    frequency: (term: string) => tokens.filter((token) => token.term === term).length,
    complete: (prefix: string, limit: number) => matching((word) => word.startsWith(prefix), limit),
    endingIn: (suffix: string, limit: number) => matching((word) => word.slice(4).includes(suffix), limit),
  };
}

const ROAD = vocabularyOf('Die Geschwindigkeitsbegrenzung und die Geschwindigkeiten auf der Straße');
const WORDS = vocabularyOf('Begrenzung der Geschwindigkeit im Haus, Türen und Schlüssel');

describe('words that are joined to one', () => {
  it('compounds: a word finds those that begin with it, and not its own forms', () => {
    expect(compoundsOf('geschwindigkeit', ROAD)).toEqual(['geschwindigkeitsbegrenz']);
    expect(compoundsOf('die', ROAD)).toEqual([]);
  });

  it('compounds: a word finds those whose last part it is, with umlauts either way', () => {
    const kitchen = vocabularyOf('Käsespätzle mit Röstzwiebeln und Zwiebeln');
    expect(compoundsOf('begrenzung', ROAD)).toEqual(['geschwindigkeitsbegrenz']);
    expect(compoundsOf('zwiebel', kitchen)).toEqual(['rostzwiebeln', 'roestzwiebeln']);
    expect(compoundsOf('spaetzle', kitchen)).toContain('kasespatzl');
    expect(compoundsOf('mit', kitchen)).toEqual([]);
  });

  it.each([
    ['Geschwindigkeitsbegrenzung', ['geschwindigkeits', 'begrenzung']],
    ['Haustüren', ['haus', 'turen']],
    ['Haustürschlüssel', undefined],
    ['Geschwindigkeit', undefined],
    ['Haus', undefined],
    ['Hausx', undefined],
  ])('compounds: the parts of %s', (word, expected) => {
    const folded = word.toLowerCase().replaceAll('ü', 'u');
    expect(partsOfCompound(folded, ['de'], WORDS)).toEqual(expected);
  });

  it('compounds: two words of the library joined are taken apart into words that it has', () => {
    const words = ['geschwindigkeit', 'begrenzung', 'haus', 'schlussel'];
    fc.assert(
      fc.property(
        fc.constantFrom(...words),
        fc.constantFrom('', 's', 'es', 'n', 'en'),
        fc.constantFrom(...words),
        (a, link, b) => {
          const parts = partsOfCompound(`${a}${link}${b}`, ['de'], WORDS);
          expect(parts).toHaveLength(2);
          for (const part of parts ?? []) {
            expect(analyse(part, 'de').some(({ term }) => WORDS.frequency(term) > 0)).toBe(true);
          }
        },
      ),
    );
  });

  it('compounds: English joins no words', () => {
    expect(joinsWords(['en', 'fr'])).toBe(false);
    expect(joinsWords(['en', 'de'])).toBe(true);
  });
});
