import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TermDirectoryBuilder, type TermRange } from '../../../../worker-node/search/index/term-directory.ts';

const gap = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 100, max: 40_000_000 }));
const entry = fc.record({
  gap,
  postings: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 8_192 })),
  bytes: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30_000_000 })),
});

test('a directory of terms finds each with its postings, and no other; its cursor passes all of them in order', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
      const builder = new TermDirectoryBuilder();
      const expected: TermRange[] = [];
      let [term, start, positionStart] = [-1, 0, 0];
      for (const { gap: distance, postings, bytes } of entries) {
        term += distance;
        builder.add(term, postings, bytes);
        expected.push({ term, start, end: start + postings, positionStart });
        start += postings;
        positionStart += bytes;
      }
      const directory = builder.finish();
      const held = new Set(expected.map((one) => one.term));
      for (const one of expected) {
        expect(directory.find(one.term)).toEqual(one);
        for (const near of [one.term - 1, one.term + 1]) if (!held.has(near)) expect(directory.find(near)).toBeNull();
      }
      const passed: TermRange[] = [];
      for (const cursor = directory.cursor(); cursor.term !== Infinity; cursor.next()) passed.push(cursor.range());
      expect(passed).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('a directory of terms takes about four bytes a term where terms are near each other', () => {
  const builder = new TermDirectoryBuilder();
  for (let term = 0; term < 32_000; term++) builder.add(term * 3, 1, 2);
  expect(builder.finish().bytes / 32_000).toBeLessThan(4);
});
