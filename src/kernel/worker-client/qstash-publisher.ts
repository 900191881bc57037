/**
 * Publishes jobs through QStash, which delivers them to the worker, retries, and reports to the API. Each owner has a
 * flow-control key, so that one owner's thousands of jobs do not delay another owner's single job. The entry point
 * constructs the client. https://upstash.com/docs/qstash
 */
import { type Client, QstashError } from '@upstash/qstash';
import type { Config } from '../config/config.ts';
import { withDeadline } from '../core/deadline.ts';
import type { Clock } from '../core/ports.ts';
import { type JobPublisher, PublishError } from '../jobs/publisher.ts';

/** Deliveries after the first; every plan allows three. After the last, the failure callback makes the job due again. */
const RETRIES = 3;
/** Milliseconds: 10, 30 and 90 s. QStash's default schedule could take half an hour to reach a restarted worker. */
const RETRY_DELAY = '10000 * pow(3, retried)';
/** Jobs of one owner delivered at the same time. */
const PARALLELISM = 4;
/** Seconds QStash waits for a job to end: the maximum that every plan allows. */
const TIMEOUT_S = 900;
const DEADLINE_MS = 10_000;
/** QStash keeps a message until it is delivered or reports a failure; without either for this long, the message is lost. */
const LOST_AFTER_MS = 30 * 60_000;

export interface QstashPublisherDependencies {
  readonly client: Pick<Client, 'publishJSON'>;
  readonly config: { readonly publicUrl: string; readonly worker: Pick<Config['worker'], 'url'> };
  readonly clock: Clock;
}

export function createQstashPublisher({ client, config, clock }: QstashPublisherDependencies): JobPublisher {
  return {
    lostAfterMs: LOST_AFTER_MS,
    publish: async (message, { deduplicationId }) => {
      const request = {
        url: `${config.worker.url}/jobs`,
        body: message,
        deduplicationId,
        flowControl: { key: `owner-${message.owner_id}`, parallelism: PARALLELISM },
        retries: RETRIES,
        retryDelay: RETRY_DELAY,
        timeout: TIMEOUT_S,
        callback: `${config.publicUrl}/jobs/callback`,
        failureCallback: `${config.publicUrl}/jobs/failure`,
      };
      // The client takes no signal. A message accepted too late is published again, and deduplication drops the copy.
      await withDeadline({ ms: DEADLINE_MS, subject: 'QStash' }, () => client.publishJSON(request)).catch((error: unknown) => {
        throw asPublishError(error, clock.now());
      });
    },
  };
}

function asPublishError(error: unknown, now: number): unknown {
  if (!(error instanceof QstashError)) return error;
  const { status = 500, reset } = error as QstashError & { readonly reset?: string | null };
  // The burst limit or the daily quota; both responses carry the reset time.
  if (status === 429) return new PublishError('busy', 'QStash: rate limit', secondsUntil(reset, now));
  return status < 500 ? new PublishError('refused', `QStash responded with status ${status}`) : error;
}

/** `reset`: Unix seconds as text, if sent. Returns seconds from `now` (Unix ms), at least 1. */
function secondsUntil(reset: string | null | undefined, now: number): number | undefined {
  const at = Number(reset ?? Number.NaN);
  return Number.isFinite(at) && at > 0 ? Math.max(1, Math.ceil(at - now / 1000)) : undefined;
}
