/** The port of search over chunks, whose SQL differs between the dialects. */

import type { SearchFilters } from '../search/search-request.ts';

export interface ChunkFilter extends SearchFilters {
  /** Required: a search never leaves its owner's library. */
  readonly ownerId: string;
  readonly resourceIds?: readonly string[];
}

/** A question by words. Any text is valid, because it reaches the engine quoted. */
export interface ChunkQuestion {
  /** Words, of which a chunk has at least one; where there are phrases they only add to its score. */
  readonly text: string;
  /** A chunk has each of them. */
  readonly phrases?: readonly string[];
  /** Words and phrases that a chunk has none of. */
  readonly excluded?: readonly string[];
  /** The last word of the text may be the beginning of one. */
  readonly prefix?: boolean;
}

/** `score` grows with relevance: the cosine for vectors, an unbounded rank (BM25, `ts_rank`) for keywords. */
export interface ChunkHit {
  readonly seq: number;
  readonly resourceId: string;
  readonly score: number;
}

export interface ChunkIndex {
  /** Best first. */
  keyword(question: ChunkQuestion, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
  /** `vector` is an L2-normalised vector of `model`; it is compared with vectors of that model only. Best first. */
  nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]>;
}
