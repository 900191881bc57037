/** Search over chunks: the part of the database that no two dialects write alike. */

export interface ChunkFilter {
  /** Always set: a search never leaves its owner's library. */
  readonly ownerId: string;
  readonly category?: string;
  readonly tag?: string;
  readonly language?: string;
  readonly minQuality?: number;
  readonly resourceIds?: readonly string[];
}

/** `score` grows with relevance: the cosine for vectors, an unbounded BM25-like number for keywords. */
export interface ChunkHit {
  readonly seq: number;
  readonly resourceId: string;
  readonly score: number;
}

export interface ChunkIndex {
  /** Any text is a valid query: it reaches the engine quoted. Best first. */
  keyword(query: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
  /** `vector` is L2-normalised and made by `model`; vectors of other models are not looked at. Best first. */
  nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
}
