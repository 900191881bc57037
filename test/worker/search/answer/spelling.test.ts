import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withTypingErrors } from '../../../../bench/support/typing-errors.ts';
import { readQuestion } from '../../../../worker-node/search/answer/question.ts';
import { type SmallDocument, smallLibrary } from '../small-library.ts';

const english = (...texts: string[]): SmallDocument[] => texts.map((text, i) => ({ id: `d${i}`, text }));

const asked = (documents: readonly SmallDocument[], q: string, prefix = false): string =>
  readQuestion(smallLibrary(documents).index, { q, prefix, filters: {} }).text;

const WORDS =
  'boundary viscosity turbulence dielectric temperature interference stagnation hypersonic equation measurement'.split(' ');

describe('typing errors of a question', () => {
  it('spelling: with one error in each long word, a question asks for the same terms', () => {
    const books = smallLibrary(english(WORDS.join(' ')));
    const termsOf = (q: string) => {
      const { groups } = readQuestion(books.index, { q, prefix: false, filters: {} });
      return groups.map(({ terms }) => terms.find(({ term }) => books.index.vocabulary.frequency(term) > 0)?.term).sort();
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(WORDS, { minLength: 1 }), fc.nat(), (words, seed) => {
        expect(termsOf(withTypingErrors(words.join(' '), seed))).toEqual(termsOf(words.join(' ')));
      }),
    );
  });

  it('spelling: a form of a word that the library has is looked for beside the word that it was taken for', () => {
    const { index } = smallLibrary(english(...Array.from({ length: 200 }, () => 'shaving lather'), 'a lathe of the workshop'));
    const { text, groups } = readQuestion(index, { q: 'lathes', prefix: false, filters: {} });
    expect(text).toBe('lather');
    const found = groups[0]?.terms.map(({ term }) => index.vocabulary.frequency(term)).toSorted((a, b) => a - b);
    expect(found).toEqual([1, 200]);
  });

  it('spelling: each of sixty words is mended in a small library', () => {
    const typed = Array.from({ length: 60 }, () => 'vicsosity').join(' ');
    expect(asked(english(WORDS.join(' ')), typed)).toBe(typed.replaceAll('vicsosity', 'viscosity'));
  });

  it('spelling: a word of four letters is mended where it lacks a letter or has two swapped, and is not otherwise', () => {
    const documents = english('the power of a wing', 'tide');
    expect(asked(documents, 'pwer')).toBe('power');
    expect(asked(documents, 'wign')).toBe('wing');
    expect(asked(documents, 'wink')).toBe('wink');
    expect(asked(documents, 'tidq')).toBe('tidq');
  });

  it('spelling: the parts of a word with hyphens are mended, and the whole is not taken for another word', () => {
    const documents = english('thinking about a thin boundary layer of a wing');
    expect(asked(documents, 'bofndary-layer')).toBe('boundary-layer');
    expect(asked(documents, 'thin-wing')).toBe('thin-wing');
    expect(asked(english('call getUserById here'), 'getUsrById')).toBe('getuserbyid');
  });

  it('spelling: a word with a prefix is no error for the one without', () => {
    expect(asked(english('controlled and compressible flow'), 'uncontrolled incompressible flow')).toBe(
      'uncontrolled incompressible flow',
    );
  });

  it('spelling: a word that shares its stem with a rare one is an error for a far more frequent one', () => {
    const methods = Array.from({ length: 120 }, (_, i) => `methods ${i}`);
    expect(asked(english(...methods, 'a metho'), 'methos')).toBe('methods');
    expect(asked(english(...methods.slice(0, 20), 'a metho'), 'methos')).toBe('methos');
    expect(asked(english(...methods, 'the methos'), 'methos'), 'a word of the library').toBe('methos');
  });

  it('spelling: an error in English is no compound where hardly any document is in a language with compounds', () => {
    const texts = Array.from({ length: 40 }, (_, i) => `information of the nation in form ${i}`);
    const german = { id: 'de', text: 'eine Straße', language: 'de' };
    expect(asked([...english(...texts), german], 'informnation')).toBe('information');
    const germans = texts.map((_, i) => ({ ...german, id: `de${i}` }));
    expect(asked([...english(...texts), ...germans], 'informnation')).toBe('informnation');
  });

  it('spelling: what the last word begins is no error with prefix=true', () => {
    expect(asked(english('velocities'), 'velocitie', true)).toBe('velocitie');
    expect(asked(english('velocities'), 'velocitei', true)).toBe('velocities');
  });
});
