import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeIndex } from '../../../../worker-node/search/index/codec.ts';
import type { IndexedDocument, LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../../../../worker-node/search/index/memory-index.ts';
import { parts } from './naive-index.ts';

let lastSeq = 0;
function documentOf(id: string, texts: readonly string[]): IndexedDocument {
  const chunks = texts.map((text, at) => ({ seq: ++lastSeq, text, context: 'title', embedding: Float32Array.of(1, at % 3, 2) }));
  const attributes = { title: id, language: 'en', category: null, tags: [], contentType: null, createdAt: 0, qualityScore: null };
  return { id, ...attributes, metadata: {}, chunks };
}

const WORDS = ['a', 'b', 'c', 'd'];
const QUESTION = Float32Array.of(1, 1, 1);

/** All that a search can see. */
function seen(index: LibraryIndex) {
  const seqsOf = (slots: Iterable<number>) => [...slots].map((slot) => index.seqOf(slot)).sort((x, y) => x - y);
  const marked = (bySlot: ArrayLike<number>) => Array.from(bySlot).flatMap((value, slot) => (value === 0 ? [] : [slot]));
  return {
    counts: [index.documents, index.chunks],
    words: WORDS.map((term) => {
      const { slots, scores } = index.words([{ terms: [{ term }] }]);
      return Array.from(slots, (slot) => [index.seqOf(slot), scores[slot] as number] as const).sort(([x], [y]) => x - y);
    }),
    frequencies: WORDS.map((term) => index.vocabulary.frequency(term)),
    phrase: seqsOf(marked(index.phrase(['a', 'b'].map((term, offset) => ({ terms: [term], offset }))))),
    meaning: seqsOf(marked(index.meaning(QUESTION))),
    documents: Array.from(index.liveDocuments, (slot) => [index.idOf(slot), seqsOf(index.chunksOf(slot))]),
  };
}

const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));

test('putting: between two steps searches find what they found before, and afterwards what a put in one step makes', () => {
  const texts = fc.array(text, { minLength: 1, maxLength: 5 });
  const long = fc.array(text, { minLength: 70, maxLength: 150 });
  fc.assert(
    fc.property(texts, texts, long, fc.constantFrom('one', 'new'), (one, two, longer, id) => {
      const index = createLibraryIndex(parts);
      const whole = createLibraryIndex(parts);
      for (const each of [documentOf('one', one), documentOf('two', two)]) {
        index.put(each);
        whole.put(each);
      }
      const document = documentOf(id, longer);
      const before = seen(index);
      let steps = 0;
      for (const _ of index.putting(document)) {
        steps++;
        expect(seen(index)).toEqual(before);
      }
      expect(steps).toBeGreaterThan(1);
      whole.put(document);
      expect(seen(index)).toEqual(seen(whole));
    }),
    { numRuns: 60 },
  );
});

test('putting: a document larger than a block of postings is found whole once it is there, and not before', () => {
  const index = createLibraryIndex(parts);
  index.put(documentOf('small', ['a b', 'c']));
  const texts = Array.from({ length: 9_000 }, (_, at) => `word${at % 100} a`);
  let steps = 0;
  for (const _ of index.putting(documentOf('large', texts))) {
    if (++steps % 90 === 0)
      expect([index.chunks, index.vocabulary.frequency('a'), index.vocabulary.frequency('word7')]).toEqual([2, 1, 0]);
  }
  expect([index.chunks, index.vocabulary.frequency('a'), index.vocabulary.frequency('word7')]).toEqual([9_002, 9_001, 90]);
  index.put(documentOf('large', ['word7']));
  index.settle();
  expect([index.chunks, index.vocabulary.frequency('word7')]).toEqual([3, 1]);
});

test('settling and encoding: between two steps searches find what they found before, with chunks removed and added', () => {
  const index = createLibraryIndex(parts);
  const long = Array.from({ length: 150 }, (_, at) => `a${at} ${WORDS.join(' ')}`);
  for (let id = 0; id < 12; id++) index.put(documentOf(`d${id}`, [...WORDS, ...long]));
  index.settle();
  // A third is removed, and what is added makes a log of its own.
  for (let id = 0; id < 4; id++) index.remove(`d${id}`);
  for (let id = 12; id < 16; id++) index.put(documentOf(`d${id}`, ['a b', ...long]));
  const before = seen(index);
  let steps = 0;
  for (const _ of index.settling()) {
    steps++;
    expect(seen(index)).toEqual(before);
  }
  expect(steps).toBeGreaterThan(2);
  expect(seen(index)).toEqual(before);
  index.remove('d5');
  const removed = seen(index);
  let isFreed = false;
  for (let parts = 0; parts < 10 && !isFreed; parts++) {
    const purging = index.purging();
    let step = purging.next();
    for (; !step.done; step = purging.next()) expect(seen(index)).toEqual(removed);
    isFreed = !step.value;
  }
  expect([isFreed, seen(index)]).toEqual([true, removed]);
  index.put(documentOf('last', ['a b c']));
  const after = seen(index);
  for (const encoding = encodeIndex(index); !encoding.next().done; ) expect(seen(index)).toEqual(after);
});
