/**
 * Vectors of one length in 8-bit integers, a slot each, and the cosines of all of them with a question.
 *
 * Each vector is scaled so that its largest element is 127. The factor kept for it is the reciprocal of the integers' length,
 * so that the cosine of a vector with itself is 1. The question has finer steps: they cost nothing.
 */
import { type CreateIntegerVectors, createIntegerVectors, MAX_DOTS, STRIDE_UNIT } from './integer-vectors.ts';

/** Int8 vectors of one length in WebAssembly memory, a slot each. */
export interface VectorBlock {
  readonly dimensions: number;
  /** Bytes of memory held. */
  readonly bytes: number;
  /** Null, or a vector of zeros, empties the slot. Throws RangeError for another length, or for an element that is not finite. */
  set(slot: number, vector: Float32Array | null): void;
  /** The vector, of length 1 and as exact as it is kept; null for an empty slot. */
  get(slot: number): Float32Array | null;
  /** The cosine of each of the first `slots` with the vector; 0 for an empty slot. The array is reused by the next call. */
  cosines(vector: Float32Array, slots: number): Float32Array;
  /** The first `slots`, for `createVectorBlock`. */
  encode(slots: number): Uint8Array;
}

/** The sums of more products than these could pass 32 bits. */
export const MAX_DIMENSIONS = 8_192;

const VECTOR_STEPS = 127;
const QUESTION_STEPS = 2_047;
/** Slots made room for, in relation to those in use. */
const GROWTH = 1.125;
const HEADER_BYTES = 2 * Uint32Array.BYTES_PER_ELEMENT;

/** Throws RangeError where `encoded` is of other dimensions or has another length than it says. */
export function createVectorBlock(
  dimensions: number,
  encoded?: Uint8Array,
  create: CreateIntegerVectors = createIntegerVectors,
): VectorBlock {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MAX_DIMENSIONS)
    throw new RangeError(`dimensions must be 1 to ${MAX_DIMENSIONS}, not ${dimensions}`);
  const stride = Math.ceil(dimensions / STRIDE_UNIT) * STRIDE_UNIT;
  const vectors = create(stride);
  /** By slot, the reciprocal of the integers' length; 0 for an empty slot. */
  let factors = new Float32Array(0);
  let results = new Float32Array(0);
  if (encoded) decode(encoded);

  function reserve(slots: number): void {
    if (slots <= factors.length) return;
    vectors.reserve(slots);
    const larger = new Float32Array(slots);
    larger.set(factors);
    factors = larger;
  }

  function decode(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isWhole = bytes.byteLength >= HEADER_BYTES;
    const [length, slots] = isWhole ? [view.getUint32(0, true), view.getUint32(4, true)] : [0, 0];
    if (length !== dimensions) throw new RangeError(`the encoded vectors have ${length} dimensions, not ${dimensions}`);
    const rowsAt = HEADER_BYTES + slots * Float32Array.BYTES_PER_ELEMENT;
    if (bytes.byteLength !== rowsAt + slots * stride) throw new RangeError('the encoded vectors are cut');
    reserve(slots);
    new Uint8Array(factors.buffer).set(bytes.subarray(HEADER_BYTES, rowsAt));
    vectors.rows.set(new Int8Array(bytes.buffer, bytes.byteOffset + rowsAt, slots * stride));
  }

  return {
    dimensions,
    get bytes() {
      return vectors.bytes + factors.byteLength + results.byteLength;
    },
    set: (slot, vector) => {
      if (!Number.isSafeInteger(slot) || slot < 0) throw new RangeError(`a slot must be a number from 0, not ${slot}`);
      if (vector) checkVector(vector, dimensions);
      if (!vector && slot >= factors.length) return;
      if (slot >= factors.length) reserve(Math.max(slot + 1, Math.ceil(factors.length * GROWTH)));
      const row = vectors.rows.subarray(slot * stride, (slot + 1) * stride);
      if (!vector) row.fill(0);
      factors[slot] = vector ? quantise(vector, row, VECTOR_STEPS) : 0;
    },
    get: (slot) => {
      const factor = factors[slot];
      if (!factor) return null;
      const start = slot * stride;
      const { rows } = vectors;
      const vector = new Float32Array(dimensions);
      // `Float32Array.from` with a function takes ten times as long.
      for (let i = 0; i < dimensions; i++) vector[i] = (rows[start + i] as number) * factor;
      return vector;
    },
    cosines: (vector, slots) => {
      checkVector(vector, dimensions);
      if (results.length < slots) results = new Float32Array(Math.max(slots, factors.length));
      const factor = quantise(vector, vectors.question, QUESTION_STEPS);
      const used = Math.min(slots, factors.length);
      for (let first = 0; first < used; first += MAX_DOTS) {
        const count = Math.min(MAX_DOTS, used - first);
        const dots = vectors.dots(first, count);
        for (let i = 0; i < count; i++) results[first + i] = (dots[i] as number) * (factors[first + i] as number) * factor;
      }
      results.fill(0, used, slots);
      return results.subarray(0, slots);
    },
    encode: (slots) => {
      const used = Math.min(slots, factors.length);
      const rowsAt = HEADER_BYTES + slots * Float32Array.BYTES_PER_ELEMENT;
      const bytes = new Uint8Array(rowsAt + slots * stride);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, dimensions, true);
      view.setUint32(4, slots, true);
      bytes.set(new Uint8Array(factors.buffer, 0, used * Float32Array.BYTES_PER_ELEMENT), HEADER_BYTES);
      new Int8Array(bytes.buffer).set(vectors.rows.subarray(0, used * stride), rowsAt);
      return bytes;
    },
  };
}

function checkVector(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions) throw new RangeError(`a vector must have ${dimensions} elements, not ${vector.length}`);
  for (const element of vector) if (!Number.isFinite(element)) throw new RangeError('a vector has an element that is not finite');
}

/**
 * Writes the vector to `row` in whole steps, the largest of which is `steps`. Returns the reciprocal of the row's length; 0 for
 * a vector of zeros.
 */
function quantise(vector: Float32Array, row: Int8Array | Int16Array, steps: number): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i] as number));
  row.fill(0);
  if (largest === 0) return 0;
  const scale = steps / largest;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const step = Math.round((vector[i] as number) * scale);
    row[i] = step;
    squares += step * step;
  }
  return 1 / Math.sqrt(squares);
}
