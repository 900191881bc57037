/** What searches one owner's library in memory. Everything in it is derived from rows of the database. */
import type { FacetName, FacetValue, SearchFilters } from '../../../src/kernel/search/search-request.ts';

/** The parts of a chunk that are searched. */
export interface IndexedChunk {
  readonly seq: number;
  readonly text: string;
  /** Title and headings. */
  readonly context: string;
  /** Of the model that the library is searched by; null before the chunk is embedded. */
  readonly embedding: Float32Array | null;
}

export interface IndexedDocument {
  readonly id: string;
  readonly title: string | null;
  readonly language: string | null;
  readonly category: string | null;
  readonly tags: readonly string[];
  /** The media type. */
  readonly contentType: string | null;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly qualityScore: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly chunks: readonly IndexedChunk[];
}

/** What the attributes of a document say, without its metadata. */
export type DocumentAttributes = Omit<IndexedDocument, 'id' | 'chunks' | 'metadata'>;

/** A word of the question with its alternatives (stems of several languages, a correction, words that it begins): one term to BM25. */
export interface TermGroup {
  /** Occurrences of an alternative count by its weight, 1 without one. */
  readonly terms: readonly { readonly term: string; readonly weight?: number }[];
  /** How often the question says the word, 1 without one. */
  readonly weight?: number;
}

/** The result is overwritten by the next call of `words`. */
export interface WordScores {
  /** Slots of the chunks that hold a word, in no order. */
  readonly slots: Uint32Array;
  /** BM25 by chunk slot; 0 where no word occurs. */
  readonly scores: Float32Array;
  /** By chunk slot: bit i tells that group i occurs, for the first 32 groups. */
  readonly matched: Uint32Array;
  /** By group: in how many chunks it occurs. */
  readonly frequencies: Uint32Array;
}

export interface WordOptions {
  /** How much an occurrence in title or headings counts; 2 without one. */
  readonly contextWeight?: number;
  /** BM25's saturation (1.2) and length normalisation (0.75). */
  readonly k1?: number;
  readonly b?: number;
}

/** Terms of which one stands `offset` positions behind the phrase's first. */
export interface PhraseTerm {
  readonly terms: readonly string[];
  readonly offset: number;
}

/** Which documents the filters let pass. */
export interface Selection {
  /** By document slot: 0 where the document passes, else a bit for each filter that it fails (`selection.ts`). */
  readonly failures: Uint8Array;
}

export interface FoundWord {
  readonly word: string;
  readonly term: string;
  /** In how many live chunks the term occurs. */
  readonly frequency: number;
}

export interface Vocabulary {
  /** Terms and words. */
  readonly size: number;
  /** In how many live chunks the term occurs. */
  frequency(term: string): number;
  /**
   * The library's word that is nearest to the given one by edits (insert, delete, replace, swap two neighbours), the most
   * frequent of equals: one edit for words of 4 letters, two for words of 8. Undefined for a word that occurs, and without one near.
   */
  correct(word: string): string | undefined;
  /** The most frequent words that begin with the prefix, as they stand in the text but in lower case. */
  complete(prefix: string, limit: number): FoundWord[];
  /** The most frequent words of which the suffix is the last part, but for an ending of at most two letters, behind four others. */
  endingIn(suffix: string, limit: number): FoundWord[];
}

/**
 * Documents and chunks have slots: small numbers, by which results are arrays. A slot is valid until the next `put`,
 * `remove` or `settle`; a caller that waits in between keeps ids instead.
 */
export interface LibraryIndex {
  /** Live ones. */
  readonly documents: number;
  readonly chunks: number;
  /** Every slot is below these. */
  readonly documentSlots: number;
  readonly chunkSlots: number;
  /** Memory that the index holds, about. */
  readonly bytes: number;
  /**
   * Of `bytes` what only removed documents need, about: an index that is built of the same documents has none. Counted by a
   * settling once an eighth of the chunks was removed since the last count.
   */
  readonly deadBytes: number;
  /** Languages of its documents, the most frequent first. */
  readonly languages: readonly string[];
  /** Those of at least one document in twenty: a few others may be mistaken. */
  readonly mainLanguages: readonly string[];
  readonly vocabulary: Vocabulary;

  /** Adds the document, or replaces it. */
  put(document: IndexedDocument): void;
  /**
   * The same in steps of some milliseconds, between which searches find what they found before; the document appears with the
   * last step. All of them are taken before anything else is changed.
   */
  putting(document: IndexedDocument): Iterable<void>;
  remove(documentId: string): void;
  /** Packs what was put since: called when a load or a round of changes is complete. */
  settle(): void;
  /** The same in steps of some milliseconds, between which searches find what they find afterwards. Nothing else is changed meanwhile. */
  settling(): Iterable<void>;
  /**
   * Frees a part of what removed documents left, by such steps, and answers whether there may be more: called before an index is
   * encoded, where searches wait for less than for an encoding that has to free it all.
   */
  purging(): Generator<void, boolean>;

  /** BM25 of the chunks that hold a word of the question. */
  words(groups: readonly TermGroup[], options?: WordOptions): WordScores;
  /** By chunk slot: 1 where the terms stand at these distances. One term: where it occurs. The next call overwrites the array. */
  phrase(terms: readonly PhraseTerm[]): Uint8Array;
  /** Cosine with the question by chunk slot, 0 without a vector. The array is overwritten by the next call. */
  meaning(vector: Float32Array): Float32Array;
  vectorOf(chunkSlot: number): Float32Array | null;

  /** Null where every document passes. `subtree` names a category and those below it. */
  select(filters: SearchFilters, subtree: (category: string) => readonly string[]): Selection | null;
  /** Counts the documents by value, each facet under the filters but its own. The documents are given unfiltered. */
  facets(documentSlots: Uint32Array, selection: Selection | null): Readonly<Record<FacetName, readonly FacetValue[]>>;

  /** Slots of the live documents, ascending. */
  readonly liveDocuments: Uint32Array;
  /** By chunk slot: the live chunk's document. */
  readonly documentColumn: Uint32Array;
  /** The live chunk's document. */
  documentOf(chunkSlot: number): number;
  /** By position. */
  chunksOf(documentSlot: number): number[];
  seqOf(chunkSlot: number): number;
  isLive(chunkSlot: number): boolean;
  idOf(documentSlot: number): string;
  slotOf(documentId: string): number | undefined;
  attributesOf(documentSlot: number): DocumentAttributes;
  createdAtOf(documentSlot: number): number;
  /** Less than 0 where the first document stands before the second by title; those without one stand last. */
  compareTitles(documentSlot: number, other: number): number;
}

/** What an index is made with: the analysis of texts, and memory for vectors. */
export interface IndexParts {
  readonly analysis: TextAnalysis;
  createVectors(dimensions: number, encoded?: Uint8Array): IndexVectors;
}

/** Makes terms of a text piece by piece, so that what was made of a piece need not be made again. */
export interface TextAnalysis {
  /**
   * Writes where each piece of a text begins and ends, which is not empty, in order, and answers how many numbers these are: at
   * most one more than the text's UTF-16 units, of which there are `length`.
   */
  findPieces(units: Uint16Array, length: number, ranges: Int32Array): number;
  /** What a piece is made to depends on nothing but itself and the language. */
  readPiece(piece: string, language: string | null): IndexedPiece;
  /** The date or number that the piece at `start` to `end` is a part of; undefined where there is none. */
  wholeAround(text: string, start: number, end: number, hint: number): IndexedWhole | undefined;
}

/** Offsets and positions are relative to the piece's own. */
export interface IndexedPiece {
  readonly tokens: readonly IndexToken[];
  /** How many positions it takes. */
  readonly positions: number;
  /** A number of 1 or more where the piece may be a part of a date or a number. */
  readonly hint: number | undefined;
}

/** Its terms are alternatives of the first token that begins at `start` or later. */
export interface IndexedWhole {
  readonly terms: readonly string[];
  readonly start: number;
  readonly end: number;
}

export interface IndexToken {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  /** Tokens that share one are alternatives. */
  readonly position: number;
}

export interface IndexVectors {
  readonly dimensions: number;
  readonly bytes: number;
  set(slot: number, vector: Float32Array | null): void;
  get(slot: number): Float32Array | null;
  cosines(vector: Float32Array, slots: number): Float32Array;
  encode(slots: number): Uint8Array;
}
