/** The occurrences of terms in a chunk, as its postings are made of. */
import { grown } from './grown.ts';
import type { IndexToken } from './library-index.ts';
import { MAX_POSITIONS } from './occurrences.ts';
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

  read(words: Words, text: string, textTokens: readonly IndexToken[], context: string, contextTokens: readonly IndexToken[]) {
    this.#length = 0;
    const contextLength = this.#add(words, context, contextTokens, 0);
    const textStart = contextTokens.length > 0 ? (contextTokens.at(-1)?.position ?? 0) + GAP : 0;
    const textLength = this.#add(words, text, textTokens, textStart);
    const occurrences = this.#sorted();
    return { occurrences, textStart, textLength, contextLength } satisfies ChunkOccurrences;
  }

  /** Answers the number of different positions. */
  #add(words: Words, text: string, tokens: readonly IndexToken[], start: number): number {
    let last = -1;
    let lastEnd = -1;
    let length = 0;
    this.#keys = grown(this.#keys, this.#length + tokens.length);
    for (const token of tokens) {
      const position = start + token.position;
      if (token.position !== last) length++;
      last = token.position;
      if (position >= MAX_POSITIONS) continue;
      const term = words.addTerm(token.term);
      // Further terms of the same word begin no later than it ends.
      if (token.end > lastEnd) words.addWord(text, token.start, token.end, token.term, term);
      lastEnd = token.end;
      this.#keys[this.#length++] = term * MAX_POSITIONS + position;
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
