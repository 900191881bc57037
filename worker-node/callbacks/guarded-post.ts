/** Posts to a URL that a user named. Only addresses that the policy permits are reached; redirects are not followed. */
import { Agent, request } from 'undici';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import type { AddressPolicy } from '../ingest/fetch/address-policy.ts';
import { isForbiddenAddress, networkError, retryAfterSeconds } from '../ingest/fetch/fetch-errors.ts';
import { guardedConnector, type ResolveHost, resolveHost } from '../ingest/fetch/guarded-connector.ts';
import { checkUrl } from '../ingest/fetch/guarded-fetch.ts';

export interface PostResponse {
  readonly status: number;
  /** Seconds of the receiver's Retry-After, at most an hour. */
  readonly retryAfter?: number;
}

export interface GuardedPost {
  /** Resolves with a response of any status. Throws StageError, `permanent` where a repetition would fail the same way. */
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<PostResponse>;
  close(): Promise<void>;
}

export interface GuardedPostOptions {
  readonly policy: AddressPolicy;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly resolve?: ResolveHost;
  /** Milliseconds for the whole request. */
  readonly deadlineMs?: number;
}

export function createGuardedPost({
  policy,
  clock,
  userAgent,
  resolve = resolveHost,
  deadlineMs = 10_000,
}: GuardedPostOptions): GuardedPost {
  const dispatcher = new Agent({ connect: guardedConnector(policy, resolve, deadlineMs), keepAliveTimeout: 1_000 });

  return {
    post: async (input, body, headers) => {
      const url = checkUrl(input);
      const deadline = AbortSignal.timeout(deadlineMs);
      try {
        const response = await request(url, {
          method: 'POST',
          dispatcher,
          signal: deadline,
          headers: { ...headers, 'content-type': 'application/json', 'user-agent': userAgent },
          body,
        });
        // The body is not used. A long one costs the connection, not memory.
        await response.body.dump({ limit: 16 * 1024, signal: deadline }).catch(() => undefined);
        const retryAfter = retryAfterSeconds(String(response.headers['retry-after'] ?? ''), clock.now());
        return { status: response.statusCode, ...(retryAfter === undefined ? {} : { retryAfter }) };
      } catch (error) {
        if (deadline.aborted)
          throw new StageError('transient', `${url.hostname} did not respond within ${deadlineMs / 1000} seconds`, {
            cause: error,
          });
        // A certificate or a server can be repaired, so those errors are transient; a private address stays forbidden.
        const failure = networkError(error, url.hostname);
        throw isForbiddenAddress(error) ? failure : new StageError('transient', failure.message, { cause: error });
      }
    },
    close: () => dispatcher.close(),
  };
}
