/** Vectors as PostgreSQL writes them in text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReals } from '../../../src/kernel/db/open-postgres.ts';
import { toBytes, toVector } from '../../../src/kernel/db/vector-bytes.ts';

test('vectors of PostgreSQL: every number is read, NaN and infinity too', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { maxLength: 40 }), (numbers) => {
      const vector = Float32Array.from(numbers);
      const text = `{${[...vector].map((value) => (Object.is(value, -0) ? '-0' : String(value))).join(',')}}`;
      expect(readReals(text)).toEqual(vector);
    }),
  );
  expect(readReals('{}')).toEqual(new Float32Array());
  expect(readReals('{1e-05,-2.5E+3,NaN,-Infinity}')).toEqual(Float32Array.of(1e-5, -2500, Number.NaN, Number.NEGATIVE_INFINITY));
});

test('vectors of PostgreSQL: the bytes of a vector are those of its numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { maxLength: 40 }), (numbers) => {
      const vector = Float32Array.from(numbers);
      const bytes = toBytes(vector);
      expect(toVector(bytes)).toEqual(vector);
      const view = new DataView(bytes.buffer);
      expect(numbers.map((_, at) => view.getFloat32(at * 4, true))).toEqual([...vector]);
    }),
  );
});
