/** Puts the occurrences of a chunk together by term, without sorting them. */
import { grown } from './grown.ts';

export class OccurrenceChains {
  /** Of the positions that were answered last. */
  length = 0;
  /** By term: its first and its last occurrence. */
  #firsts: Int32Array = new Int32Array(256);
  #lasts: Int32Array = new Int32Array(256);
  /** By occurrence: the term's next one. */
  #next: Int32Array = new Int32Array(256);
  #positions: Int32Array = new Int32Array(256);

  /** Makes room for a chunk with so many occurrences. */
  reserve(occurrences: number): void {
    this.#firsts = grown(this.#firsts, occurrences);
    this.#lasts = grown(this.#lasts, occurrences);
    this.#next = grown(this.#next, occurrences);
    this.#positions = grown(this.#positions, occurrences);
  }

  /** The first occurrence of the chunk's term of the number, which is one more than the last one's. */
  begin(term: number, occurrence: number): void {
    this.#firsts[term] = occurrence;
    this.#lasts[term] = occurrence;
    this.#next[occurrence] = NONE;
  }

  append(term: number, occurrence: number): void {
    this.#next[this.#lasts[term] as number] = occurrence;
    this.#lasts[term] = occurrence;
    this.#next[occurrence] = NONE;
  }

  /** The different positions of the chunk's term, ascending, of which there are `length`. Overwritten by the next call. */
  positionsOf(term: number, positions: Int32Array): Int32Array {
    const own = this.#positions;
    let length = 0;
    let ascends = true;
    for (let at = this.#firsts[term] as number; at !== NONE; at = this.#next[at] as number) {
      const position = positions[at] as number;
      // An identifier and its only part may be one term.
      if (length > 0 && position === own[length - 1]) continue;
      if (length > 0 && position < (own[length - 1] as number)) ascends = false;
      own[length++] = position;
    }
    this.length = ascends ? length : sortedLength(own.subarray(0, length).sort());
    return own;
  }
}

/** Leaves each value of a sorted array once, at its beginning. */
function sortedLength(values: Int32Array): number {
  let length = 0;
  for (const value of values) if (length === 0 || value !== values[length - 1]) values[length++] = value;
  return length;
}

const NONE = -1;
