import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScriptVectors, createSimdVectors, MAX_DOTS } from '../../../../worker-node/search/vectors/integer-vectors.ts';
import { createVectorBlock, MAX_DIMENSIONS } from '../../../../worker-node/search/vectors/vector-block.ts';

const element = fc.oneof(
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(0),
);
const vectorOf = (dimensions: number) =>
  fc.array(element, { minLength: dimensions, maxLength: dimensions }).map((elements) => Float32Array.from(elements));

/** Vectors by slot, some of which are empty, and a question. */
const block = fc.integer({ min: 1, max: 70 }).chain((dimensions) =>
  fc.record({
    dimensions: fc.constant(dimensions),
    slots: fc.array(fc.option(vectorOf(dimensions), { freq: 5 }), { maxLength: 23 }),
    question: vectorOf(dimensions),
  }),
);

function cosine(a: Float32Array, b: Float32Array): number {
  // In units of the largest elements, so that no square passes the range of numbers.
  const [largestA, largestB] = [a, b].map((vector) => Math.max(...vector.map(Math.abs)) || 1) as [number, number];
  let [dot, squaresA, squaresB] = [0, 0, 0];
  a.forEach((x, i) => {
    const [p, q] = [x / largestA, b[i]! / largestB];
    dot += p * q;
    squaresA += p * p;
    squaresB += q * q;
  });
  return dot === 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
}

/** An element is off by half a step of 1/127 of the largest at most, so that the direction of a vector is off by this at most. */
const tolerance = (dimensions: number) => Math.sqrt(dimensions) * (1 / 127 + 1 / 2047);

const KINDS = { simd: createSimdVectors, script: createScriptVectors };

describe.each(Object.entries(KINDS))('a vector block by %s', (_, create) => {
  it('finds the cosines of a naive computation, up to the steps that it keeps, and 0 for empty slots', () => {
    fc.assert(
      fc.property(block, ({ dimensions, slots, question }) => {
        const vectors = createVectorBlock(dimensions, undefined, create);
        for (const [slot, vector] of slots.entries()) vectors.set(slot, vector);
        const found = [...vectors.cosines(question, slots.length + 2)];
        expect(found.slice(slots.length)).toEqual([0, 0]);
        slots.forEach((vector, slot) => {
          const expected = vector ? cosine(vector, question) : 0;
          expect(Math.abs(found[slot]! - expected)).toBeLessThanOrEqual(vector ? tolerance(dimensions) : 0);
          expect(Math.abs(found[slot]!)).toBeLessThanOrEqual(1 + 1e-6);
        });
      }),
    );
  });

  it('keeps a vector under the tolerance of its steps, with a length of 1, and none for zeros', () => {
    fc.assert(
      fc.property(block, ({ dimensions, question }) => {
        const vectors = createVectorBlock(dimensions, undefined, create);
        vectors.set(3, question);
        const kept = vectors.get(3);
        expect(kept === null).toBe(question.every((x) => x === 0));
        if (kept) {
          expect(Math.hypot(...kept)).toBeCloseTo(1, 5);
          expect(cosine(kept, question)).toBeGreaterThan(1 - tolerance(dimensions) ** 2);
        }
        expect(vectors.get(2)).toBeNull();
        expect(vectors.get(4)).toBeNull();
      }),
    );
  });

  it('answers alike after it was encoded and decoded', () => {
    fc.assert(
      fc.property(block, fc.nat(3), ({ dimensions, slots, question }, shift) => {
        const vectors = createVectorBlock(dimensions, undefined, create);
        for (const [slot, vector] of slots.entries()) vectors.set(slot, vector);
        // A snapshot may hold the bytes at any place.
        const file = Buffer.concat([Buffer.alloc(shift), vectors.encode(slots.length)]);
        const decoded = createVectorBlock(dimensions, file.subarray(shift), create);
        expect(decoded.cosines(question, slots.length)).toEqual(vectors.cosines(question, slots.length));
        decoded.set(slots.length, question);
        expect(decoded.get(slots.length) === null).toBe(question.every((x) => x === 0));
      }),
    );
  });

  it('forgets a vector that is taken out of its slot or replaced', () => {
    const vectors = createVectorBlock(2, undefined, create);
    vectors.set(0, Float32Array.of(1, 0));
    vectors.set(1, Float32Array.of(1, 0));
    vectors.set(0, null);
    vectors.set(1, Float32Array.of(0, 1));
    vectors.set(9, null);
    expect([...vectors.cosines(Float32Array.of(1, 0), 2)]).toEqual([0, 0]);
    expect(vectors.get(0)).toBeNull();
    expect(vectors.get(1)).toEqual(Float32Array.of(0, 1));
  });

  it('adds up the largest vectors that it takes without overflow', () => {
    const vectors = createVectorBlock(MAX_DIMENSIONS, undefined, create);
    const ones = new Float32Array(MAX_DIMENSIONS).fill(1);
    vectors.set(0, ones);
    expect(vectors.cosines(ones, 1)[0]).toBeCloseTo(1, 6);
    expect(vectors.cosines(ones.fill(-1), 1)[0]).toBeCloseTo(-1, 6);
  });

  it('refuses elements that are not finite, other lengths and impossible slots', () => {
    const vectors = createVectorBlock(2, undefined, create);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => vectors.set(0, Float32Array.of(1, bad))).toThrow('not finite');
      expect(() => vectors.cosines(Float32Array.of(bad, 1), 0)).toThrow('not finite');
    }
    expect(() => vectors.set(0, new Float32Array(3))).toThrow('a vector must have 2 elements, not 3');
    expect(() => vectors.cosines(new Float32Array(1), 0)).toThrow('a vector must have 2 elements, not 1');
    for (const slot of [-1, 0.5, Number.NaN]) expect(() => vectors.set(slot, null)).toThrow('a slot must be a number from 0');
    for (const dimensions of [0, 1.5, MAX_DIMENSIONS + 1])
      expect(() => createVectorBlock(dimensions)).toThrow('dimensions must be');
  });

  it('refuses encoded vectors that are cut or of another length', () => {
    const vectors = createVectorBlock(20, undefined, create);
    vectors.set(4, new Float32Array(20).fill(1));
    const encoded = vectors.encode(5);
    for (const end of [0, 7, encoded.length - 1])
      expect(() => createVectorBlock(20, encoded.subarray(0, end), create)).toThrow(RangeError);
    expect(() => createVectorBlock(20, Buffer.concat([encoded, Buffer.alloc(1)]), create)).toThrow('cut');
    expect(() => createVectorBlock(21, encoded, create)).toThrow('20 dimensions, not 21');
  });
});

it('WebAssembly and JavaScript find the same cosines, to the last bit', () => {
  fc.assert(
    fc.property(block, ({ dimensions, slots, question }) => {
      const [simd, script] = [createSimdVectors, createScriptVectors].map((create) => {
        const vectors = createVectorBlock(dimensions, undefined, create);
        for (const [slot, vector] of slots.entries()) vectors.set(slot, vector);
        return vectors.cosines(question, slots.length);
      });
      expect(simd).toEqual(script);
    }),
  );
});

it('WebAssembly and JavaScript find the same cosines, however many vectors a pass has', () => {
  const dimensions = 33;
  const vectorFrom = (seed: number) => Float32Array.from({ length: dimensions }, (_, i) => Math.sin(seed * 7 + i));
  const blocks = [createSimdVectors, createScriptVectors].map((create) => createVectorBlock(dimensions, undefined, create));
  for (let slot = 0; slot < 3 * MAX_DOTS; slot++) for (const block of blocks) block.set(slot, vectorFrom(slot));
  // Remainders of four and of a pass, and sizes between.
  const sizes = fc.oneof(
    fc.nat(9),
    fc.integer({ min: -5, max: 5 }).map((more) => 2 * MAX_DOTS + more),
    fc.nat(3 * MAX_DOTS),
  );
  fc.assert(
    fc.property(sizes, fc.integer({ min: -1000, max: 1000 }), (slots, seed) => {
      const [simd, script] = blocks.map((block) => block.cosines(vectorFrom(seed + 0.5), slots));
      expect(simd).toHaveLength(slots);
      expect(simd?.findIndex((cosine, slot) => cosine !== script?.[slot])).toBe(-1);
    }),
  );
});

it('counts the memory that it holds', () => {
  const vectors = createVectorBlock(16);
  const before = vectors.bytes;
  vectors.set(99_999, new Float32Array(16).fill(1));
  const needed = 100_000 * (16 + Float32Array.BYTES_PER_ELEMENT);
  expect(vectors.bytes - before).toBeGreaterThan(needed * 0.9);
  expect(vectors.bytes).toBeLessThan(needed * 1.2);
});

it('is kept by JavaScript where no memory of WebAssembly is to be had', () => {
  const { Memory } = WebAssembly;
  try {
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    } as unknown as typeof Memory;
    expect(() => createSimdVectors(16)).toThrow('could not allocate memory');
    const vectors = createVectorBlock(16);
    vectors.set(0, new Float32Array(16).fill(1));
    expect(vectors.cosines(new Float32Array(16).fill(2), 1)[0]).toBeCloseTo(1, 6);
  } finally {
    WebAssembly.Memory = Memory;
  }
});
