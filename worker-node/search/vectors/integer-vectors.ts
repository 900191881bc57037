/** Vectors of 8-bit integers, a row each, and their dot products with a question: by WebAssembly SIMD, or by JavaScript. */
import { INTEGER_DOTS } from './integer-dots.generated.ts';

export interface IntegerVectors {
  /** Bytes of memory held. */
  readonly bytes: number;
  /** All rows, `stride` integers each; zero until they are written. Another array after `reserve`. */
  readonly rows: Int8Array;
  /** Makes room for so many rows, and keeps what they hold. Throws RangeError where there is no memory. */
  reserve(rows: number): void;
  /** The vector of the next `dots`. */
  readonly question: Int16Array;
  /** Dot products of `question` with at most MAX_DOTS rows from `first` on. The array is reused by the next call. */
  dots(first: number, count: number): Int32Array;
}

export type CreateIntegerVectors = (stride: number) => IntegerVectors;

/** Dot products made by one call, so that they stay in the processor's cache. */
export const MAX_DOTS = 2_048;
/** Elements of a row are a multiple of this, so that SIMD needs no remainder. */
export const STRIDE_UNIT = 16;

const PAGE = 64 * 1024;
const MAX_PAGES = 65_536;

interface DotsModule {
  dots(question: number, vectors: number, count: number, stride: number, dots: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** Throws where the processor has no SIMD, or no address space for another memory is left. */
export function createSimdVectors(stride: number): IntegerVectors {
  compiled ??= new WebAssembly.Module(Buffer.from(INTEGER_DOTS, 'base64'));
  const dotsAt = stride * Int16Array.BYTES_PER_ELEMENT;
  const rowsAt = dotsAt + MAX_DOTS * Int32Array.BYTES_PER_ELEMENT;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(rowsAt / PAGE), maximum: MAX_PAGES });
  const { dots } = new WebAssembly.Instance(compiled, { vectors: { memory } }).exports as unknown as DotsModule;
  const views = () => ({
    question: new Int16Array(memory.buffer, 0, stride),
    results: new Int32Array(memory.buffer, dotsAt, MAX_DOTS),
    rows: new Int8Array(memory.buffer, rowsAt),
  });
  let current = views();

  return {
    get bytes() {
      return memory.buffer.byteLength;
    },
    get rows() {
      return current.rows;
    },
    get question() {
      return current.question;
    },
    reserve: (rows) => {
      const missing = rowsAt + rows * stride - memory.buffer.byteLength;
      if (missing <= 0) return;
      memory.grow(Math.ceil(missing / PAGE));
      current = views();
    },
    dots: (first, count) => {
      dots(0, rowsAt + first * stride, count, stride, dotsAt);
      return current.results.subarray(0, count);
    },
  };
}

/** The same integers without WebAssembly. */
export function createScriptVectors(stride: number): IntegerVectors {
  const question = new Int16Array(stride);
  const results = new Int32Array(MAX_DOTS);
  let rows = new Int8Array(0);

  return {
    get bytes() {
      return rows.byteLength + question.byteLength + results.byteLength;
    },
    get rows() {
      return rows;
    },
    question,
    reserve: (count) => {
      if (count * stride <= rows.length) return;
      const larger = new Int8Array(count * stride);
      larger.set(rows);
      rows = larger;
    },
    dots: (first, count) => {
      for (let row = 0; row < count; row++) {
        const start = (first + row) * stride;
        let sum = 0;
        for (let i = 0; i < stride; i++) sum = (sum + (question[i] as number) * (rows[start + i] as number)) | 0;
        results[row] = sum;
      }
      return results.subarray(0, count);
    },
  };
}

/** By SIMD where that is possible. */
export function createIntegerVectors(stride: number): IntegerVectors {
  try {
    return createSimdVectors(stride);
  } catch {
    return createScriptVectors(stride);
  }
}
