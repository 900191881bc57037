/** Postings of a block of chunks, packed: the terms ascending, each with its chunks ascending. */
import { grown } from './grown.ts';
import { endOfOccurrences } from './occurrences.ts';
import type { PostingLog } from './posting-log.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { NO_TERMS, TermDirectory, TermDirectoryBuilder, type TermRange } from './term-directory.ts';

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
  readonly terms: TermDirectory;
  readonly slots: Uint16Array;
  readonly counts: Uint8Array;
  readonly positions: Uint8Array;
}

export const NO_POSTINGS: Postings = {
  terms: NO_TERMS,
  slots: new Uint16Array(0),
  counts: new Uint8Array(0),
  positions: new Uint8Array(0),
};

export function bytesOf({ terms, slots, counts, positions }: Postings): number {
  return terms.bytes + slots.byteLength + counts.byteLength + positions.byteLength;
}

export function listOf(postings: Postings, term: number): PostingList | null {
  const range = postings.terms.find(term);
  return range && listAt(postings, range);
}

function listAt({ slots, counts, positions }: Postings, { start, end, positionStart }: TermRange): PostingList {
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

/** Postings of a step, which take some milliseconds. */
const POSTINGS_A_STEP = 32_768;

/** Both in one, by steps, without the postings of chunks that are gone; `live` tells by slot within the block. */
export function* merge(left: Postings, right: Postings, live: Uint8Array): Generator<void, Postings> {
  const packer = new Packer(left.slots.length + right.slots.length, live);
  const before = left.terms.cursor();
  const after = right.terms.cursor();
  let due = POSTINGS_A_STEP;
  for (;;) {
    if (packer.looked >= due) {
      due = packer.looked + POSTINGS_A_STEP;
      yield;
    }
    const term = Math.min(before.term, after.term);
    if (term === Infinity) return packer.finish();
    const ofLeft = before.term === term ? listAt(left, before.range()) : null;
    const ofRight = after.term === term ? listAt(right, after.range()) : null;
    if (ofLeft) before.next();
    if (ofRight) after.next();
    packer.add(term, ofLeft, ofRight);
  }
}

class Packer {
  /** Postings that were looked at. */
  looked = 0;
  readonly #live: Uint8Array;
  readonly #terms = new TermDirectoryBuilder();
  readonly #slots: Uint16Array;
  readonly #counts: Uint8Array;
  #positions: Uint8Array;
  #size = 0;
  #end = 0;

  constructor(postings: number, live: Uint8Array) {
    this.#live = live;
    this.#slots = new Uint16Array(postings);
    this.#counts = new Uint8Array(postings);
    this.#positions = new Uint8Array(postings * 2);
  }

  add(term: number, before: PostingList | null, after: PostingList | null): void {
    const size = this.#size;
    const end = this.#end;
    if (before && after) this.#merge(before, after);
    else this.#copy((before ?? after) as PostingList);
    if (this.#size > size) this.#terms.add(term, this.#size - size, this.#end - end);
  }

  finish(): Postings {
    return {
      terms: this.#terms.finish(),
      slots: this.#size === this.#slots.length ? this.#slots : this.#slots.slice(0, this.#size),
      counts: this.#size === this.#counts.length ? this.#counts : this.#counts.slice(0, this.#size),
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
    this.looked++;
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

export function writePostings({ terms, slots, counts, positions }: Postings, writer: SectionWriter, name: string): void {
  terms.write(writer, name);
  writer.addConstant(`${name}.slots`, slots);
  writer.addConstant(`${name}.counts`, counts);
  writer.addConstant(`${name}.positions`, positions);
}

export function readPostings(reader: SectionReader, name: string): Postings {
  return {
    terms: TermDirectory.read(reader, name),
    slots: reader.uint16(`${name}.slots`),
    counts: reader.bytes(`${name}.counts`),
    positions: reader.bytes(`${name}.positions`),
  };
}
