/**
 * Positions within a chunk as bytes: a value below 224 takes one, one below 8,160 two, others four. Nearly every distance
 * between two occurrences of a word takes one byte.
 */

const TWO_BYTES = 224;
const FOUR_BYTES = 255;
const LARGE = TWO_BYTES + (FOUR_BYTES - TWO_BYTES) * 256;
export const MAX_BYTES = 4;

/** Writes a value below 2^24 and answers where the next one begins. */
export function writeValue(bytes: Uint8Array, at: number, value: number): number {
  if (value < TWO_BYTES) {
    bytes[at] = value;
    return at + 1;
  }
  if (value < LARGE) {
    const rest = value - TWO_BYTES;
    bytes[at] = TWO_BYTES + (rest >> 8);
    bytes[at + 1] = rest & 0xff;
    return at + 2;
  }
  bytes[at] = FOUR_BYTES;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = (value >> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
  return at + 4;
}

export function readValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < TWO_BYTES) return first;
  if (first < FOUR_BYTES) return TWO_BYTES + ((first - TWO_BYTES) << 8) + (bytes[at + 1] as number);
  return ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** Where the value after the one at `at` begins. */
export function nextValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < TWO_BYTES) return at + 1;
  return first < FOUR_BYTES ? at + 2 : at + 4;
}
