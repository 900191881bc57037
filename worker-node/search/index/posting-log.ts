/** Postings in the order in which chunks came, each linked to the one before it of the same term, until they are packed. */
import type { ChunkOccurrences } from './chunk-occurrences.ts';
import { freed, grown } from './grown.ts';
import { OccurrenceChains } from './occurrence-chains.ts';
import { packCounts, writeCounts } from './occurrences.ts';
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
  readonly #chain = new OccurrenceChains();

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

  /** Gives the memory back. The log is not used any more. */
  free(): void {
    const { slots, counts, terms, previous, positionStarts, positions } = this;
    for (const array of [slots, counts, terms, previous, positionStarts, positions, this.#last, this.#entries]) freed(array);
  }

  /** Term ids are below this. */
  get termLimit(): number {
    return this.#last.length;
  }

  /** Adds the postings of a chunk: one for each of its terms, in the order in which they come first. */
  add(slot: number, { terms, positions, length, textStart }: ChunkOccurrences): void {
    const first = this.size;
    this.#chain.reserve(length);
    for (let at = 0; at < length; at++) {
      const term = terms[at] as number;
      if (term >= this.#last.length) this.#last = grown(this.#last, term + 1);
      const last = this.#last[term] as number;
      if (last > first) this.#chain.append(last - 1 - first, at);
      else this.#chain.begin(this.#append(term, slot, last) - first, at);
    }
    if (this.size === first) return;
    this.chunks.push(first);
    for (let entry = first; entry < this.size; entry++) {
      const own = this.#chain.positionsOf(entry - first, positions);
      this.#write(entry, own, this.#chain.length, textStart);
    }
  }

  /** Answers the place of a new posting, which has no positions yet. */
  #append(term: number, slot: number, before: number): number {
    const at = this.size++;
    if (this.size > this.slots.length) {
      this.slots = grown(this.slots, this.size);
      this.counts = grown(this.counts, this.size);
      this.terms = grown(this.terms, this.size);
      this.previous = grown(this.previous, this.size);
    }
    this.slots[at] = slot;
    this.terms[at] = term;
    this.previous[at] = before;
    this.#last[term] = this.size;
    return at;
  }

  #write(entry: number, own: Int32Array, length: number, textStart: number): void {
    let context = 0;
    while (context < length && (own[context] as number) < textStart) context++;
    if (entry + 1 >= this.positionStarts.length) this.positionStarts = grown(this.positionStarts, entry + 2);
    const start = this.positionStarts[entry] as number;
    const most = start + (length + 2) * MAX_BYTES;
    if (most > this.positions.length) this.positions = grown(this.positions, most);
    this.counts[entry] = packCounts(length - context, context);
    let end = writeCounts(this.positions, start, length - context, context);
    let previous = 0;
    for (let index = 0; index < length; index++) {
      const position = own[index] as number;
      end = writeValue(this.positions, end, position - previous);
      previous = position;
    }
    this.positionStarts[entry + 1] = end;
  }
}
