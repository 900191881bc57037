import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { createStaticTokeniser } from '../../worker-node/embedder/static-tokeniser.ts';
import type { Tokeniser } from '../../worker-node/embedder/tokeniser.ts';
import golden from '../support/kits/golden.ts';

let tokeniser: Tokeniser;
let words: string[];

beforeAll(async () => {
  const folder = await resolveModel({ model: 'pharos-static-192' });
  tokeniser = (await loadModel(folder)).tokeniser;
  words = (await readFile(join(folder.path, 'vocab.txt'), 'utf8')).trimEnd().split('\n');
});

const wordsOf = (text: string) => [...tokeniser.encode(text).ids].map((id) => words[id] ?? `#${id}`);

test.each(golden.texts)('static tokeniser: "$text" has the ids of the model card', ({ text, input_ids }) => {
  expect([...tokeniser.encode(text).ids]).toEqual(input_ids);
});

test('static tokeniser: any string gives ids in range, the same every time', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom("'", '-', '\u2019', 'a', 'ing', "n't", 'é', 'İ', '\ud800', '日本', ' ', '9'), { maxLength: 40 })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const { ids } = tokeniser.encode(text);
      expect([...ids].every((id) => id >= 0 && id < tokeniser.size)).toBe(true);
      expect(tokeniser.encode(text).ids).toEqual(ids);
    }),
    { numRuns: 500 },
  );
});

test('static tokeniser: a word of the vocabulary has its id in any case and context', () => {
  const known = fc.constantFrom(...words.filter((word) => /^[a-z]{2,}$/.test(word)).slice(0, 5000));
  fc.assert(
    fc.property(
      fc.array(known, { maxLength: 20 }),
      fc.constantFrom(' ', ', ', '\n', ' — '),
      fc.boolean(),
      (list, separator, upper) => {
        const text = list.join(separator);
        expect(wordsOf(upper ? text.toUpperCase() : text)).toEqual(list);
      },
    ),
  );
});

test('static tokeniser: contractions are split, clitics dropped, and typographic apostrophes recognised', () => {
  expect(wordsOf("won't can't shan't ain't couldn't")).toEqual([
    'will',
    'not',
    'can',
    'not',
    'shall',
    'not',
    'not',
    'could',
    'not',
  ]);
  expect(wordsOf('we\u2019ve she\u2019ll password\u2019s')).toEqual(['we', 'she', 'password']);
  expect(wordsOf("rock'roll")).toEqual(['rock', 'roll']);
});

test('static tokeniser: a hyphenated word is split unless the vocabulary has it', () => {
  const hyphenated = words.find((word) => /^[a-z]+-[a-z]+$/.test(word)) ?? '';
  expect(wordsOf(hyphenated)).toEqual([hyphenated]);
  expect(wordsOf('password-garden')).toEqual(['password', 'garden']);
});

test('static tokeniser: an unknown word takes the id of its first known stem of at least three letters', () => {
  const small = createStaticTokeniser(['run', 'study', 'cafe', 'make', 'go', 'boss'], 100);
  expect([...small.encode('running studies studied café makes making').ids]).toEqual([0, 1, 1, 2, 3, 3]);
  // The stem of "going" has two letters. The stem of "bosses" ends in a doubled letter and is a word itself.
  expect(small.encode('going').ids[0]).toBeGreaterThanOrEqual(6);
  expect([...small.encode('bosses').ids]).toEqual([5]);
});

test('static tokeniser: a text is truncated after the maximum number of tokens', () => {
  const small = createStaticTokeniser(['the', 'word'], 3);
  expect([...small.encode('the word the word the word').ids]).toEqual([0, 1, 0]);
  expect(['the word the', 'the word the word'].map((text) => small.encode(text).truncated)).toEqual([false, true]);
});
