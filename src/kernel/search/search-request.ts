/** What the API asks a worker's `search` role, and what it answers: the body that `GET /search` sends on. */

export const SEARCH_MODES = ['hybrid', 'semantic', 'keyword'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

export const SEARCH_SORTS = ['relevance', 'date', 'title'] as const;
export type SearchSort = (typeof SEARCH_SORTS)[number];

/** The longest question, in UTF-16 units. */
export const MAX_QUESTION_UNITS = 4_000;
/** The most values of one filter, and the most metadata keys. */
export const MAX_FILTER_VALUES = 20;

/** Several values of a field: one of them. Several fields: all of them. */
export interface SearchFilters {
  /** Ids of categories, which find their subtrees. */
  readonly category?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly language?: readonly string[] | undefined;
  /** Media types. */
  readonly type?: readonly string[] | undefined;
  /** Milliseconds of `created_at`: at or after. */
  readonly after?: number | undefined;
  /** Milliseconds of `created_at`: before. */
  readonly before?: number | undefined;
  /** 0 to 1. */
  readonly minQuality?: number | undefined;
  /** A resource's own metadata: strings, numbers and booleans compare as text. */
  readonly metadata?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface SearchRequest {
  readonly owner_id: string;
  /** As typed, with its operators (`search-query.ts`). Exactly one of `q` and `similar_to` is given. */
  readonly q?: string | undefined;
  /** The id of one of the owner's resources, or a text. */
  readonly similar_to?: string | undefined;
  readonly mode: SearchMode;
  /** The last word is the beginning of one. */
  readonly prefix: boolean;
  readonly sort: SearchSort;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly filters: SearchFilters;
}

export interface SearchChunk {
  readonly id: string;
  readonly position: number;
  readonly heading_path: readonly string[];
  readonly char_start: number;
  readonly char_end: number;
  readonly page_start?: number;
  readonly page_end?: number;
}

export interface SearchPassage {
  readonly text: string;
  /** Half-open ranges of UTF-16 units into `text`, ascending, without overlap. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
  readonly chunk: SearchChunk;
}

/** Of a document, by the values that filters take and facets count. */
export interface SearchHitFields {
  /** The media type; absent before the document has been read. */
  readonly type?: string;
  /** The id of its category. */
  readonly category?: string;
  readonly language?: string;
  readonly tags: readonly string[];
  readonly created_at: string;
}

export interface SearchHit extends SearchHitFields {
  readonly resource_id: string;
  readonly title: string;
  /** Where words of the question are in `title`, as in a passage. */
  readonly title_highlights: SearchPassage['highlights'];
  readonly url?: string;
  /** How likely the hit is to be relevant, 0 to 1. */
  readonly score: number;
  readonly why: {
    /** Words of the question, as typed or corrected, that the resource holds. */
    readonly words: readonly string[];
    /** The cosine, 0 to 1. */
    readonly meaning: number;
  };
  /** Ranks from 1 in the lists by meaning and by words. */
  readonly semantic_rank?: number;
  readonly keyword_rank?: number;
  /** At most three, best first. */
  readonly passages: readonly SearchPassage[];
  /** The text and chunk of the first passage, for clients of before it had several. */
  readonly passage: string;
  readonly chunk: SearchChunk;
}

export const FACET_NAMES = ['category', 'tag', 'language', 'type', 'year'] as const;
export type FacetName = (typeof FACET_NAMES)[number];
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}
/** Counts of all hits, each facet under the other filters; most frequent first, at most 100 a facet. */
export type SearchFacets = Readonly<Record<FacetName, readonly FacetValue[]>>;

export interface SearchAnswer {
  readonly query: string;
  readonly mode: SearchMode;
  readonly took_ms: number;
  /** Milliseconds of the parts. */
  readonly timing: { readonly embed: number; readonly words: number; readonly meaning: number; readonly read: number };
  /** All hits above the floor of relevance. */
  readonly total: number;
  readonly corrected?: { readonly from: string; readonly to: string };
  /** The database answered, by words alone. */
  readonly degraded?: true;
  /** Even the best hit is unlikely to be relevant. */
  readonly weak?: true;
  /** Absent while `degraded`. */
  readonly facets?: SearchFacets;
  readonly hits: readonly SearchHit[];
  readonly next_cursor?: string;
}

export interface SuggestRequest {
  readonly owner_id: string;
  /** What has been typed so far. */
  readonly q: string;
  readonly limit: number;
}

export interface SuggestAnswer {
  readonly titles: readonly { readonly resource_id: string; readonly title: string }[];
  readonly words: readonly string[];
}

/** Asks for documents that are like one of the library; or, with its vector, like one that is about to be added. */
export interface NeighboursRequest {
  readonly owner_id: string;
  readonly resource_id: string;
  readonly limit: number;
  /** The mean of the document's vectors, and the model that made them. */
  readonly embedded?: { readonly model: string; readonly vector: readonly number[] } | undefined;
}

export interface Neighbour {
  readonly resource_id: string;
  /** 0 to 1. */
  readonly score: number;
  /** The cosine of both resources' vectors. */
  readonly cosine: number;
  /** Words that both share, the rarest first; none where only a vector was given. */
  readonly words: readonly string[];
}

export interface NeighboursAnswer {
  /** Nearest first: by meaning and by words together, or by the vector that was given. */
  readonly neighbours: readonly Neighbour[];
  /** The library has the vectors of another model than the one that was given: nothing was compared. */
  readonly other_model?: true;
}
