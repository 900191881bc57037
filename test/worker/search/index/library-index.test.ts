import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SearchFilters } from '../../../../src/kernel/search/search-request.ts';
import { decodeIndex } from '../../../../worker-node/search/index/codec.ts';
import type { IndexedDocument, LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../../../../worker-node/search/index/memory-index.ts';
import { encodedBytes, NaiveIndex, NO_ATTRIBUTES, parts } from './naive-index.ts';

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e_f', 'e', 'f', 'Zürich', '東京', '\ud800x', 'rare');
const text = (maxLength: number) => fc.array(word, { maxLength }).map((words) => words.join(' '));
const DIMENSIONS = 3;
const vector = fc.option(
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))
    .map((elements) => Float32Array.from(elements)),
);

let lastSeq = 0;
const chunk = fc.record({ text: text(12), context: text(3), embedding: vector });
const chunks = (most: number) =>
  fc.array(chunk, { maxLength: most }).map((all) => all.map((one) => ({ ...one, seq: ++lastSeq })));
const value = <T>(...values: T[]) => fc.option(fc.constantFrom(...values));
const document = fc.record({
  id: fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six'),
  title: value('Ärger', 'apple', 'Zebra', '—'),
  language: value('en', 'de'),
  category: value('science', 'science/physics', 'art'),
  tags: fc.uniqueArray(fc.constantFrom('new', 'old', 'blue'), { maxLength: 3 }),
  contentType: value('text/html', 'text/plain'),
  createdAt: fc.constantFrom(Date.UTC(2024, 0, 1), Date.UTC(2025, 5, 1), Date.UTC(2026, 10, 26)),
  qualityScore: value(0.2, 0.7),
  metadata: fc.constantFrom({}, { year: 7, team: ['x', 'y'] }, { team: 'x', nested: { team: 'y' }, done: true }),
  chunks: chunks(4),
}) satisfies fc.Arbitrary<IndexedDocument>;

const change = fc.oneof(
  { weight: 5, arbitrary: document.map((put) => ({ put })) },
  { weight: 2, arbitrary: fc.constantFrom('one', 'two', 'three', 'four').map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.constant({ settle: true }) },
  { weight: 1, arbitrary: fc.constant({ encode: true }) },
);
type Change = { put: IndexedDocument } | { remove: string } | { settle: true } | { encode: true };

function follow(changes: readonly Change[]): { index: LibraryIndex; naive: NaiveIndex } {
  const naive = new NaiveIndex();
  let index = createLibraryIndex(parts);
  for (const one of changes)
    if ('put' in one) {
      index.put(one.put);
      naive.put(one.put);
    } else if ('remove' in one) {
      index.remove(one.remove);
      naive.remove(one.remove);
    } else if ('settle' in one) index.settle();
    else index = decodeIndex(parts, encodedBytes(index));
  return { index, naive };
}

const after = (check: (index: LibraryIndex, naive: NaiveIndex) => void, numRuns = 300) =>
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const { index, naive } = follow(changes as Change[]);
      check(index, naive);
    }),
    { numRuns },
  );

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
const seqsWhere = (index: LibraryIndex, bySlot: Uint8Array) =>
  sorted([...bySlot.keys()].filter((slot) => bySlot[slot] === 1).map((slot) => index.seqOf(slot)));

test('an index after any changes holds the documents, chunks, frequencies and languages that a naive one computes', () => {
  after((index, naive) => {
    expect(index.documents).toBe(naive.documents.size);
    expect(index.chunks).toBe(naive.chunks().length);
    for (const term of ['a', 'e', 'f', 'e_f', 'Zürich', '東京', '\ud800x', '\ud801x', 'absent'])
      expect(index.vocabulary.frequency(term)).toBe(naive.frequency(term));
    const languages = [...naive.documents.values()].flatMap(({ language }) => language ?? []);
    expect([...index.languages].sort()).toEqual([...new Set(languages)].sort());
    const isMain = (language: string) => languages.filter((other) => other === language).length * 20 >= naive.documents.size;
    expect([...index.mainLanguages].sort()).toEqual([...new Set(languages)].filter(isMain).sort());
    for (const { id, metadata, chunks: ofDocument, ...attributes } of naive.documents.values()) {
      const slot = index.slotOf(id) as number;
      expect(index.idOf(slot)).toBe(id);
      expect(index.attributesOf(slot)).toEqual(attributes);
      expect(index.chunksOf(slot).map((one) => index.seqOf(one))).toEqual(ofDocument.map(({ seq }) => seq));
      for (const one of index.chunksOf(slot)) expect([index.documentOf(one), index.isLive(one)]).toEqual([slot, true]);
    }
  });
});

test('words: BM25 after any changes equals a naive one, with alternatives, weights and any parameters', () => {
  const term = fc.record({ term: fc.oneof(word, fc.constant('absent')), weight: fc.constantFrom(0.5, 1) });
  const group = fc.record({ terms: fc.array(term, { minLength: 1, maxLength: 3 }), weight: fc.integer({ min: 1, max: 3 }) });
  const options = fc.record({
    contextWeight: fc.constantFrom(0.5, 1, 2),
    k1: fc.constantFrom(0.9, 1.2),
    b: fc.constantFrom(0, 0.4, 0.75),
  });
  const questions = fc.array(fc.tuple(fc.array(group, { maxLength: 4 }), options), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), questions, (changes, asked) => {
      const { index, naive } = follow(changes as Change[]);
      for (const [groups, parameters] of asked) {
        const { slots, scores, matched, frequencies } = index.words(groups, parameters);
        const expected = naive.words(groups, parameters);
        expect(sorted([...slots].map((slot) => index.seqOf(slot)))).toEqual(sorted(expected.keys()));
        for (const slot of slots) {
          expect(index.isLive(slot)).toBe(true);
          expect(scores[slot]).toBeCloseTo(expected.get(index.seqOf(slot)) as number, 4);
        }
        for (const [place, { terms }] of groups.entries()) {
          const holding = sorted(naive.words([{ terms }], parameters).keys());
          expect(frequencies[place]).toBe(holding.length);
          expect(
            sorted([...slots].filter((slot) => (matched[slot] as number) & (1 << place)).map((slot) => index.seqOf(slot))),
          ).toEqual(holding);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('words: the lengths of chunks with a title alone, which counts half, are those of their words', () => {
  const index = createLibraryIndex(parts);
  const one = { id: 'd', ...NO_ATTRIBUTES, chunks: [{ seq: 1, text: '', context: 'a', embedding: null }] };
  index.put(one);
  const naive = new NaiveIndex();
  naive.put(one);
  const options = { contextWeight: 0.5, k1: 0.9, b: 0.75 };
  const { scores } = index.words([{ terms: [{ term: 'a' }] }], options);
  expect(scores[0]).toBeCloseTo(naive.words([{ terms: [{ term: 'a' }] }], options).get(1) as number, 4);
});

test('phrase: the chunks found after any changes are those where the terms stand in order, within text or title', () => {
  const place = fc.array(word, { minLength: 1, maxLength: 2 });
  const phrase = fc
    .array(place, { minLength: 1, maxLength: 4 })
    .map((places) => places.map((terms, offset) => ({ terms, offset })));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.array(phrase, { maxLength: 5 }), (changes, phrases) => {
      const { index, naive } = follow(changes as Change[]);
      for (const terms of phrases) expect(seqsWhere(index, index.phrase(terms))).toEqual(sorted(naive.phrase(terms)));
    }),
    { numRuns: 400 },
  );
});

test('meaning: every live chunk with a vector has its cosine, and every other slot 0', () => {
  after((index, naive) => {
    const question = Float32Array.from({ length: DIMENSIONS }, (_, element) => 3 - element);
    if (naive.documents.size === 0) return;
    const cosines = index.meaning(question);
    const expected = new Map(
      naive.chunks().map(({ chunk: { seq, embedding } }) => [seq, embedding ? cosine(question, embedding) : 0]),
    );
    for (let slot = 0; slot < index.chunkSlots; slot++)
      if (index.isLive(slot)) expect(cosines[slot]).toBeCloseTo(expected.get(index.seqOf(slot)) as number, 1);
      else expect(cosines[slot]).toBe(0);
  });
});

test('select and facets: every combination of filters passes and counts what a naive reading does', () => {
  const values = (...all: string[]) => fc.option(fc.uniqueArray(fc.constantFrom(...all), { maxLength: 2 }), { nil: undefined });
  const filters: fc.Arbitrary<SearchFilters> = fc.record({
    category: values('science', 'art', 'absent'),
    tag: values('new', 'blue', 'absent'),
    language: values('en', 'de'),
    type: values('text/html', 'text/plain'),
    after: fc.option(fc.constantFrom(Date.UTC(2024, 0, 1), Date.UTC(2025, 5, 1)), { nil: undefined }),
    before: fc.option(fc.constantFrom(Date.UTC(2025, 5, 1), Date.UTC(2026, 0, 1)), { nil: undefined }),
    minQuality: fc.option(fc.constantFrom(0, 0.7), { nil: undefined }),
    metadata: fc.option(fc.constantFrom({ team: ['y'] }, { year: ['7'] }, { done: ['true'], team: ['x', 'z'] }), {
      nil: undefined,
    }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), filters, (changes, asked) => {
      const { index, naive } = follow(changes as Change[]);
      const subtree = (category: string) => (category === 'science' ? ['science', 'science/physics'] : [category]);
      const wanted = { ...asked, category: asked.category?.flatMap(subtree) };
      const all = [...naive.documents.values()];
      const selection = index.select(asked, subtree);
      for (const one of all) {
        const slot = index.slotOf(one.id) as number;
        expect((selection?.failures[slot] ?? 0) === 0).toBe(naive.passes(one, wanted));
      }
      const facets = index.facets(
        Uint32Array.from(all, ({ id }) => index.slotOf(id) as number),
        selection,
      );
      const counted = (without: (keyof SearchFilters)[], valuesOf: (one: IndexedDocument) => readonly (string | null)[]) => {
        const rest = Object.fromEntries(Object.entries(wanted).filter(([key]) => !without.includes(key as keyof SearchFilters)));
        const counts = new Map<string, number>();
        for (const one of all.filter((other) => naive.passes(other, rest)))
          for (const each of valuesOf(one)) if (each !== null) counts.set(each, (counts.get(each) ?? 0) + 1);
        return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name, count]) => ({ value: name, count }));
      };
      expect(facets).toEqual({
        category: counted(['category'], ({ category }) => [category]),
        tag: counted(['tag'], ({ tags }) => tags),
        language: counted(['language'], ({ language }) => [language]),
        type: counted(['type'], ({ contentType }) => [contentType]),
        year: counted(['after', 'before'], ({ createdAt }) => [String(new Date(createdAt).getUTCFullYear())]),
      });
    }),
    { numRuns: 400 },
  );
});

test('select: no filter, and filters without a value, let every document pass', () => {
  const { index } = follow([]);
  expect(index.select({}, () => [])).toBeNull();
  expect(index.select({ tag: [], metadata: { team: [] } }, () => [])).toBeNull();
});

test('compareTitles: case and accents do not count, and documents without a title stand last', () => {
  const index = createLibraryIndex(parts);
  const titles = ['Zebra', null, 'ärger', 'Apple', '—'];
  for (const [at, title] of titles.entries()) index.put(plain(String(at), { title }));
  const order = [...titles.keys()].sort((a, b) => index.compareTitles(slotOf(index, a), slotOf(index, b)));
  expect(order.slice(0, 3).map((at) => titles[at])).toEqual(['Apple', 'ärger', 'Zebra']);
});

test('put: a vector of other length than the index has is refused, and nothing changes', () => {
  const index = createLibraryIndex(parts);
  index.put(plain('one', {}, Float32Array.of(1, 2, 3)));
  expect(() => index.put(plain('one', {}, Float32Array.of(1, 2)))).toThrow('vectors with 3 values was given one with 2');
  expect(() => index.put(plain('two', {}, Float32Array.of(1, Number.NaN, 2)))).toThrow('finite');
  expect([index.documents, index.chunks]).toEqual([1, 1]);
  expect(() => index.meaning(Float32Array.of(1, 2))).toThrow('vectors with 3 values was asked with one of 2');
});

test('a library of several blocks finds the same after half of it was replaced and removed', () => {
  const index = createLibraryIndex(parts);
  const naive = new NaiveIndex();
  let seq = 0;
  const put = (id: number, round: number) => {
    const text = `all n${id % 97} r${round} ${'often '.repeat(id % 200 === 0 ? 70 : 1)}u${id}`;
    const one = { ...plain(`d${id}`), chunks: [{ seq: ++seq, text, context: id % 3 ? '' : 'all all all all', embedding: null }] };
    index.put(one);
    naive.put(one);
  };
  for (let id = 0; id < 20_000; id++) put(id, 0);
  index.settle();
  for (let id = 0; id < 20_000; id += 3) put(id, 1);
  for (let id = 1; id < 20_000; id += 4) {
    index.remove(`d${id}`);
    naive.remove(`d${id}`);
    if (id % 1_000 === 1) index.settle();
  }
  for (let id = 20_000; id < 28_000; id++) put(id, 2);
  const options = { contextWeight: 2, k1: 1.2, b: 0.75 };
  const groups = ['all', 'n5', 'r1', 'u600', 'often', 'u1'].map((term) => ({ terms: [{ term }] }));
  const decoded = decodeIndex(parts, encodedBytes(index));
  for (const one of [index, decoded]) {
    expect(one.chunks).toBe(naive.documents.size);
    // 34,667 chunks were put: those of the last round took slots of removed ones.
    expect(one.chunkSlots).toBeLessThanOrEqual(4 * 8_192);
    const { slots, scores } = one.words(groups, options);
    const expected = naive.words(groups, options);
    expect(slots.length).toBe(expected.size);
    const worst = Math.max(...slots.map((slot) => Math.abs((scores[slot] as number) - (expected.get(one.seqOf(slot)) ?? 99))));
    expect(worst).toBeLessThan(1e-3);
    const phrase = ['often', 'u600'].map((term, offset) => ({ terms: [term], offset }));
    expect(seqsWhere(one, one.phrase(phrase))).toEqual(naive.phrase(phrase));
  }
});

function plain(id: string, attributes: Partial<IndexedDocument> = {}, embedding: Float32Array | null = null): IndexedDocument {
  return {
    ...{ id, title: null, language: null, category: null, tags: [], contentType: null },
    ...{ createdAt: 0, qualityScore: null, metadata: {}, chunks: [{ seq: 1, text: 'text', context: '', embedding }] },
    ...attributes,
  };
}

function slotOf(index: LibraryIndex, id: number): number {
  return index.slotOf(String(id)) as number;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, element, at) => sum + element * (b[at] as number), 0);
  return dot / Math.hypot(...a) / Math.hypot(...b);
}

test('index: a title that is all of the text counts once', () => {
  const index = createLibraryIndex(parts);
  const chunkOf = (seq: number, text: string, context: string) => ({ seq, text, context, embedding: null });
  index.put({ id: 'alone', ...NO_ATTRIBUTES, chunks: [chunkOf(1, 'cascade filter', '')] });
  index.put({ id: 'titled', ...NO_ATTRIBUTES, chunks: [chunkOf(2, 'cascade filter', 'cascade filter')] });
  const { scores } = index.words([{ terms: [{ term: 'cascade' }] }]);
  const scoreOf = (id: string) => scores[index.chunksOf(index.slotOf(id) as number)[0] as number];
  expect(scoreOf('titled')).toBe(scoreOf('alone'));
  expect(scoreOf('alone')).toBeGreaterThan(0);
});
