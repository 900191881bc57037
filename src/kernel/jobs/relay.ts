/**
 * Moves jobs from the outbox to the queue. A new job is published at once, in the background. The sweep publishes the jobs
 * that are due and unpublished, or whose message was lost. A queue that is down or full delays jobs; it never drops them.
 */

import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { Background, Clock } from '../core/ports.ts';
import { findDueJobs, type TakenJob, takeForPublishing, undoPublish } from '../db/jobs.ts';
import type { Database } from '../db/types.ts';
import { type JobPublisher, PublishError } from './publisher.ts';

/** Jobs per sweep, and concurrent publications. */
const BATCH_SIZE = 100;
const CONCURRENCY = 10;
/** Seconds of pause after a busy queue without Retry-After, and the longest Retry-After that is followed. */
const DEFAULT_PAUSE_S = 1;
const MAX_PAUSE_S = 60;

export interface Relay {
  /** Publishes one job in the background; never throws. */
  publishSoon(jobId: string): void;
  /** Publishes due jobs and returns how many the queue accepted. Never throws: a job that fails is due again. */
  sweep(): Promise<number>;
}

export interface RelayDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly publisher: JobPublisher;
  readonly background: Background;
  /** Receives every failure of the database. */
  readonly noteFailure?: (error: unknown) => void;
}

export function createRelay({ db, clock, log, publisher, background, noteFailure }: RelayDependencies): Relay {
  const queueFailures = createFailureLog(log, 'the job queue');
  const outboxFailures = createFailureLog(log, 'the outbox');
  let pausedUntil = Number.NEGATIVE_INFINITY;

  /** Whether the queue accepted the job. A refused job is due again after `lostAfterMs`, any other at the next sweep. */
  async function publish(job: TakenJob, takenAt: number): Promise<boolean> {
    try {
      await publisher.publish({ job_id: job.id, owner_id: job.ownerId }, { deduplicationId: deduplicationIdOf(job) });
      queueFailures.worked();
      return true;
    } catch (error) {
      const failure = error instanceof PublishError ? error : undefined;
      // Backpressure from a full queue is not an outage.
      if (failure?.reason === 'busy') log.debug('the job queue is full', { retryAfter: failure.retryAfter });
      else queueFailures.failed(error);
      if (failure?.reason === 'refused') return false;
      // The queue is full or down, so the other due jobs would fail as well.
      const seconds = Math.min(failure?.retryAfter ?? DEFAULT_PAUSE_S, MAX_PAUSE_S);
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + seconds * 1000);
      await undoPublish(db, job.id, takenAt);
      return false;
    }
  }

  async function publishAll(ids: readonly string[]): Promise<number> {
    let published = 0;
    for (let start = 0; start < ids.length && !isPaused(); start += CONCURRENCY) {
      const batch = ids.slice(start, start + CONCURRENCY);
      const now = clock.now();
      const taken = await takeForPublishing(db, batch, { now, lostAfterMs: publisher.lostAfterMs });
      const results = await Promise.all(taken.map((job) => publish(job, now)));
      published += results.filter(Boolean).length;
    }
    return published;
  }

  const isPaused = () => clock.monotonic() < pausedUntil;

  /** Logs a failure of the database instead of passing it to the caller. */
  async function logFailures(work: () => Promise<number>): Promise<number> {
    try {
      const count = await work();
      outboxFailures.worked();
      return count;
    } catch (error) {
      outboxFailures.failed(error);
      noteFailure?.(error);
      return 0;
    }
  }

  return {
    publishSoon: (jobId) => background.run('publish job', () => logFailures(() => publishAll([jobId]))),

    sweep: () =>
      logFailures(async () =>
        isPaused()
          ? 0
          : publishAll(await findDueJobs(db, { now: clock.now(), limit: BATCH_SIZE, lostAfterMs: publisher.lostAfterMs })),
      ),
  };
}

/** The same for every copy of one message; it changes when the job is to be delivered again. */
const deduplicationIdOf = ({ id, attempt, availableAt, leaseExpiresAt }: TakenJob) =>
  [id, attempt, availableAt, leaseExpiresAt ?? 0].join('-');
