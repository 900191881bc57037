/** Searches libraries: embeds a question by the model of its library, and asks the thread that holds it. */
import { createBoundedMap } from '../../src/kernel/core/bounded-map.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import type { SearchAnswer, SearchRequest } from '../../src/kernel/search/search-request.ts';
import type { SearchClient } from '../../src/kernel/worker-client/search-client.ts';
import type { Embedder } from '../embedder/embedder.ts';
import type { ModelSet } from '../embedder/models.ts';
import { textToEmbed } from './answer/asked-question.ts';
import type { SearchThreads } from './search-threads.ts';
import type { EmbeddedQuestion } from './thread-messages.ts';

/** What a client of the role has over HTTP. Each throws AppError as `SearchThreads.ask` does. */
export type LibrarySearch = SearchClient;

export interface LibrarySearchDependencies {
  readonly threads: Pick<SearchThreads, 'ask'>;
  readonly models: Pick<ModelSet, 'questions' | 'byId'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/** Milliseconds that a question waits for its vector; then words answer alone. */
const EMBEDDING_MS = 800;
/** Vectors of questions that are kept: the next page, another filter and another order ask the same again. 1.5 KB each by MiniLM. */
const MAX_KEPT = 512;
/** UTF-16 units of the longest question whose vector is kept. */
const MAX_KEPT_UNITS = 500;

export function createLibrarySearch({ threads, models, clock, log }: LibrarySearchDependencies): LibrarySearch {
  /** By owner, so that the time of an answer tells nothing of what others have asked, then by model and text. */
  const kept = createBoundedMap<string, Float32Array>({ capacity: MAX_KEPT, evict: 'least-recently-used' });

  /** Null where no vector can be had in time. */
  async function embed(
    ownerId: string,
    embedder: () => Embedder | undefined,
    text: string,
    signal?: AbortSignal,
  ): Promise<EmbeddedQuestion | null> {
    const late = AbortSignal.timeout(EMBEDDING_MS);
    try {
      const chosen = embedder();
      if (!chosen) return null;
      const key = JSON.stringify([ownerId, chosen.model, text]);
      const known = kept.get(key);
      if (known) return { model: chosen.model, vector: known };
      const [vector] = await chosen.embed([text], {
        ...{ priority: 'interactive', kind: 'query' },
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
      if (!vector) return null;
      if (text.length <= MAX_KEPT_UNITS) kept.set(key, vector.slice());
      return { model: chosen.model, vector };
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof AppError) && !late.aborted) throw error;
      log.warning('question not embedded', { error });
      return null;
    }
  }

  /** Asks again by the model of the library where that is another one, as for a moment after a switch. */
  async function search(request: SearchRequest, signal?: AbortSignal): Promise<SearchAnswer> {
    const startedAt = clock.monotonic();
    const text = textToEmbed(request);
    let embedded = text === '' ? null : await embed(request.owner_id, models.questions, text, signal);
    let embeddingMs = clock.monotonic() - startedAt;
    let result = await threads.ask('search', { ...request, embedded }, signal);
    if (result.kind === 'other_model') {
      const { model } = result;
      const againAt = clock.monotonic();
      embedded = await embed(request.owner_id, () => models.byId(model), text, signal);
      embeddingMs += clock.monotonic() - againAt;
      result = await threads.ask('search', { ...request, embedded }, signal);
    }
    if (result.kind === 'other_model') result = await threads.ask('search', { ...request, embedded: null }, signal);
    if (result.kind === 'other_model') throw new Error('a question without a vector has no model');
    const { answer } = result;
    const timing = { ...answer.timing, embed: rounded(answer.timing.embed + embeddingMs) };
    return { ...answer, took_ms: rounded(clock.monotonic() - startedAt), timing };
  }

  async function ask<K extends 'suggest' | 'neighbours'>(
    kind: K,
    request: Parameters<typeof threads.ask<K>>[1],
    signal?: AbortSignal,
  ) {
    const result = await threads.ask(kind, request, signal);
    if (result.kind === 'other_model') throw new Error(`${kind} needs no vector`);
    return result.answer;
  }

  return {
    search,
    suggest: (request, signal) => ask('suggest', request, signal),
    neighbours: (request, signal) => ask('neighbours', request, signal),
  };
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
