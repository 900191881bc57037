/** Turns texts into token ids; each kind of model has its own. */
export interface Tokeniser {
  /** Token ids from 0 to `size - 1`, truncated to what the model reads. Accepts any string. */
  encode(text: string): Tokens;
  readonly size: number;
}

export interface Tokens {
  readonly ids: Int32Array;
  /** Whether the text has more tokens than the model reads. */
  readonly truncated: boolean;
}
