/** Publishes a job by POSTing it to the worker, signed in QStash's form. */
import type { Config } from '../config/config.ts';
import { parseRetryAfter } from '../core/retry-after.ts';
import { type JobPublisher, PublishError } from '../jobs/publisher.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

const DEADLINE_MS = 10_000;
/** A worker that dies after taking a message sends no report, so an unclaimed job is published again after this. */
const LOST_AFTER_MS = 30_000;

export interface HttpPublisherDependencies extends SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
}

export function createHttpPublisher(dependencies: HttpPublisherDependencies): JobPublisher {
  const { config, clock } = dependencies;
  const url = `${config.worker.url}/jobs`;
  const signedPost = createSignedPost(dependencies);
  return {
    lostAfterMs: LOST_AFTER_MS,
    publish: async (message) => {
      // RFC 7240: the worker responds once it has claimed the job, before the work is done.
      const headers = { Prefer: 'respond-async' };
      const response = await signedPost({ url, body: message, headers, deadlineMs: DEADLINE_MS });
      await response.body?.cancel();
      if (response.ok) return;
      if (isUnreachable(response.status)) throw new Error(`the worker cannot be reached: status ${response.status}`);
      const busy = response.status === 429 || response.status === 503;
      throw new PublishError(
        busy ? 'busy' : 'refused',
        `the worker responded with status ${response.status}`,
        parseRetryAfter(response.headers.get('retry-after'), clock.now()),
      );
    },
  };
}

/** The statuses a proxy sends when it cannot reach the worker; Cloudflare uses 520 to 530. */
const isUnreachable = (status: number) => status === 502 || status === 504 || (status >= 520 && status <= 530);
