/** The transactional outbox: a job's row is written in the transaction of its cause and published after the commit. */

import { RETRIES } from '../core/backoff.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { insertJob } from '../db/jobs.ts';
import type { Database, Job } from '../db/types.ts';
import type { JobKind, JobPayload } from '../model/job-kinds.ts';

export interface NewJob<P extends JobPayload> {
  readonly kind: Pick<JobKind<P>, 'name'>;
  readonly payload: P;
  /** INSTALLATION for a job that belongs to no user. */
  readonly ownerId: string;
  /** Default null: a job without a resource. */
  readonly resourceId?: string | null;
}

/** Inserts a job that is due at once. Call it inside the transaction, and call `relay.publishSoon(job.id)` after the commit. */
export async function enqueueJob<P extends JobPayload>(
  tx: Database,
  { clock, ids }: { clock: Clock; ids: Ids },
  { kind, ownerId, resourceId = null, payload }: NewJob<P>,
): Promise<Job> {
  const now = clock.now();
  const job: Job = {
    id: ids.next(),
    kind: kind.name,
    ownerId,
    resourceId,
    payload,
    state: 'queued',
    attempt: 0,
    begunAttempt: null,
    maxAttempts: 1 + RETRIES,
    availableAt: now,
    publishedAt: null,
    leaseOwner: null,
    leaseExpiresAt: null,
    error: null,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
  };
  await insertJob(tx, job);
  return job;
}
