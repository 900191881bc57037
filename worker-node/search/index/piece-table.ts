/**
 * What was made of pieces of text, in one flat array: a piece is found by its UTF-16 units where it stands in the text, so that
 * no string is made of it, and what belongs to it lies side by side. Some hundred thousand pieces are nearly all of any library.
 */
import { grown } from './grown.ts';

/** 32 MB. When there is more, all is forgotten: pieces that are frequent are soon met again. */
const MAX_VALUES = 8_000_000;
/** Longer pieces are rarely met twice. UTF-16 units. */
export const MAX_PIECE_UNITS = 40;
const MAX_LOAD = 0.6;

export class PieceTable {
  /** By entry: its piece's language and length, its size, its values, and its units in pairs. */
  values: Int32Array = new Int32Array(4_096);
  #used = 0;
  #size = 0;
  /** Open addressing, two numbers a bucket: the hash, and the entry + 1 or 0. */
  #buckets: Int32Array = new Int32Array(1_024);

  get bytes(): number {
    return this.#buckets.byteLength + this.values.byteLength;
  }

  /** Where the values of the piece begin; -1 where it has none. */
  find(text: string, start: number, end: number, language: number): number {
    const bucket = this.#bucketOf(hashOf(text, start, end, language), text, start, end, language);
    const entry = this.#buckets[bucket + 1] as number;
    return entry === 0 ? -1 : entry - 1 + HEAD;
  }

  /** Adds a piece that is not held, and answers where its values begin. */
  add(text: string, start: number, end: number, language: number, values: readonly number[]): number {
    const length = end - start;
    const needed = HEAD + values.length + Math.ceil(length / 2);
    if (this.#used + needed > MAX_VALUES) this.#forget();
    const entry = this.#used;
    this.#used += needed;
    this.values = grown(this.values, this.#used);
    this.values[entry] = keyOf(language, length);
    this.values[entry + 1] = values.length;
    this.values.set(values, entry + HEAD);
    for (let at = 0, into = entry + HEAD + values.length; at < length; at += 2) {
      const second = at + 1 < length ? text.charCodeAt(start + at + 1) : 0;
      this.values[into++] = text.charCodeAt(start + at) | (second << 16);
    }
    if (++this.#size > (this.#buckets.length / 2) * MAX_LOAD) this.#rehash();
    const hash = hashOf(text, start, end, language);
    const bucket = this.#bucketOf(hash, text, start, end, language);
    this.#buckets[bucket] = hash;
    this.#buckets[bucket + 1] = entry + 1;
    return entry + HEAD;
  }

  #forget(): void {
    this.#used = 0;
    this.#size = 0;
    this.#buckets.fill(0);
  }

  /** The bucket that holds the piece, or the empty one that it would take. */
  #bucketOf(hash: number, text: string, start: number, end: number, language: number): number {
    const { values } = this;
    const buckets = this.#buckets;
    const mask = buckets.length / 2 - 1;
    for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
      const entry = (buckets[2 * bucket + 1] as number) - 1;
      if (entry < 0) return 2 * bucket;
      if (buckets[2 * bucket] !== hash || values[entry] !== keyOf(language, end - start)) continue;
      let pair = entry + HEAD + (values[entry + 1] as number);
      let at = start;
      for (; at + 1 < end; at += 2, pair++) if (values[pair] !== (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))) break;
      if (at === end || (at + 1 === end && values[pair] === text.charCodeAt(at))) return 2 * bucket;
    }
  }

  #rehash(): void {
    const before = this.#buckets;
    const buckets = new Int32Array(before.length * 2);
    const mask = buckets.length / 2 - 1;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1] === 0) continue;
      let bucket = (before[from] as number) & mask;
      while (buckets[2 * bucket + 1] !== 0) bucket = (bucket + 1) & mask;
      buckets[2 * bucket] = before[from] as number;
      buckets[2 * bucket + 1] = before[from + 1] as number;
    }
    this.#buckets = buckets;
  }
}

const HEAD = 2;

/** Lengths are at most MAX_PIECE_UNITS. */
const keyOf = (language: number, length: number) => (language << 8) | length;

/** FNV-1a with a last mixing, since buckets are chosen by the low bits. */
function hashOf(text: string, start: number, end: number, language: number): number {
  let value = 0x811c9dc5 ^ language;
  for (let at = start; at < end; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return value ^ (value >>> 13);
}
