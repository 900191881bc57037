import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeAnyPiece, textAnalysis } from '../../../../worker-node/search/analysis/analyse.ts';
import { isPlainWord } from '../../../../worker-node/search/analysis/plain-words.ts';
import { keepsStart, stemmerOf } from '../../../../worker-node/search/analysis/stem.ts';
import { LONGER_STEM } from '../../../../worker-node/search/analysis/term-starts.ts';
import { termOfPlainWord } from '../../../../worker-node/search/analysis/word-terms.ts';
import { LATIN_LANGUAGES } from '../../../support/fixtures/latin-languages.ts';

const LANGUAGES = [null, 'en', 'de', 'fr', 'sv', 'it', 'ru', 'ja', 'tr', 'xx'];
const VOCABULARY = readFileSync(new URL('../../../../models/pharos-static-192/vocab.txt', import.meta.url), 'utf8').split('\n');
const MONTHS = ['May', 'march', 'sept', 'Januar', 'agosto'];

const letters = fc.string({ unit: fc.constantFrom(...'abcdeinorstuyzABCXI'), minLength: 1, maxLength: 70 });
const word = fc.oneof(fc.constantFrom(...VOCABULARY, ...MONTHS), letters, fc.string({ unit: 'binary', maxLength: 6 }));

test('a plain word has the terms, offsets and month that the analysis of any piece gives it', () => {
  let plain = 0;
  fc.assert(
    fc.property(word, fc.constantFrom(...LANGUAGES), fc.boolean(), (written, language, isCapital) => {
      const piece = isCapital ? written.charAt(0).toUpperCase() + written.slice(1) : written;
      if (isPlainWord(piece)) plain++;
      expect(textAnalysis.readPiece(piece, language)).toEqual(makeAnyPiece(piece, language));
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(500);
});

test('a stemmer that keeps the start of words leaves the first two letters of every plain word, and makes it hardly longer', () => {
  const words = VOCABULARY.filter((one) => /^[a-z]{2,}$/.test(one));
  expect(words.length).toBeGreaterThan(10_000);
  const kept = LATIN_LANGUAGES.filter((language) => keepsStart(stemmerOf('latin', language)));
  for (const language of kept.filter((one) => one !== 'en'))
    for (const one of words) {
      const term = termOfPlainWord(one, language);
      const start = one.slice(0, Math.max(1, Math.min(2, term.length)));
      if (!term.startsWith(start)) expect(`${one} ${language}`).toBe(term);
      if (term.length > one.length + LONGER_STEM) expect(`${one} ${language}`).toBe(term);
    }
  for (const one of words) expect(termOfPlainWord(one, 'en').length).toBeLessThanOrEqual(one.length + LONGER_STEM);
  expect(kept).toEqual(['da', 'de', 'en', 'es', 'fr', 'hu', 'it', 'lt', 'nb', 'nl', 'pl', 'pt', 'ro', 'sv']);
});

test.each(['', 'iPhone', 'don’t', 'x1', 'naïve', 'ſhip', '\u212a', 'a-b', 'getUser', 'NASA'])('%j is no plain word', (piece) => {
  expect(isPlainWord(piece)).toBe(false);
});
