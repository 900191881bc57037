/** When a failed request may be sent again, and how long to wait before that. */
import { PharosError } from './error.ts';

export interface RetryRules {
  /** How often a request is sent again. Default: 3. */
  readonly retries: number;
  /** A request that would pass only after more seconds than this fails at once. Default: 60. */
  readonly maxRetryAfter: number;
}

/** Creating operations that take an `Idempotency-Key`; the client sends one of its own where the caller gave none. */
export const TAKES_IDEMPOTENCY_KEY: ReadonlySet<string> = new Set(['/resources', '/resources/upload']);

/** Operations by POST that leave nothing behind which a second one would double. */
const REPEATABLE_POSTS: ReadonlySet<string> = new Set([
  '/auth/refresh',
  '/progress/tickets',
  '/resources/known',
  '/resources/upload-url',
  '/v1/embeddings',
]);
const REPEATABLE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether a second, equal request changes nothing that the first did not (RFC 9110 section 9.2.2). */
export const isRepeatable = ({ method, headers }: Pick<Request, 'method' | 'headers'>, path: string): boolean =>
  REPEATABLE_METHODS.has(method) || headers.has('Idempotency-Key') || REPEATABLE_POSTS.has(path);

/** Answers of a server or proxy that may be well again at the next request; 0 is a lost connection. */
const TRANSIENT: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** How often a request is repeated at most where the server does not say when. */
const MOST_UNTOLD = 5;
const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/** Milliseconds until the request is sent again; undefined if it is not. `attempt` counts from 0. */
export function waitBefore(
  attempt: number,
  error: unknown,
  { retries, maxRetryAfter }: RetryRules,
  random: () => number,
): number | undefined {
  if (!(error instanceof PharosError) || !TRANSIENT.has(error.status) || attempt >= retries) return undefined;
  if (error.retryAfter === undefined && attempt >= MOST_UNTOLD) return undefined;
  if (error.retryAfter === undefined) return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.5 + random() / 2);
  if (error.retryAfter > maxRetryAfter) return undefined;
  // Later than asked for by up to a tenth, so that clients that were refused together do not return together.
  return error.retryAfter * 1000 * (1 + random() / 10) + random() * 100;
}
