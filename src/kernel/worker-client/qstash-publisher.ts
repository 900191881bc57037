/**
 * Publishes jobs through QStash, which delivers them to the worker, retries, and reports to the API. Each owner's jobs have
 * a flow-control key of their own, so that nobody's thousands stand before another's one. The client is made by the entry
 * point. https://upstash.com/docs/qstash
 */
import { type Client, QstashError } from '@upstash/qstash';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/ports.ts';
import { type JobPublisher, PublishError } from '../jobs/publisher.ts';

/** Deliveries after the first; every plan has them. What still failed then is due again by the failure callback. */
const RETRIES = 3;
/** Milliseconds: 10, 30 and 90 s. By its own schedule QStash would take half an hour to find a worker that is back. */
const RETRY_DELAY = '10000 * pow(3, retried)';
/** One owner's jobs that are at a worker at once. */
const PARALLELISM = 4;
/** How long QStash waits for a job's end: the longest it allows on every plan. */
const TIMEOUT_S = 900;
const DEADLINE_MS = 10_000;
/** QStash keeps messages until it can deliver them and says when it gave up: lost is only what neither happened to. */
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
      const request = client.publishJSON({
        url: `${config.worker.url}/jobs`,
        body: message,
        deduplicationId,
        flowControl: { key: `owner-${message.owner_id}`, parallelism: PARALLELISM },
        retries: RETRIES,
        retryDelay: RETRY_DELAY,
        timeout: TIMEOUT_S,
        callback: `${config.publicUrl}/jobs/callback`,
        failureCallback: `${config.publicUrl}/jobs/failure`,
      });
      await inTime(request).catch((error: unknown) => {
        throw asPublishError(error, clock.now());
      });
    },
  };
}

/** The client knows no deadline. What it answers too late is published twice, which deduplication makes once. */
async function inTime<T>(request: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`QStash gave no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([request, late]);
  } finally {
    clearTimeout(timer);
  }
}

function asPublishError(error: unknown, now: number): unknown {
  if (!(error instanceof QstashError)) return error;
  const { status = 500, reset } = error as QstashError & { readonly reset?: string | null };
  // A burst, or the day's quota: both say when it is over.
  if (status === 429) return new PublishError('busy', 'QStash: rate limit', secondsUntil(reset, now));
  return status < 500 ? new PublishError('refused', `QStash answered ${status}`) : error;
}

/** `reset` is Unix seconds as text, or nothing. */
function secondsUntil(reset: string | null | undefined, now: number): number | undefined {
  const at = Number(reset ?? Number.NaN);
  return Number.isFinite(at) && at > 0 ? Math.max(1, Math.ceil(at - now / 1000)) : undefined;
}
