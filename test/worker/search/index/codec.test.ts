import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedIndex, decodeIndex, encodeIndex } from '../../../../worker-node/search/index/codec.ts';
import type { LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../../../../worker-node/search/index/memory-index.ts';
import { encodedBytes, parts } from './naive-index.ts';

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
