/** The tokens of a text in columns, as an index needs them. */
import { grown } from './grown.ts';

/** A token that is no word to be completed or corrected to. */
export const NO_WORD = -1;

export class TokenColumns {
  length = 0;
  /** Ids of terms, and of the words as they are written. */
  terms: Int32Array = new Int32Array(512);
  words: Int32Array = new Int32Array(512);
  starts: Int32Array = new Int32Array(512);
  ends: Int32Array = new Int32Array(512);
  positions: Int32Array = new Int32Array(512);

  reserve(length: number): void {
    if (length <= this.terms.length) return;
    for (const column of COLUMNS) this[column] = grown(this[column], length);
  }

  add(term: number, word: number, start: number, end: number, position: number): void {
    const at = this.length++;
    if (at >= this.terms.length) this.reserve(this.length);
    this.terms[at] = term;
    this.words[at] = word;
    this.starts[at] = start;
    this.ends[at] = end;
    this.positions[at] = position;
  }

  /** Makes room for `count` tokens before the first that begins at `start` or later, and answers where. */
  open(start: number, count: number): number {
    let at = this.length;
    while (at > 0 && (this.starts[at - 1] as number) >= start) at--;
    this.reserve(this.length + count);
    for (const column of COLUMNS) this[column].copyWithin(at + count, at, this.length);
    this.length += count;
    return at;
  }

  hasTermsOf(other: TokenColumns): boolean {
    if (this.length !== other.length) return false;
    for (let at = 0; at < this.length; at++) if (this.terms[at] !== other.terms[at]) return false;
    return true;
  }
}

const COLUMNS = ['terms', 'words', 'starts', 'ends', 'positions'] as const;
