/**
 * From the outbox to the queue. A new job is published at once, in the background; the sweep publishes whatever is due
 * and was not, or was and got lost. A queue that is down or full delays jobs and never refuses them.
 */

import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { Background, Clock } from '../core/ports.ts';
import { findDueJobs, type TakenJob, takeForPublishing, undoPublish } from '../db/jobs.ts';
import type { Database } from '../db/types.ts';
import { type JobPublisher, PublishError } from './publisher.ts';

/** Jobs per sweep, and how many of them are on their way at once. */
const BATCH = 100;
const AT_ONCE = 10;
/** Seconds of pause where a busy queue did not say how long, and the longest it may ask for. */
const PAUSE_S = 1;
const LONGEST_PAUSE_S = 60;

export interface Relay {
  /** In the background; never throws. */
  publishSoon(jobId: string): void;
  /** Publishes what is due and returns how many messages the queue took. Never throws: what fails is due again. */
  sweep(): Promise<number>;
}

export interface RelayDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly publisher: JobPublisher;
  readonly background: Background;
}

export function createRelay({ db, clock, log, publisher, background }: RelayDependencies): Relay {
  const queue = createFailureLog(log, 'the job queue');
  const outbox = createFailureLog(log, 'the outbox');
  let pausedUntil = 0;

  /** True where the queue took the job. False leaves it to the next sweep, or for half a minute where it was refused. */
  async function publish(job: TakenJob, takenAt: number): Promise<boolean> {
    try {
      await publisher.publish({ job_id: job.id, owner_id: job.ownerId }, { deduplicationId: deduplicationIdOf(job) });
      queue.worked();
      return true;
    } catch (error) {
      const refusal = error instanceof PublishError ? error : undefined;
      // A full queue is how a busy one says "later", and no outage.
      if (refusal?.reason === 'busy') log.debug('the job queue is full', { retryAfter: refusal.retryAfter });
      else queue.failed(error);
      if (refusal?.reason === 'refused') return false;
      // Full or away: whatever else is due would meet the same.
      const seconds = Math.min(refusal?.retryAfter ?? PAUSE_S, LONGEST_PAUSE_S);
      pausedUntil = Math.max(pausedUntil, clock.now() + seconds * 1000);
      await undoPublish(db, job.id, takenAt);
      return false;
    }
  }

  async function publishAll(ids: readonly string[]): Promise<number> {
    let published = 0;
    for (let start = 0; start < ids.length && !isPaused(); start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE);
      const now = clock.now();
      const taken = await takeForPublishing(db, some, { now, lostAfterMs: publisher.lostAfterMs });
      const results = await Promise.all(taken.map((job) => publish(job, now)));
      published += results.filter(Boolean).length;
    }
    return published;
  }

  const isPaused = () => clock.now() < pausedUntil;

  /** For the database's own failures: they are the sweep's to report, not its caller's. */
  async function guarded(work: () => Promise<number>): Promise<number> {
    try {
      const count = await work();
      outbox.worked();
      return count;
    } catch (error) {
      outbox.failed(error);
      return 0;
    }
  }

  return {
    publishSoon: (jobId) => background.run('publish job', () => guarded(() => publishAll([jobId]))),

    sweep: () =>
      guarded(async () =>
        isPaused()
          ? 0
          : publishAll(await findDueJobs(db, { now: clock.now(), limit: BATCH, lostAfterMs: publisher.lostAfterMs })),
      ),
  };
}

/** The same for every copy of one message, another whenever the job is to be delivered anew. */
const deduplicationIdOf = ({ id, attempt, availableAt, leaseExpiresAt }: TakenJob) =>
  [id, attempt, availableAt, leaseExpiresAt ?? 0].join('-');
