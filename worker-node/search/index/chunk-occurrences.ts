/** The occurrences of terms in a chunk, as its postings are made of. */
import { grown } from './grown.ts';
import { MAX_POSITIONS } from './occurrences.ts';
import { NO_WORD, type TokenColumns } from './token-columns.ts';
import type { Words } from './words.ts';

/** Places between title and headings and the text, so that no phrase stands across them. */
const GAP = 16;

/** Overwritten by the next chunk. */
export interface ChunkOccurrences {
  /** Term id * MAX_POSITIONS + position, ascending. */
  readonly occurrences: Float64Array;
  /** Positions from here on are the text's. */
  readonly textStart: number;
  /** Words of each, where alternatives count as one. */
  readonly textLength: number;
  readonly contextLength: number;
}

export class OccurrenceReader {
  #keys: Float64Array = new Float64Array(1_024);
  #length = 0;

  /** `context` is null where the text says it all. */
  read(words: Words, text: TokenColumns, context: TokenColumns | null): ChunkOccurrences {
    this.#length = 0;
    const contextLength = context ? this.#add(words, context, 0) : 0;
    const textStart = context && context.length > 0 ? (context.positions[context.length - 1] as number) + GAP : 0;
    const textLength = this.#add(words, text, textStart);
    return { occurrences: this.#sorted(), textStart, textLength, contextLength };
  }

  /** Answers the number of different positions. */
  #add(words: Words, tokens: TokenColumns, start: number): number {
    let last = -1;
    let lastEnd = -1;
    let length = 0;
    this.#keys = grown(this.#keys, this.#length + tokens.length);
    for (let at = 0; at < tokens.length; at++) {
      const own = tokens.positions[at] as number;
      if (own !== last) length++;
      last = own;
      if (start + own >= MAX_POSITIONS) continue;
      const term = tokens.terms[at] as number;
      const word = tokens.words[at] as number;
      const end = tokens.ends[at] as number;
      // A day, or a further term of a word, begins no later than what stands before it ends.
      if (end > lastEnd && word !== NO_WORD) words.count(word, term);
      lastEnd = end;
      this.#keys[this.#length++] = term * MAX_POSITIONS + start + own;
    }
    return length;
  }

  /** Without what stands twice: an identifier and its only part may be one term. */
  #sorted(): Float64Array {
    const keys = this.#keys.subarray(0, this.#length).sort();
    let length = 0;
    for (let at = 0; at < keys.length; at++) if (at === 0 || keys[at] !== keys[at - 1]) keys[length++] = keys[at] as number;
    return keys.subarray(0, length);
  }
}
