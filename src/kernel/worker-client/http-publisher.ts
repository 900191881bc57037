/** Publishes a job by POSTing it to the worker, signed as QStash signs. */
import type { Config } from '../config/config.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import { parseRetryAfter } from '../core/retry-after.ts';
import { type JobPublisher, PublishError } from '../jobs/publisher.ts';
import { SIGNATURE_HEADER, signRequest } from './signatures.ts';

const DEADLINE_MS = 10_000;
/** A worker that took a message and died tells nobody. */
const LOST_AFTER_MS = 30_000;

export interface HttpPublisherDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createHttpPublisher({ config, fetch, clock, ids }: HttpPublisherDependencies): JobPublisher {
  const url = `${config.worker.url}/jobs`;
  return {
    lostAfterMs: LOST_AFTER_MS,
    publish: async (message) => {
      const body = JSON.stringify(message);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          // RFC 7240: the worker answers when it has the job, not when it is done.
          Prefer: 'respond-async',
          [SIGNATURE_HEADER]: await signRequest({ key: config.worker.signingKeys.current, url, body, clock, ids }),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      await response.body?.cancel();
      if (response.ok) return;
      if (isUnreachable(response.status)) throw new Error(`the worker cannot be reached: ${response.status}`);
      const busy = response.status === 429 || response.status === 503;
      throw new PublishError(
        busy ? 'busy' : 'refused',
        `the worker answered ${response.status}`,
        parseRetryAfter(response.headers.get('retry-after'), clock.now()),
      );
    },
  };
}

/** What a proxy answers in place of a server that it does not reach; Cloudflare's have numbers of their own. */
const isUnreachable = (status: number) => status === 502 || status === 504 || (status >= 520 && status <= 530);
