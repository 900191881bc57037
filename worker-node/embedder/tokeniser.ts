/** Turns texts into token ids; each kind of model has its own. */
export interface Tokeniser {
  /** Token ids from 0 to `size - 1`, truncated to what the model reads. Accepts any string. */
  encode(text: string): Tokens;
  /** The whole of `prefix` and `text`: one window where the model can read it at once, else several (`splitEvenly`). */
  windows(text: string, prefix: string): readonly Window[];
  readonly size: number;
}

export interface Tokens {
  readonly ids: Int32Array;
  /** Whether the text has more tokens than the model reads. */
  readonly truncated: boolean;
}

/** A part of a text that the model reads at once, with the prefix and the special tokens that every text gets. */
export interface Window {
  readonly ids: Int32Array;
  /** Tokens of the text itself: its share in the vector of the whole. */
  readonly weight: number;
}

/**
 * Cuts token ids into as few parts as fit `room`, of equal length but for one token, without overlap. A full part and a short
 * rest would give the rest a vector of few words; parts that overlap would count the words in both twice.
 */
export function splitEvenly(ids: readonly number[], room: number): number[][] {
  const parts = Math.max(1, Math.ceil(ids.length / room));
  const at = (part: number) => Math.floor((part * ids.length) / parts);
  return Array.from({ length: parts }, (_, part) => ids.slice(at(part), at(part + 1)));
}
