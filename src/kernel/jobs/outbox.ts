/** The transactional outbox: a job's row is written in the transaction of its cause and published after the commit. */

import { RETRIES } from '../core/backoff.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { insertJob } from '../db/jobs.ts';
import type { Database, Job } from '../db/types.ts';

export type NewJob = Pick<Job, 'kind' | 'ownerId' | 'payload'> & { readonly resourceId: string };

/** Inserts a job that is due at once. Call it inside the transaction, and call `relay.publishSoon(job.id)` after the commit. */
export async function enqueueJob(
  tx: Database,
  { clock, ids }: { clock: Clock; ids: Ids },
  { kind, ownerId, resourceId, payload }: NewJob,
): Promise<Job> {
  const now = clock.now();
  const job: Job = {
    id: ids.next(),
    kind,
    ownerId,
    resourceId,
    payload,
    state: 'queued',
    attempt: 0,
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
