/** How a model's texts become token ids; each kind of model has its own. */
export interface Tokeniser {
  /** Token ids from 0 to `size - 1`, cut to what the model reads. Any string will do. */
  encode(text: string): Int32Array;
  readonly size: number;
}
