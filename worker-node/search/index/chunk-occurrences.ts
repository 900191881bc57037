/** The occurrences of terms in a chunk, as its postings are made of. */
import { grown } from './grown.ts';
import { MAX_POSITIONS } from './occurrences.ts';
import { NO_WORD, type TokenColumns } from './token-columns.ts';
import type { Words } from './words.ts';

/** Places between title and headings and the text, so that no phrase stands across them. */
const GAP = 16;

/** Overwritten by the next chunk. */
export interface ChunkOccurrences {
  /** The first `length` are a term and its position each, in the order of the chunk. A term may have a position twice. */
  readonly terms: Int32Array;
  readonly positions: Int32Array;
  readonly length: number;
  /** Positions from here on are the text's. */
  readonly textStart: number;
  /** Words of each, where alternatives count as one. */
  readonly textLength: number;
  readonly contextLength: number;
}

export class OccurrenceReader {
  #terms: Int32Array = new Int32Array(1_024);
  #positions: Int32Array = new Int32Array(1_024);
  #length = 0;

  /** `context` is null where the text says it all. */
  read(words: Words, text: TokenColumns, context: TokenColumns | null): ChunkOccurrences {
    this.#length = 0;
    const most = text.length + (context?.length ?? 0);
    this.#terms = grown(this.#terms, most);
    this.#positions = grown(this.#positions, most);
    const contextLength = context ? this.#add(words, context, 0) : 0;
    const textStart = context && context.length > 0 ? (context.positions[context.length - 1] as number) + GAP : 0;
    const textLength = this.#add(words, text, textStart);
    return { terms: this.#terms, positions: this.#positions, length: this.#length, textStart, textLength, contextLength };
  }

  /** Answers the number of different positions. */
  #add(words: Words, tokens: TokenColumns, start: number): number {
    let last = -1;
    let lastEnd = -1;
    let different = 0;
    let length = this.#length;
    const terms = this.#terms;
    const positions = this.#positions;
    for (let at = 0; at < tokens.length; at++) {
      const own = tokens.positions[at] as number;
      if (own !== last) different++;
      last = own;
      if (start + own >= MAX_POSITIONS) continue;
      const term = tokens.terms[at] as number;
      const word = tokens.words[at] as number;
      const end = tokens.ends[at] as number;
      // A day, or a further term of a word, begins no later than what stands before it ends.
      if (end > lastEnd && word !== NO_WORD) words.count(word, term);
      lastEnd = end;
      terms[length] = term;
      positions[length++] = start + own;
    }
    this.#length = length;
    return different;
  }
}
