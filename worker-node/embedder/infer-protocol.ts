/** Messages between the worker and the inference process. */

/** How token vectors are combined into one, where the graph does not do it itself (output `sentence_embedding`). */
export type Pooling = 'mean' | 'cls';

export interface LoadRequest {
  readonly type: 'load';
  readonly onnxPath: string;
  readonly threads: number;
  readonly pooling: Pooling;
  /** The token id that pads shorter texts. */
  readonly padId: number;
}

export type ToInference =
  | LoadRequest
  /** `ids` of all rows, concatenated; `lengths` of the rows. */
  | { readonly type: 'run'; readonly id: number; readonly ids: Int32Array; readonly lengths: Int32Array };

export type FromInference =
  | {
      readonly type: 'loaded';
      readonly dimensions: number;
      /** Resident bytes of the inference process. */
      readonly memoryBefore: number;
      readonly memoryAfter: number;
    }
  | { readonly type: 'refused'; readonly message: string }
  /** The vectors of all rows, concatenated, L2-normalised. */
  | { readonly type: 'vectors'; readonly id: number; readonly vectors: Float32Array }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
