/**
 * Where the postings of each term of a block lie. Most terms of a block stand in one or two of its chunks, so that three numbers
 * for each would take as much memory as the postings: they are kept as differences, a byte each, and whole for every 32nd term.
 */
import { grown } from './grown.ts';
import type { SectionReader, SectionWriter } from './sections.ts';

const TERMS_A_GROUP = 32;
/** Of a group: its first term, where that one's postings and their positions begin, and where its entries do. */
const HEAD = 4;
/** An entry is three numbers of at most 32 bits, seven bits a byte. */
const MAX_ENTRY_BYTES = 15;

/** A term's postings: entries `start` to `end`; the bytes of their positions begin at `positionStart`. */
export interface TermRange {
  readonly term: number;
  readonly start: number;
  readonly end: number;
  readonly positionStart: number;
}

export class TermDirectory {
  readonly #heads: Uint32Array;
  /** Of each term: how far it is from the one before in its group, its number of postings, and the bytes of their positions. */
  readonly #entries: Uint8Array;

  constructor(heads: Uint32Array, entries: Uint8Array) {
    this.#heads = heads;
    this.#entries = entries;
  }

  get bytes(): number {
    return this.#heads.byteLength + this.#entries.byteLength;
  }

  find(term: number): TermRange | null {
    const heads = this.#heads;
    let low = 0;
    let high = heads.length / HEAD;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((heads[middle * HEAD] as number) <= term) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const cursor = new TermCursor(heads, this.#entries, low - 1, low);
    while (cursor.term < term) cursor.next();
    return cursor.term === term ? cursor.range() : null;
  }

  /** All terms, ascending. */
  cursor(): TermCursor {
    return new TermCursor(this.#heads, this.#entries, 0, this.#heads.length / HEAD);
  }

  /** The same of other numbers for the terms, which ascend as the old ones do. */
  renumbered(numbers: Uint32Array): TermDirectory {
    const builder = new TermDirectoryBuilder();
    for (const cursor = this.cursor(); cursor.term !== Infinity; cursor.next()) {
      const { start, end } = cursor.range();
      builder.add(numbers[cursor.term] as number, end - start, cursor.positionBytes);
    }
    return builder.finish();
  }

  write(writer: SectionWriter, name: string): void {
    writer.addConstant(`${name}.heads`, this.#heads);
    writer.addConstant(`${name}.entries`, this.#entries);
  }

  static read(reader: SectionReader, name: string): TermDirectory {
    return new TermDirectory(reader.uint32(`${name}.heads`), reader.bytes(`${name}.entries`));
  }
}

/** Stands at one term after another. Behind the last, `term` is Infinity. */
export class TermCursor {
  term = Infinity;
  #start = 0;
  #end = 0;
  #positionStart = 0;
  #positionEnd = 0;
  #at = 0;
  #group: number;
  readonly #groups: number;
  readonly #heads: Uint32Array;
  readonly #entries: Uint8Array;

  constructor(heads: Uint32Array, entries: Uint8Array, from: number, to: number) {
    this.#heads = heads;
    this.#entries = entries;
    this.#group = from - 1;
    this.#groups = to;
    this.next();
  }

  get positionBytes(): number {
    return this.#positionEnd - this.#positionStart;
  }

  range(): TermRange {
    return { term: this.term, start: this.#start, end: this.#end, positionStart: this.#positionStart };
  }

  next(): void {
    const next = this.#group + 1;
    const limit = next * HEAD < this.#heads.length ? (this.#heads[next * HEAD + 3] as number) : this.#entries.length;
    if (this.term === Infinity || this.#at >= limit) {
      if (next >= this.#groups) {
        this.term = Infinity;
        return;
      }
      this.#group = next;
      this.term = this.#heads[next * HEAD] as number;
      this.#end = this.#heads[next * HEAD + 1] as number;
      this.#positionEnd = this.#heads[next * HEAD + 2] as number;
      this.#at = this.#heads[next * HEAD + 3] as number;
    }
    this.term += this.#number();
    this.#start = this.#end;
    this.#end += this.#number();
    this.#positionStart = this.#positionEnd;
    this.#positionEnd += this.#number();
  }

  #number(): number {
    let byte = this.#entries[this.#at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = this.#entries[this.#at++] as number;
      value |= (byte & 0x7f) << shift;
    }
    return value >>> 0;
  }
}

/** Makes a directory of terms that are added in ascending order. */
export class TermDirectoryBuilder {
  #heads = new Uint32Array(64);
  #entries = new Uint8Array(1_024);
  #size = 0;
  #length = 0;
  #last = 0;
  #start = 0;
  #positionStart = 0;

  add(term: number, postings: number, positionBytes: number): void {
    if (this.#size % TERMS_A_GROUP === 0) {
      const head = (this.#size / TERMS_A_GROUP) * HEAD;
      this.#heads = grown(this.#heads, head + HEAD);
      this.#heads.set([term, this.#start, this.#positionStart, this.#length], head);
      this.#last = term;
    }
    this.#entries = grown(this.#entries, this.#length + MAX_ENTRY_BYTES);
    this.#write(term - this.#last);
    this.#write(postings);
    this.#write(positionBytes);
    this.#last = term;
    this.#start += postings;
    this.#positionStart += positionBytes;
    this.#size++;
  }

  finish(): TermDirectory {
    const heads = Math.ceil(this.#size / TERMS_A_GROUP) * HEAD;
    return new TermDirectory(this.#heads.slice(0, heads), this.#entries.slice(0, this.#length));
  }

  #write(value: number): void {
    let left = value;
    for (; left >= 0x80; left >>>= 7) this.#entries[this.#length++] = (left & 0x7f) | 0x80;
    this.#entries[this.#length++] = left;
  }
}

export const NO_TERMS = new TermDirectory(new Uint32Array(0), new Uint8Array(0));
