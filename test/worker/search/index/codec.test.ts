import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedIndex, decodeIndex, encodeIndex } from '../../../../worker-node/search/index/codec.ts';
import type { LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../../../../worker-node/search/index/memory-index.ts';
import { encodedBytes, parts, withStems } from './naive-index.ts';

const encoded = () => encodedBytes(library());

const document = (id: string) => ({
  ...{ id, title: `Title ${id}`, language: 'en', category: 'science', tags: ['new'], contentType: 'text/plain' },
  ...{ createdAt: 7, qualityScore: 0.5, metadata: { team: 'x' } },
});

function library(): LibraryIndex {
  const index = createLibraryIndex(parts);
  for (let id = 0; id < 40; id++)
    index.put({
      ...document(`d${id}`),
      chunks: [{ seq: id, text: `word${id} and others`, context: `Title ${id}`, embedding: Float32Array.of(1, id, 2) }],
    });
  return index;
}

test('decode: what was encoded is encoded again to the same bytes', () => {
  const file = encoded();
  expect(encodedBytes(decodeIndex(parts, file)).equals(file)).toBe(true);
});

test('encode: between its steps others can work, and the parts do not change with the index afterwards', () => {
  const index = library();
  const file = encodedBytes(library());
  const steps = encodeIndex(index);
  let taken = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) taken++;
  expect(taken).toBeGreaterThan(3);
  index.put({ ...document('d3'), chunks: [{ seq: 999, text: 'word3 again', context: '', embedding: Float32Array.of(9, 9, 9) }] });
  index.remove('d5');
  index.settle();
  expect(Buffer.concat(step.value).equals(file)).toBe(true);
});

test('decode: an index decoded from bytes does not depend on them afterwards', () => {
  const file = encoded();
  const index = decodeIndex(parts, file);
  file.fill(0);
  const found = index.words([{ terms: [{ term: 'word7' }] }]).slots;
  expect([...found].map((slot) => index.idOf(index.documentOf(slot)))).toEqual(['d7']);
});

test('decode: a file that is cut or lengthened anywhere is refused', () => {
  const file = encoded();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
      expect(() => decodeIndex(parts, file.subarray(0, length))).toThrow(DamagedIndex);
    }),
  );
  expect(() => decodeIndex(parts, Buffer.concat([file, Buffer.alloc(8)]))).toThrow(DamagedIndex);
});

test('decode: a byte altered in the header or in an array is refused', () => {
  const whole = encoded();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const file = Buffer.from(whole);
      file[at] = (file[at] as number) ^ change;
      try {
        // Padding between arrays may be altered: what is decoded is the same.
        expect(encodedBytes(decodeIndex(parts, file)).equals(whole)).toBe(true);
        expect(whole[at]).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedIndex);
      }
    }),
    { numRuns: 500 },
  );
});

test('decode: bytes of another format, and bytes that are no index, are refused', () => {
  const file = encoded();
  const newer = Buffer.from(file);
  newer.writeUInt32LE(999, 4);
  expect(() => decodeIndex(parts, newer)).toThrow('another format');
  expect(() => decodeIndex(parts, Buffer.from('%PDF-1.7 and more than that'))).toThrow('no index');
  const long = Buffer.from(file);
  long.writeUInt32LE(0xffff_ffff, 8);
  long.writeUInt32LE(crc32(''), 12);
  expect(() => decodeIndex(parts, long)).toThrow('header of the index is damaged');
});

const stemming = withStems((term) => term.replace(/s$/, ''));

test('encode: a file says nothing of documents that were removed, and what is decoded of it is an index of the others', () => {
  const id = fc.nat(7);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: id, chunks: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ remove: id }) },
    { weight: 1, arbitrary: fc.constantFrom('settle', 'encode' as const) },
  );
  let lastSeq = 0;
  const documentOf = (of: number, chunks: number) => {
    const seqs = Array.from({ length: chunks }, () => ++lastSeq);
    return {
      ...document(`id-${lastSeq}`),
      ...{ id: `d${of}`, title: `title-${lastSeq}`, category: `category-${lastSeq}`, language: `language-${lastSeq}` },
      ...{ tags: [`tag-${lastSeq}`], metadata: { team: `team-${lastSeq}` }, contentType: `type-${lastSeq}` },
      chunks: seqs.map((seq) => ({ seq, text: `common word${seq}s was${of}`, context: `title-${lastSeq}`, embedding: null })),
    };
  };
  const seen = (index: LibraryIndex) => ({
    documents: Array.from(index.liveDocuments, (slot) => [index.idOf(slot), index.attributesOf(slot)]).sort(),
    common: [...index.words([{ terms: [{ term: 'common' }] }]).slots].map((slot) => index.seqOf(slot)).sort(),
    words: index.vocabulary
      .complete('w', 100)
      .map(({ word, frequency }) => [word, frequency])
      .sort(),
    facets: index.facets(index.liveDocuments, null),
    teams: [...index.liveDocuments].map((slot) => {
      const [category = ''] = [index.attributesOf(slot).category ?? ''];
      const team = category.replace('category', 'team');
      return index.select({ metadata: { team: [team] } }, (one) => [one])?.failures[slot];
    }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let index = createLibraryIndex(stemming);
      const live = new Map<number, ReturnType<typeof documentOf>>();
      for (const one of steps)
        if (one === 'settle') index.settle();
        else if (one === 'encode') index = decodeIndex(stemming, encodedBytes(index));
        else if ('remove' in one) {
          index.remove(`d${one.remove}`);
          live.delete(one.remove);
        } else {
          live.set(one.put, documentOf(one.put, one.chunks));
          index.put(live.get(one.put) as ReturnType<typeof documentOf>);
        }
      const file = encodedBytes(index);
      const fresh = createLibraryIndex(stemming);
      for (const one of live.values()) fresh.put(one);
      const said = (text: string) => [...new Set(text.match(/(?:word|title-|category-|language-|tag-|team-|type-)\d+/g))].sort();
      expect(said(file.toString('latin1'))).toEqual(said(JSON.stringify([...live.values()])));
      expect(file.length).toBeLessThan(encodedBytes(fresh).length + 2_000);
      const decoded = decodeIndex(stemming, file);
      expect(seen(decoded)).toEqual(seen(fresh));
      decoded.put(documentOf(0, 2));
      decoded.remove('d1');
      expect(seen(decodeIndex(stemming, encodedBytes(decoded)))).toEqual(seen(decoded));
    }),
    { numRuns: 200 },
  );
});
