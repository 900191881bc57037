/** Postings in the order in which chunks came, each linked to the one before it of the same term, until they are packed. */
import { grown } from './grown.ts';
import { MAX_POSITIONS, packCounts, writeCounts } from './occurrences.ts';
import { MAX_BYTES, writeValue } from './position-bytes.ts';

export class PostingLog {
  size = 0;
  slots: Uint16Array = new Uint16Array(256);
  counts: Uint8Array = new Uint8Array(256);
  /** The number of the term's posting before, counted from 1; 0 without one. */
  previous: Uint32Array = new Uint32Array(256);
  positionStarts: Uint32Array = new Uint32Array(257);
  positions: Uint8Array = new Uint8Array(512);
  /** By term id: the number of its last posting, counted from 1. */
  #last: Uint32Array = new Uint32Array(256);
  /** Filled from the end. */
  #entries: Uint32Array = new Uint32Array(64);

  get bytes(): number {
    const arrays = [this.slots, this.counts, this.previous, this.positionStarts, this.positions, this.#last, this.#entries];
    return arrays.reduce((sum, array) => sum + array.byteLength, 0);
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

  /** Term ids with a posting, ascending. */
  terms(): Uint32Array {
    const terms = new Uint32Array(this.#last.length);
    let length = 0;
    for (let term = 0; term < this.#last.length; term++) if (this.#last[term] !== 0) terms[length++] = term;
    return terms.slice(0, length);
  }

  /**
   * Adds the postings of a chunk. `occurrences` holds term id * MAX_POSITIONS + position, ascending; positions from
   * `textStart` on are the text's, those before it of title and headings.
   */
  add(slot: number, occurrences: Float64Array, textStart: number): void {
    for (let from = 0; from < occurrences.length; ) {
      const term = Math.floor((occurrences[from] as number) / MAX_POSITIONS);
      const base = term * MAX_POSITIONS;
      let to = from;
      let context = 0;
      for (; to < occurrences.length && (occurrences[to] as number) < base + MAX_POSITIONS; to++)
        if ((occurrences[to] as number) - base < textStart) context++;
      this.#append(term, slot, occurrences.subarray(from, to), base, context);
      from = to;
    }
  }

  #append(term: number, slot: number, occurrences: Float64Array, base: number, context: number): void {
    const at = this.size++;
    if (this.size > this.slots.length) {
      this.slots = grown(this.slots, this.size);
      this.counts = grown(this.counts, this.size);
      this.previous = grown(this.previous, this.size);
    }
    this.positionStarts = grown(this.positionStarts, this.size + 1);
    if (term >= this.#last.length) this.#last = grown(this.#last, term + 1);
    const start = this.positionStarts[at] as number;
    this.positions = grown(this.positions, start + (occurrences.length + 2) * MAX_BYTES);
    const text = occurrences.length - context;
    this.slots[at] = slot;
    this.counts[at] = packCounts(text, context);
    this.previous[at] = this.#last[term] as number;
    this.#last[term] = this.size;
    let end = writeCounts(this.positions, start, text, context);
    let previous = 0;
    for (const occurrence of occurrences) {
      end = writeValue(this.positions, end, occurrence - base - previous);
      previous = occurrence - base;
    }
    this.positionStarts[this.size] = end;
  }
}
