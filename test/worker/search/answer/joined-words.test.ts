import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedWords } from '../../../../worker-node/search/answer/joined-words.ts';
import { idsOf, smallLibrary } from '../small-library.ts';

const WORDS = ['harbour', 'glacier', 'boundary', 'layer', 'copper', 'orchard', 'window', 'ox', 'tiger'];

describe('words without the blank between them', () => {
  it('joined words: what stands in a row in a text is found as one word, and nothing else is', () => {
    const words = fc.shuffledSubarray(WORDS, { minLength: 5, maxLength: 7 });
    fc.assert(
      fc.property(words, fc.nat(3), fc.integer({ min: 2, max: 3 }), fc.boolean(), (text, from, count, isBackwards) => {
        const { index } = smallLibrary([{ id: 'a', text: text.join(' ') }]);
        const row = text.slice(from, from + count);
        const parts = isBackwards ? row.toReversed() : row;
        expect(joinedWords(index, parts.join(''))).toEqual(isBackwards ? undefined : row);
      }),
    );
  });

  it('joined words: a word of the library, a short one and one with digits are left as they are', () => {
    const { index } = smallLibrary([{ id: 'a', text: 'an ox and 2 oxen pull the ox cart 22 times' }]);
    expect(['oxcart', 'anox', 'oxen', 'cart22', '𝒶'.repeat(9)].map((word) => joinedWords(index, word))).toEqual([
      ['ox', 'cart'],
      ...Array(4).fill(undefined),
    ]);
  });

  it('joined words: a common English word is not parted, also where the library has its parts in a row', () => {
    const { index } = smallLibrary([{ id: 'a', text: 'Does any one of them know the merged layer?' }]);
    expect(['anyone', 'mergedlayer'].map((word) => joinedWords(index, word))).toEqual([undefined, ['merged', 'layer']]);
  });

  it('joined words: the answer names the word as it was typed, and corrects nothing', async () => {
    const books = smallLibrary([
      { id: 'a', text: 'The boundary layer along a plate' },
      { id: 'b', text: 'A layer of snow at the boundary' },
    ]);
    const answer = await books.ask({ q: 'boundarylayer', mode: 'keyword' });
    expect(idsOf(answer)[0]).toBe('a');
    expect([answer.corrected, answer.hits[0]?.why.words]).toEqual([undefined, ['boundarylayer']]);
  });

  it('joined words: an error in a word is mended, also where short words make it up', async () => {
    const books = smallLibrary([{ id: 'a', text: 'The car pot stands on the carpet of boats' }]);
    expect((await books.ask({ q: 'carpot boats', mode: 'keyword' })).corrected).toEqual({
      from: 'carpot boats',
      to: 'carpet boats',
    });
  });
});
