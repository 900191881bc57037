/** A library of a few texts in memory, with vectors by words: texts that share words are near, and so are those with synonyms. */

import type { SearchAnswer, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { analyse, textAnalysis } from '../../../worker-node/search/analysis/analyse.ts';
import { answerSearch } from '../../../worker-node/search/answer/answer-search.ts';
import { textToEmbed } from '../../../worker-node/search/answer/asked-question.ts';
import type { HitChunk, HitResource } from '../../../worker-node/search/answer/hit-rows.ts';
import { createRankedLists, type RankedLists } from '../../../worker-node/search/answer/ranked-lists.ts';
import { createLibraryIndex } from '../../../worker-node/search/index/memory-index.ts';
import { createScoreBuffers } from '../../../worker-node/search/rank/score-buffers.ts';
import { createVectorBlock } from '../../../worker-node/search/vectors/vector-block.ts';

export interface SmallDocument {
  readonly id: string;
  readonly title?: string;
  readonly text: string | readonly string[];
  readonly language?: string;
  readonly tags?: readonly string[];
  readonly category?: string;
  readonly createdAt?: number;
  /** Of each of its texts, of length 1 and 64 dimensions, in place of those by words. */
  readonly vector?: Float32Array;
}

const DIMENSIONS = 64;
/** Words of one meaning. */
const SYNONYMS: Readonly<Record<string, string>> = { automobile: 'car', vehicle: 'car', physician: 'doctor', iceberg: 'glacier' };

/** The sum of a pseudo-random direction for each meaning. */
export function embedWords(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const { term } of analyse(
    text.toLowerCase().replace(/\w+/g, (word) => SYNONYMS[word] ?? word),
    'en',
  )) {
    if (term.length < 3) continue;
    let state = 0x9e3779b9;
    for (const character of term) state = Math.imul(state ^ character.charCodeAt(0), 0x85ebca6b) >>> 0;
    for (let i = 0; i < DIMENSIONS; i++) {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i) >>> 0;
      vector[i] = (vector[i] ?? 0) + (state / 2 ** 31 - 1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

export interface SmallLibrary {
  readonly lists: RankedLists;
  put(document: SmallDocument): void;
  /** From the index and from the database. */
  remove(id: string): void;
  /** From the database alone, as a deletion does that the index has not heard of. */
  removeRow(id: string): void;
  /** Full vectors, from the database alone. */
  removeVectors(): void;
  /** What happens when full vectors are read. */
  whileReadingVectors(happens: () => Promise<void>): void;
  ask(request: Partial<SearchRequest>): Promise<SearchAnswer>;
  /** With a vector in place of the question's own. */
  askBy(vector: Float32Array, request: Partial<SearchRequest>): Promise<SearchAnswer>;
  readonly embedded: string[];
  readonly index: ReturnType<typeof createLibraryIndex>;
  readonly readHits: (seqs: readonly number[]) => Promise<SmallRows>;
}

interface SmallRows {
  readonly resources: ReadonlyMap<string, HitResource>;
  readonly chunks: ReadonlyMap<number, HitChunk>;
}

export function smallLibrary(documents: readonly SmallDocument[] = []): SmallLibrary {
  const index = createLibraryIndex({ analysis: textAnalysis, createVectors: createVectorBlock });
  const resources = new Map<string, HitResource>();
  const chunks = new Map<number, HitChunk>();
  const vectors = new Map<number, Float32Array>();
  const lists = createRankedLists();
  const buffers = createScoreBuffers();
  const embedded: string[] = [];
  let seq = 0;
  let version = 0;
  let whileReading: (() => Promise<void>) | undefined;
  const readHits = async () => ({ resources: new Map(resources), chunks: new Map(chunks) });
  const embed = async (text: string) => {
    embedded.push(text);
    return embedWords(text);
  };
  const answer = (over: Partial<SearchRequest>, vector?: Float32Array) => {
    const request: SearchRequest = {
      ...{ owner_id: 'owner', mode: 'hybrid', prefix: false, sort: 'relevance', limit: 10, filters: {} },
      ...over,
    };
    const text = textToEmbed(request);
    const model = { id: 'all-MiniLM-L6-v2', languages: ['en'] };
    const clock = { monotonic: () => 0 };
    const dependencies = {
      index,
      version: () => version,
      model,
      readHits,
      readVectors: async (seqs: readonly number[]) => {
        await whileReading?.();
        return new Map(seqs.flatMap((seq) => (vectors.has(seq) ? [[seq, vectors.get(seq) as Float32Array]] : [])));
      },
      subtree: (id: string) => [id],
      embed,
      lists,
      buffers,
      clock,
    };
    return answerSearch(dependencies, request, vector ?? (text === '' ? null : embedWords(text)));
  };
  const library: SmallLibrary = {
    index,
    lists,
    embedded,
    readHits,
    put: ({ id, title = null, text, language = 'en', tags = [], category = null, createdAt = 0, vector }) => {
      const texts = typeof text === 'string' ? [text] : text;
      resources.set(id, { title, url: null, language, contentType: 'text/plain', category, tags: [...tags], createdAt });
      const rows = texts.map((chunk, position) => {
        seq++;
        const range = { charStart: 0, charEnd: chunk.length, pageStart: null, pageEnd: null };
        chunks.set(seq, { seq, id: `chunk-${seq}`, resourceId: id, position, text: chunk, headingPath: [], ...range });
        const embedding = vector ?? embedWords(`${title ?? ''} ${chunk}`);
        vectors.set(seq, embedding);
        return { seq, text: chunk, context: title ?? '', embedding };
      });
      const attributes = {
        title,
        language,
        tags,
        category,
        createdAt,
        contentType: 'text/plain',
        qualityScore: 0.5,
        metadata: {},
      };
      index.put({ id, ...attributes, chunks: rows });
      index.settle();
      version++;
    },
    remove: (id) => {
      index.remove(id);
      index.settle();
      resources.delete(id);
      version++;
    },
    removeRow: (id) => void resources.delete(id),
    removeVectors: () => vectors.clear(),
    whileReadingVectors: (happens) => {
      whileReading = happens;
    },
    ask: (over) => answer(over),
    askBy: (vector, over) => answer(over, vector),
  };
  for (const document of documents) library.put(document);
  return library;
}

export const idsOf = ({ hits }: SearchAnswer): string[] => hits.map((hit) => hit.resource_id);
