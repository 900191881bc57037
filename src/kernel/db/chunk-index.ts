/** The port of search over chunks, whose SQL differs between the dialects. */

export interface ChunkFilter {
  /** Required: a search never leaves its owner's library. */
  readonly ownerId: string;
  /** Resources in its subtree pass, too. */
  readonly category?: string;
  readonly tag?: string;
  readonly language?: string;
  readonly minQuality?: number;
  readonly resourceIds?: readonly string[];
}

/** `score` grows with relevance: the cosine for vectors, an unbounded rank (BM25, `ts_rank`) for keywords. */
export interface ChunkHit {
  readonly seq: number;
  readonly resourceId: string;
  readonly score: number;
}

export interface ChunkIndex {
  /** Any text is a valid query, because it reaches the engine quoted. Best first. */
  keyword(query: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
  /** `vector` is an L2-normalised vector of `model`; it is compared with vectors of that model only. Best first. */
  nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
}
