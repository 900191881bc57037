/** Answers questions of libraries, in a search thread. */
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listCategories } from '../../src/kernel/db/categories.ts';
import type { ChunkIndex } from '../../src/kernel/db/chunk-index.ts';
import { toDatabaseAppError } from '../../src/kernel/db/connection-errors.ts';
import { findActiveModel, findEmbeddingModel } from '../../src/kernel/db/embedding-models.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { parseSearchQuery } from '../../src/kernel/search/search-query.ts';
import type { NeighboursRequest, SearchRequest } from '../../src/kernel/search/search-request.ts';
import { searchInDatabase } from '../../src/services/search/search-in-database.ts';
import { answerSearch, type SearchedModel } from './answer/answer-search.ts';
import { hitReader, vectorReader } from './answer/hit-rows.ts';
import { nearestDocuments } from './answer/nearest-documents.ts';
import { neighbours } from './answer/neighbours.ts';
import { createRankedLists } from './answer/ranked-lists.ts';
import { suggest } from './answer/suggest.ts';
import type { LibraryIndex } from './index/library-index.ts';
import type { Libraries } from './libraries/libraries.ts';
import { type Library, LibraryTooLarge } from './libraries/library.ts';
import { createScoreBuffers } from './rank/score-buffers.ts';
import type { Outcome, Question, Questions } from './thread-messages.ts';

export interface AnswerQuestionDependencies {
  readonly db: Database;
  /** Answers for libraries beyond the memory. */
  readonly chunkIndex: ChunkIndex;
  readonly clock: Clock;
  readonly log: Log;
  readonly libraries: Pick<Libraries<LibraryIndex>, 'use'>;
  /** The vector of a text by the model; null where it cannot be had. */
  embed(text: string, model: string): Promise<Float32Array | null>;
}

export function createAnswerQuestion(dependencies: AnswerQuestionDependencies): (question: Question) => Promise<Outcome> {
  const { db, chunkIndex, clock, log, libraries, embed } = dependencies;
  const lists = createRankedLists();
  // One question is scored at a time.
  const buffers = createScoreBuffers();
  const models = new Map<string, SearchedModel>();

  /** A model's languages do not change. */
  async function modelOf(id: string | null): Promise<SearchedModel | null> {
    if (id === null) return null;
    const known = models.get(id);
    if (known) return known;
    const row = await findEmbeddingModel(db, id);
    const model = { id, languages: row?.languages ?? null };
    models.set(id, model);
    return model;
  }

  async function search({ embedded, ...request }: Questions['search']['request']): Promise<Outcome> {
    const [library, subtree] = await Promise.all([libraries.use(request.owner_id), subtrees(db, request)]);
    const model = await modelOf(library.model);
    if (embedded && model && embedded.model !== model.id) return { kind: 'other_model', model: model.id };
    const answer = await answerSearch(
      {
        ...{ index: library.index, version: () => library.version, model, subtree, lists, buffers, clock },
        readHits: hitReader(db, library.ownerId),
        readVectors: vectorReader(db, library.ownerId, model?.id ?? ''),
        embed: embedded === null ? undefined : (text) => embed(text, embedded.model),
      },
      request,
      model && (embedded?.vector ?? null),
    );
    return { kind: 'answered', answer };
  }

  async function searchTooLarge({ embedded, ...request }: Questions['search']['request']): Promise<Outcome> {
    const active = embedded ? await findActiveModel(db) : undefined;
    if (embedded && active && embedded.model !== active.id) return { kind: 'other_model', model: active.id };
    return { kind: 'answered', answer: await searchInDatabase({ db, chunkIndex, clock }, request, active ? embedded : null) };
  }

  async function answer(question: Question): Promise<Outcome> {
    const { kind, request } = question;
    if (kind === 'search')
      return await search(request).catch((error) => {
        if (error instanceof LibraryTooLarge) return searchTooLarge(request);
        throw error;
      });
    const library = await libraries.use(request.owner_id);
    if (kind === 'suggest') return { kind: 'answered', answer: suggest(library.index, request) };
    return { kind: 'answered', answer: await neighboursIn(library, request) };
  }

  async function neighboursIn({ index, ownerId, model }: Library<LibraryIndex>, request: NeighboursRequest) {
    const { embedded, resource_id: exceptId, limit } = request;
    if (!embedded) return await neighbours(index, hitReader(db, ownerId), request);
    if (embedded.model !== model) return { neighbours: [], other_model: true as const };
    return { neighbours: nearestDocuments(index, Float32Array.from(embedded.vector), { exceptId, limit }) };
  }

  return async function answerQuestion(question) {
    try {
      return await answer(question);
    } catch (error) {
      return toOutcome(error);
    }
  };

  function toOutcome(error: unknown): Outcome {
    const known = error instanceof AppError ? error : toDatabaseAppError(error);
    if (known) {
      const { code, detail, errors, retryAfter } = known;
      const options = { ...(errors ? { errors } : {}), ...(retryAfter === undefined ? {} : { retryAfter }) };
      return { kind: 'refused', code, detail, options };
    }
    if (error instanceof LibraryTooLarge) {
      log.info('library too large for the memory', { error });
      return {
        kind: 'refused',
        code: 'unavailable',
        detail: 'The library is too large for the memory of this worker',
        options: {},
      };
    }
    log.error('search failed', { error });
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Each category with those below it, as the tree is now; nothing is read where the question names no category. */
async function subtrees(db: Database, { q, filters }: SearchRequest): Promise<(category: string) => readonly string[]> {
  const named = [...(filters.category ?? []), ...((q === undefined ? undefined : parseSearchQuery(q).filters.category) ?? [])];
  if (named.length === 0) return (category) => [category];
  const children = Map.groupBy(await listCategories(db), ({ parentId }) => parentId);
  return (category) => {
    // A tree without circles: each of its categories is reached once.
    const below = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap((child) => below(child.id))];
    return below(category);
  };
}
