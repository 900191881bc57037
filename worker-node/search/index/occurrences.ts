/**
 * The occurrences of a term in a chunk: a byte of counts (six bits for the text, two for title and headings) and bytes of
 * positions. A count beyond its bits is continued before the positions.
 */
import { grown } from './grown.ts';
import { nextValue, readValue, writeValue } from './position-bytes.ts';

const TEXT_BITS = 6;
export const MAX_TEXT = (1 << TEXT_BITS) - 1;
export const MAX_CONTEXT = 3;

/** Positions from here on are not kept: a chunk of a quarter of a million words is none that the pipeline makes. */
export const POSITION_BITS = 18;
export const MAX_POSITIONS = 1 << POSITION_BITS;

export function packCounts(text: number, context: number): number {
  return (Math.min(context, MAX_CONTEXT) << TEXT_BITS) | Math.min(text, MAX_TEXT);
}

/** What a byte of counts is worth to BM25, where an occurrence in title or headings counts `contextWeight` times. */
export function frequencyTable(contextWeight: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, packed) => (packed & MAX_TEXT) + contextWeight * (packed >> TEXT_BITS));
}

/** Writes counts that the byte cannot hold, and answers where the positions begin. */
export function writeCounts(bytes: Uint8Array, at: number, text: number, context: number): number {
  let next = at;
  if (text >= MAX_TEXT) next = writeValue(bytes, next, text - MAX_TEXT);
  if (context >= MAX_CONTEXT) next = writeValue(bytes, next, context - MAX_CONTEXT);
  return next;
}

/** Where the bytes of the posting after this one begin. */
export function endOfOccurrences(packed: number, bytes: Uint8Array, start: number): number {
  return readOccurrences(packed, bytes, start, null, 0);
}

/** Writes the positions to `into` from `length` on, where one is given, and answers where the next posting's bytes begin. */
export function readOccurrences(
  packed: number,
  bytes: Uint8Array,
  start: number,
  into: { values: Uint32Array; length: number } | null,
  base: number,
): number {
  let at = start;
  let text = packed & MAX_TEXT;
  let context = packed >> TEXT_BITS;
  if (text === MAX_TEXT) {
    text += readValue(bytes, at);
    at = nextValue(bytes, at);
  }
  if (context === MAX_CONTEXT) {
    context += readValue(bytes, at);
    at = nextValue(bytes, at);
  }
  let position = 0;
  if (into) into.values = grown(into.values, into.length + text + context);
  for (let left = text + context; left > 0; left--) {
    if (into) {
      position += readValue(bytes, at);
      into.values[into.length++] = base + position;
    }
    at = nextValue(bytes, at);
  }
  return at;
}
