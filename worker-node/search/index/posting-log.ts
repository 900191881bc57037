/** Postings in the order in which chunks came, each linked to the one before it of the same term, until they are packed. */
import { grown } from './grown.ts';
import { MAX_POSITIONS, packCounts, writeCounts } from './occurrences.ts';
import { MAX_BYTES, writeValue } from './position-bytes.ts';

export class PostingLog {
  size = 0;
  slots: Uint16Array = new Uint16Array(256);
  counts: Uint8Array = new Uint8Array(256);
  terms: Uint32Array = new Uint32Array(256);
  /** The number of the term's posting before, counted from 1; 0 without one. */
  previous: Uint32Array = new Uint32Array(256);
  positionStarts: Uint32Array = new Uint32Array(257);
  positions: Uint8Array = new Uint8Array(512);
  /** The first posting of each chunk. */
  readonly chunks: number[] = [];
  /** By term id: the number of its last posting, counted from 1. */
  #last: Uint32Array = new Uint32Array(256);
  /** Filled from the end. */
  #entries: Uint32Array = new Uint32Array(64);

  get bytes(): number {
    const { slots, counts, terms, previous, positionStarts, positions } = this;
    const arrays = [slots, counts, terms, previous, positionStarts, positions, this.#last, this.#entries];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, this.chunks.length * 8);
  }

  /** The places of the term's postings, in the order of slots. The array is overwritten by the next call. */
  entriesOf(term: number): Uint32Array {
    let length = 0;
    let ascends = true;
    let from = this.#entries.length;
    for (let entry = this.#last[term] ?? 0; entry !== 0; entry = this.previous[entry - 1] as number) {
      if (from === 0) {
        const larger = new Uint32Array(this.#entries.length * 2);
        larger.set(this.#entries, this.#entries.length);
        from = this.#entries.length;
        this.#entries = larger;
      }
      if (length > 0 && (this.slots[entry - 1] as number) > (this.slots[this.#entries[from] as number] as number))
        ascends = false;
      this.#entries[--from] = entry - 1;
      length++;
    }
    const entries = this.#entries.subarray(from);
    return ascends ? entries : entries.sort((a, b) => (this.slots[a] as number) - (this.slots[b] as number));
  }

  /** Term ids are below this. */
  get termLimit(): number {
    return this.#last.length;
  }

  /**
   * Adds the postings of a chunk. `occurrences` holds term id * MAX_POSITIONS + position, ascending; positions from
   * `textStart` on are the text's, those before it of title and headings.
   */
  add(slot: number, occurrences: Float64Array, textStart: number): void {
    if (occurrences.length > 0) this.chunks.push(this.size);
    for (let from = 0; from < occurrences.length; ) {
      const term = Math.floor((occurrences[from] as number) / MAX_POSITIONS);
      const base = term * MAX_POSITIONS;
      let to = from;
      let context = 0;
      for (; to < occurrences.length && (occurrences[to] as number) < base + MAX_POSITIONS; to++)
        if ((occurrences[to] as number) - base < textStart) context++;
      this.#append(term, slot, occurrences, from, to, context);
      from = to;
    }
  }

  /** Entries `from` to `to` of `occurrences` are the term's. */
  #append(term: number, slot: number, occurrences: Float64Array, from: number, to: number, context: number): void {
    const at = this.size++;
    if (this.size > this.slots.length) {
      this.slots = grown(this.slots, this.size);
      this.counts = grown(this.counts, this.size);
      this.terms = grown(this.terms, this.size);
      this.previous = grown(this.previous, this.size);
    }
    if (this.size >= this.positionStarts.length) this.positionStarts = grown(this.positionStarts, this.size + 1);
    if (term >= this.#last.length) this.#last = grown(this.#last, term + 1);
    const start = this.positionStarts[at] as number;
    const most = start + (to - from + 2) * MAX_BYTES;
    if (most > this.positions.length) this.positions = grown(this.positions, most);
    const text = to - from - context;
    this.slots[at] = slot;
    this.counts[at] = packCounts(text, context);
    this.terms[at] = term;
    this.previous[at] = this.#last[term] as number;
    this.#last[term] = this.size;
    let end = writeCounts(this.positions, start, text, context);
    let previous = term * MAX_POSITIONS;
    for (let index = from; index < to; index++) {
      const occurrence = occurrences[index] as number;
      end = writeValue(this.positions, end, occurrence - previous);
      previous = occurrence;
    }
    this.positionStarts[this.size] = end;
  }
}
