/** What the serving process and the inference process say to one another. */

/** How the vectors of a text’s tokens become one, unless the graph has done it (`sentence_embedding`). */
export type Pooling = 'mean' | 'cls';

export interface LoadRequest {
  readonly type: 'load';
  readonly onnxPath: string;
  readonly threads: number;
  readonly pooling: Pooling;
  /** The token id that fills up shorter texts. */
  readonly padId: number;
}

export type ToInference =
  | LoadRequest
  /** All rows' ids one after the other, and how many belong to each. */
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
  /** All rows' vectors one after the other, L2-normalised. */
  | { readonly type: 'vectors'; readonly id: number; readonly vectors: Float32Array }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
