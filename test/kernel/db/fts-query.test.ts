import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchExpression, queryTerms } from '../../../src/kernel/db/fts-query.ts';

test.each([
  ['glacier ice', ['glacier', 'ice']],
  ['"calving front" ice', ['calving front', 'ice']],
  ['ice ICE ice', ['ice']],
  ['how does a glacier calve?', ['glacier', 'calve?']],
  ['who is it', ['who', 'is', 'it']],
  ['to be "or" not', ['to', 'be', 'or', 'not']],
  ['a "b', ['b']],
  ['... "" "—" c', ['c']],
  ['naïve 日本語 C++', ['naïve', '日本語', 'C++']],
  ['', []],
])('queryTerms: the terms of %j are %j', (query, terms) => {
  expect(queryTerms(query).map((term) => term.toLowerCase())).toEqual(terms.map((term) => term.toLowerCase()));
});

test('queryTerms: a long query is cut to its first 64 terms', () => {
  expect(queryTerms(Array.from({ length: 500 }, (_, i) => `w${i}`).join(' '))).toHaveLength(64);
});

test('matchExpression: no character of the query appears outside quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (query, owner) => {
      const expression = matchExpression({ text: query, phrases: [query], excluded: [query, owner], prefix: true }, owner);
      if (expression === undefined) return;
      const bare = expression.replaceAll(/"(?:[^"]|"")*"/g, '_');
      expect(bare).toMatch(
        /^\(?\{context text\} : \((?:_ AND )*\(_(?: OR _)*(?: \*)?\)\) AND owner : _(?:\) NOT \{context text\} : \(_(?: OR _)*\))?$/,
      );
    }),
    { numRuns: 500 },
  );
});
