/** Postings of a block of chunks, packed: the terms ascending, each with its chunks ascending. */
import { grown } from './grown.ts';
import { endOfOccurrences } from './occurrences.ts';
import type { PostingLog } from './posting-log.ts';
import type { SectionReader, SectionWriter } from './sections.ts';

/** A term's chunks: entries `start` to `end` of the arrays. */
export interface PostingList {
  /** Slots within the block, ascending. */
  readonly slots: Uint16Array;
  readonly counts: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly positions: Uint8Array;
  /** Where the bytes of the first entry begin; those of the others follow. */
  readonly positionStart: number;
}

export interface Postings {
  readonly terms: Uint32Array;
  /** Where the entries of a term begin, by its place in `terms`; one more at the end. */
  readonly starts: Uint32Array;
  readonly slots: Uint16Array;
  readonly counts: Uint8Array;
  readonly positionStarts: Uint32Array;
  readonly positions: Uint8Array;
}

export const NO_POSTINGS: Postings = {
  terms: new Uint32Array(0),
  starts: new Uint32Array(1),
  slots: new Uint16Array(0),
  counts: new Uint8Array(0),
  positionStarts: new Uint32Array(1),
  positions: new Uint8Array(0),
};

export function bytesOf(postings: Postings): number {
  return Object.values(postings).reduce((sum: number, array: ArrayBufferView) => sum + array.byteLength, 0);
}

export function listOf(postings: Postings, term: number): PostingList | null {
  const { terms } = postings;
  let low = 0;
  let high = terms.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = terms[middle] as number;
    if (found < term) low = middle + 1;
    else if (found > term) high = middle - 1;
    else return listAt(postings, middle);
  }
  return null;
}

function listAt({ starts, slots, counts, positionStarts, positions }: Postings, at: number): PostingList {
  const [start, end, positionStart] = [starts[at] as number, starts[at + 1] as number, positionStarts[at] as number];
  return { slots, counts, positions, start, end, positionStart };
}

/** The term's postings in the log, in the order of slots and in arrays of their own. */
export function listOfLog(log: PostingLog, term: number): PostingList | null {
  const entries = log.entriesOf(term);
  if (entries.length === 0) return null;
  const slots = new Uint16Array(entries.length);
  const counts = new Uint8Array(entries.length);
  let length = 0;
  for (const entry of entries) length += (log.positionStarts[entry + 1] as number) - (log.positionStarts[entry] as number);
  const positions = new Uint8Array(length);
  let end = 0;
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as number;
    slots[index] = log.slots[entry] as number;
    counts[index] = log.counts[entry] as number;
    const next = log.positionStarts[entry + 1] as number;
    for (let at = log.positionStarts[entry] as number; at < next; at++) positions[end++] = log.positions[at] as number;
  }
  return { slots, counts, positions, start: 0, end: entries.length, positionStart: 0 };
}

/** Both in one, without the postings of chunks that are gone; `live` tells by slot within the block. */
export function merge(left: Postings, right: Postings, live: Uint8Array): Postings {
  const packer = new Packer(left.terms.length + 1_024, left.slots.length + right.slots.length, live);
  let leftAt = 0;
  let rightAt = 0;
  while (leftAt < left.terms.length || rightAt < right.terms.length) {
    const term = Math.min(left.terms[leftAt] ?? Infinity, right.terms[rightAt] ?? Infinity);
    const before = left.terms[leftAt] === term ? listAt(left, leftAt++) : null;
    const after = right.terms[rightAt] === term ? listAt(right, rightAt++) : null;
    packer.add(term, before, after);
  }
  return packer.finish();
}

class Packer {
  readonly #live: Uint8Array;
  #terms: Uint32Array;
  #starts: Uint32Array;
  #positionStarts: Uint32Array;
  readonly #slots: Uint16Array;
  readonly #counts: Uint8Array;
  #positions: Uint8Array;
  #termCount = 0;
  #size = 0;
  #end = 0;

  constructor(terms: number, postings: number, live: Uint8Array) {
    this.#live = live;
    this.#terms = new Uint32Array(terms);
    this.#starts = new Uint32Array(terms + 1);
    this.#positionStarts = new Uint32Array(terms + 1);
    this.#slots = new Uint16Array(postings);
    this.#counts = new Uint8Array(postings);
    this.#positions = new Uint8Array(postings * 2);
  }

  add(term: number, before: PostingList | null, after: PostingList | null): void {
    const size = this.#size;
    if (before && after) this.#merge(before, after);
    else this.#copy((before ?? after) as PostingList);
    if (this.#size === size) return;
    this.#terms = grown(this.#terms, this.#termCount + 1);
    this.#starts = grown(this.#starts, this.#termCount + 2);
    this.#positionStarts = grown(this.#positionStarts, this.#termCount + 2);
    this.#terms[this.#termCount++] = term;
    this.#starts[this.#termCount] = this.#size;
    this.#positionStarts[this.#termCount] = this.#end;
  }

  finish(): Postings {
    return {
      terms: this.#terms.slice(0, this.#termCount),
      starts: this.#starts.slice(0, this.#termCount + 1),
      slots: this.#size === this.#slots.length ? this.#slots : this.#slots.slice(0, this.#size),
      counts: this.#size === this.#counts.length ? this.#counts : this.#counts.slice(0, this.#size),
      positionStarts: this.#positionStarts.slice(0, this.#termCount + 1),
      positions: this.#positions.slice(0, this.#end),
    };
  }

  #copy(list: PostingList): void {
    for (let entry = list.start, at = list.positionStart; entry < list.end; entry++) at = this.#take(list, entry, at);
  }

  #merge(before: PostingList, after: PostingList): void {
    let left = before.start;
    let right = after.start;
    let leftAt = before.positionStart;
    let rightAt = after.positionStart;
    while (left < before.end || right < after.end) {
      const takesLeft =
        right >= after.end || (left < before.end && (before.slots[left] as number) < (after.slots[right] as number));
      if (takesLeft) leftAt = this.#take(before, left++, leftAt);
      else rightAt = this.#take(after, right++, rightAt);
    }
  }

  /** Copies the entry if its chunk is live, and answers where the bytes of the next one begin. */
  #take(list: PostingList, entry: number, at: number): number {
    const counts = list.counts[entry] as number;
    const slot = list.slots[entry] as number;
    const next = endOfOccurrences(counts, list.positions, at);
    if (this.#live[slot] === 0) return next;
    this.#slots[this.#size] = slot;
    this.#counts[this.#size++] = counts;
    this.#positions = grown(this.#positions, this.#end + next - at);
    for (let from = at; from < next; from++) this.#positions[this.#end++] = list.positions[from] as number;
    return next;
  }
}

export function writePostings(postings: Postings, writer: SectionWriter, name: string): void {
  for (const [key, array] of Object.entries(postings)) writer.add(`${name}.${key}`, array);
}

export function readPostings(reader: SectionReader, name: string): Postings {
  return {
    terms: reader.uint32(`${name}.terms`),
    starts: reader.uint32(`${name}.starts`),
    slots: reader.uint16(`${name}.slots`),
    counts: reader.bytes(`${name}.counts`),
    positionStarts: reader.uint32(`${name}.positionStarts`),
    positions: reader.bytes(`${name}.positions`),
  };
}
