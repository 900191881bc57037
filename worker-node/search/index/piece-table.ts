/**
 * What was made of pieces of text, in one flat array: a piece is found by its UTF-16 units, so that no string is made of it, and
 * what belongs to it lies side by side. Some hundred thousand pieces are nearly all of any library.
 */
import { freed, grown } from './grown.ts';

/** 32 MB. When there is more, all is forgotten: pieces that are frequent are soon met again. */
const MAX_VALUES = 8_000_000;
/** Longer pieces are rarely met twice. UTF-16 units. */
export const MAX_PIECE_UNITS = 40;
const MAX_LOAD = 0.6;

/** An entry begins with its piece's language, the number of its values, and the piece's length. Pairs of units and values follow. */
const LANGUAGE = 24;
const SIZE = 6;
const KEY = (0xff << LANGUAGE) | ((1 << SIZE) - 1);
const MAX_SIZE = (1 << (LANGUAGE - SIZE)) - 1;
/** A bucket has the entry + 1, or 0, and beyond these bits some of the hash: others are hardly ever looked at for nothing. */
const ENTRY_BITS = 23;
const ENTRY = (1 << ENTRY_BITS) - 1;

export class PieceTable {
  values: Int32Array = new Int32Array(4_096);
  /** Counts how often all was forgotten: places of before are no longer valid. */
  forgotten = 0;
  #used = 0;
  #size = 0;
  /** Open addressing. */
  #buckets: Int32Array = new Int32Array(1_024);
  #hashes: Int32Array = new Int32Array(512);

  get bytes(): number {
    return this.#buckets.byteLength + this.values.byteLength;
  }

  /** Where the values of the piece begin; -1 where it has none. */
  find(units: Uint16Array, start: number, end: number, language: number): number {
    return this.#find(hashOf(units, start, end, language), units, start, end, language);
  }

  /**
   * `find` for every range of a text. The memory of one piece need not have come before that of the next is asked for, which takes
   * a part of the time.
   */
  findAll(units: Uint16Array, ranges: Int32Array, used: number, language: number, places: Int32Array): void {
    if (used > this.#hashes.length) this.#hashes = grown(this.#hashes, used);
    const hashes = this.#hashes;
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    for (let range = 0; range < used; range += 2) {
      const hash = hashOf(units, ranges[range] as number, ranges[range + 1] as number, language);
      hashes[range] = hash;
      hashes[range + 1] = buckets[hash & mask] as number;
    }
    for (let range = 0; range < used; range += 2) {
      const hash = hashes[range] as number;
      const start = ranges[range] as number;
      const end = ranges[range + 1] as number;
      const bucket = hashes[range + 1] as number;
      let place = bucket !== 0 && (bucket ^ hash) >>> ENTRY_BITS === 0 ? this.#valuesAt(bucket, units, start, end, language) : -1;
      if (place < 0 && bucket !== 0) place = this.#find(hash, units, start, end, language);
      places[range >> 1] = place;
    }
  }

  /** Adds a piece that is not held, and answers where its values begin. */
  add(units: Uint16Array, start: number, end: number, language: number, own: readonly number[]): number {
    const length = end - start;
    if (length > MAX_PIECE_UNITS || own.length > MAX_SIZE) throw new RangeError('the piece is too long to be remembered');
    const needed = 1 + ((length + 1) >> 1) + own.length;
    if (this.#used + needed > MAX_VALUES) this.#forget();
    const entry = this.#used;
    this.#used += needed;
    this.values = grown(this.values, this.#used);
    const { values } = this;
    let into = entry;
    values[into++] = (language << LANGUAGE) | (own.length << SIZE) | length;
    for (let at = start; at < end; at += 2)
      values[into++] = (units[at] as number) | (at + 1 < end ? (units[at + 1] as number) << 16 : 0);
    for (let at = 0; at < own.length; at++) values[into + at] = own[at] as number;
    if (++this.#size > this.#buckets.length * MAX_LOAD) this.#rehash();
    else this.#put(hashOf(units, start, end, language), entry);
    return into;
  }

  /** Gives the memory back. The table is not used any more. */
  free(): void {
    freed(this.values);
    freed(this.#buckets);
    freed(this.#hashes);
  }

  #find(hash: number, units: Uint16Array, start: number, end: number, language: number): number {
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const bucket = buckets[at] as number;
      if (bucket === 0) return -1;
      if ((bucket ^ hash) >>> ENTRY_BITS !== 0) continue;
      const place = this.#valuesAt(bucket, units, start, end, language);
      if (place >= 0) return place;
    }
  }

  /** Where the values of the bucket's entry begin, if it is the piece's; else -1. */
  #valuesAt(bucket: number, units: Uint16Array, start: number, end: number, language: number): number {
    const { values } = this;
    let pair = (bucket & ENTRY) - 1;
    if (((values[pair++] as number) & KEY) !== ((language << LANGUAGE) | (end - start))) return -1;
    let at = start;
    for (; at + 1 < end; at += 2, pair++)
      if (values[pair] !== ((units[at] as number) | ((units[at + 1] as number) << 16))) return -1;
    if (at === end) return pair;
    return values[pair] === units[at] ? pair + 1 : -1;
  }

  #forget(): void {
    this.#used = 0;
    this.#size = 0;
    this.#buckets.fill(0);
    this.forgotten++;
  }

  #put(hash: number, entry: number): void {
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    let at = hash & mask;
    while (buckets[at] !== 0) at = (at + 1) & mask;
    buckets[at] = (hash & ~ENTRY) | (entry + 1);
  }

  #rehash(): void {
    const length = this.#buckets.length * 2;
    freed(this.#buckets);
    this.#buckets = new Int32Array(length);
    const { values } = this;
    for (let entry = 0; entry < this.#used; ) {
      const head = values[entry] as number;
      const pairs = ((head & ((1 << SIZE) - 1)) + 1) >> 1;
      let hash = seedOf(head >>> LANGUAGE);
      for (let pair = 1; pair <= pairs; pair++) hash = mixed(hash, values[entry + pair] as number);
      this.#put(finished(hash), entry);
      entry += 1 + pairs + ((head >>> SIZE) & MAX_SIZE);
    }
  }
}

function hashOf(units: Uint16Array, start: number, end: number, language: number): number {
  let hash = seedOf(language);
  let at = start;
  for (; at + 1 < end; at += 2) hash = mixed(hash, (units[at] as number) | ((units[at + 1] as number) << 16));
  if (at < end) hash = mixed(hash, units[at] as number);
  return finished(hash);
}

const seedOf = (language: number) => 0x811c9dc5 ^ Math.imul(language, 0x9e3779b1);

function mixed(hash: number, pair: number): number {
  const value = Math.imul(hash ^ pair, 0x9e3779b1);
  return value ^ (value >>> 15);
}

/** Buckets are chosen by the low bits, and told apart by the high ones. */
function finished(hash: number): number {
  const value = Math.imul(hash, 0x2c1b3c6d);
  return value ^ (value >>> 13);
}
