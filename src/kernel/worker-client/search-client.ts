/** Asks a worker's `search` role, by a signed POST with a deadline. A library is asked of the same worker while that one answers. */
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { type BoundedMap, createBoundedMap } from '../core/bounded-map.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type {
  NeighboursAnswer,
  NeighboursRequest,
  SearchAnswer,
  SearchRequest,
  SuggestAnswer,
  SuggestRequest,
} from '../search/search-request.ts';
import { rendezvous } from './rendezvous.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

/**
 * Each throws `unavailable` where no worker answers in time, `invalid_input` or `not_found` where a worker says so, and the
 * signal's reason once `signal` fires.
 */
export interface SearchClient {
  search(request: SearchRequest, signal?: AbortSignal): Promise<SearchAnswer>;
  suggest(request: SuggestRequest, signal?: AbortSignal): Promise<SuggestAnswer>;
  neighbours(request: NeighboursRequest, signal?: AbortSignal): Promise<NeighboursAnswer>;
}

export interface SearchClientDependencies extends SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'searchUrls' | 'signingKeys'> };
  readonly log: Log;
}

/** Of all attempts together. */
const DEADLINE_MS = 2_000;
/** The share of the time left that a worker gets where another can be asked after it. */
const FIRST_SHARE = 0.6;
/** A worker that failed is passed over for so long, then tried again. */
const AWAY_MS = 1_000;
/** Owners for whom a worker was late that are remembered. */
const MAX_LATE = 1_000;
/** Statuses of a worker that lacks the role or does not know the caller's keys: it answers no caller. */
const ANSWERS_NO_CALLER = new Set([401, 421]);

/** What is known of a worker since it last answered. */
interface Standing {
  /** For everybody. */
  awayUntil: number;
  /** The owner for whom it failed last: it may be their library that keeps it busy. */
  failedFor: string | undefined;
}

class WorkerStatus extends Error {
  override readonly name = 'WorkerStatus';
  readonly status: number;

  constructor(status: number) {
    super(`the worker responded with status ${status}`);
    this.status = status;
  }
}

const searchAnswer = z.looseObject({ hits: z.array(z.looseObject({ resource_id: z.string() })), total: z.number() });
const suggestAnswer = z.looseObject({ titles: z.array(z.unknown()), words: z.array(z.string()) });
const neighboursAnswer = z.looseObject({ neighbours: z.array(z.looseObject({ resource_id: z.string() })) });
const problemBody = z.looseObject({
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export function createSearchClient(dependencies: SearchClientDependencies): SearchClient {
  const { config, clock, log } = dependencies;
  const { searchUrls } = config.worker;
  const signedPost = createSignedPost(dependencies);
  const standings = new Map<string, Standing>();
  /** By address and owner. */
  const late: BoundedMap<string, true> = createBoundedMap({
    capacity: MAX_LATE,
    evict: 'oldest',
    now: () => clock.monotonic(),
  });
  const lateKey = (url: string, ownerId: string) => `${url} ${ownerId}`;

  const isAway = (url: string, ownerId: string, now: number) =>
    (standings.get(url)?.awayUntil ?? 0) > now || late.get(lateKey(url, ownerId)) === true;

  /** A worker that is late or refuses is away for the owner alone until it fails for another one too. */
  function noteFailure(url: string, ownerId: string, error: unknown): void {
    const known = standings.get(url);
    if (!known) log.warning('the worker does not answer searches', { url, error });
    const until = clock.monotonic() + AWAY_MS;
    const isOwners = isOfOneQuestion(error) && (known?.failedFor ?? ownerId) === ownerId;
    if (isOwners) late.set(lateKey(url, ownerId), true, until);
    standings.set(url, { awayUntil: isOwners ? (known?.awayUntil ?? 0) : until, failedFor: ownerId });
  }

  async function ask<T>(
    path: string,
    body: SearchRequest | SuggestRequest | NeighboursRequest,
    answer: z.ZodType,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const started = clock.monotonic();
    const { owner_id: ownerId } = body;
    const present = rendezvous(ownerId, searchUrls).filter((url) => !isAway(url, ownerId, started));
    let cause: unknown = new Error('the workers that search failed a moment ago');
    for (const [index, url] of present.entries()) {
      const left = DEADLINE_MS - (clock.monotonic() - started);
      if (left <= 0) break;
      const isLast = index === present.length - 1;
      try {
        const response = await request(url, path, body, isLast ? left : left * FIRST_SHARE, signal);
        const told = await refusalOf(response);
        if (told) throw told;
        const read = answer.parse(await response.json()) as T;
        if (standings.delete(url)) log.info('the worker answers searches again', { url });
        return read;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof AppError) throw error;
        noteFailure(url, ownerId, error);
        cause = error;
      }
    }
    throw new AppError('unavailable', 'Search is not available right now', { cause, retryAfter: 1 });
  }

  const request = (url: string, path: string, body: unknown, deadlineMs: number, signal: AbortSignal | undefined) =>
    signedPost({
      url: `${url}${path}`,
      signedUrl: { audience: 'pharos-worker', method: 'POST', path },
      body,
      deadlineMs: Math.max(1, Math.round(deadlineMs)),
      signal,
    });

  return {
    search: async (body, signal) => {
      signal?.throwIfAborted();
      return await ask<SearchAnswer>('/search', body, searchAnswer, signal);
    },
    suggest: async (body, signal) => {
      signal?.throwIfAborted();
      return await ask<SuggestAnswer>('/search/suggest', body, suggestAnswer, signal);
    },
    neighbours: async (body, signal) => {
      signal?.throwIfAborted();
      return await ask<NeighboursAnswer>('/search/neighbours', body, neighboursAnswer, signal);
    },
  };
}

/** What a worker says about the request itself, as an error for the client. Throws for a worker that cannot answer. */
async function refusalOf(response: Response): Promise<AppError | undefined> {
  if (response.ok) return undefined;
  const code = response.status === 422 ? 'invalid_input' : response.status === 404 ? 'not_found' : undefined;
  if (code === undefined) {
    await response.body?.cancel();
    throw new WorkerStatus(response.status);
  }
  const { detail, errors } = problemBody.parse(await response.json());
  return new AppError(code, detail, errors ? { errors } : {});
}

/** Whether the worker itself may be well: it answered that it cannot, or it did not answer in time. */
const isOfOneQuestion = (error: unknown): boolean =>
  error instanceof WorkerStatus ? !ANSWERS_NO_CALLER.has(error.status) : error instanceof Error && error.name === 'TimeoutError';
