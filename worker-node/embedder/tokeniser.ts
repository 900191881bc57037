/** Turns texts into token ids; each kind of model has its own. */
export interface Tokeniser {
  /** Token ids from 0 to `size - 1`, truncated to what the model reads. Accepts any string. */
  encode(text: string): Int32Array;
  readonly size: number;
}
