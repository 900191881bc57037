/** Cancels queued and running jobs. A worker finds its lease revoked at its next write, and that write is refused. */

import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { endJob, findJob, UNFINISHED_JOB_STATES, unfinishedJobsOf } from '../../kernel/db/jobs.ts';
import { readStages, writeStages } from '../../kernel/db/resource-stages.ts';
import { findResource, mirrorStages } from '../../kernel/db/resources.ts';
import type { Database, Job } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { processingOf } from '../../kernel/model/job-kinds.ts';
import type { Stage, StageStates } from '../../kernel/model/stages.ts';
import { enqueueCallback } from '../../kernel/webhooks/enqueue-callback.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource, notFound } from '../errors.ts';
import { type Caller, nothing, operation } from '../operation.ts';
import { resourceIdInput } from '../resources/resource-schemas.ts';
import { jobId, jobSchema, toJobBody } from './job-schema.ts';

type CancelContext = Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress'>;

interface Cancelled {
  readonly job: Job;
  readonly changed: Partial<StageStates>;
}

export const cancelJob = operation({
  name: 'jobs.cancel',
  scope: 'admin',
  summary: 'Cancel a queued or running job',
  description:
    'Its unfinished stages fail with "Cancelled", and a worker that runs it writes nothing more. 409 for a finished job.',
  destructive: false,
  input: z.object({ id: jobId }),
  output: jobSchema,
  errors: ['not_found', 'conflict'],
  run: async ({ actor, ...context }: CancelContext & Caller, { id }) => {
    const cancelled = await context.db.transaction(async (tx) => {
      const job = await findJob(tx, id);
      if (!job) throw notFound('job');
      return (
        (await cancelInTransaction(tx, context, id, actor)) ??
        conflict(`This job is ${job.state}; only a queued or running job can be cancelled`)
      );
    });
    await reportProgress(context, cancelled);
    return toJobBody(cancelled.job);
  },
});

/** Cancels the unfinished jobs of one of the actor's resources. */
export const cancelResource = operation({
  name: 'resources.cancel',
  scope: 'resources:write',
  summary: 'Stop processing a resource',
  description: 'Its unfinished stages fail with "Cancelled"; completed stages stay. 409 if the resource is not being processed.',
  destructive: false,
  input: z.object({ id: resourceIdInput }),
  output: nothing,
  errors: ['not_found', 'conflict'],
  run: async ({ actor, ...context }: CancelContext & Caller, { id }) => {
    const all = await context.db.transaction(async (tx) => {
      if (!(await findResource(tx, { id, ownerId: actor.userId }))) throw noSuchResource();
      const cancelled: Cancelled[] = [];
      for (const job of await unfinishedJobsOf(tx, id)) {
        const one = await cancelInTransaction(tx, context, job.id, actor);
        if (one) cancelled.push(one);
      }
      return cancelled.length > 0 ? cancelled : conflict('This resource is not being processed; there is nothing to cancel');
    });
    for (const cancelled of all) await reportProgress(context, cancelled);
  },
});

async function cancelInTransaction(
  tx: Database,
  { clock, ids }: CancelContext,
  id: string,
  actor: Actor,
): Promise<Cancelled | undefined> {
  const now = clock.now();
  const error = `Cancelled by ${actor.username}`;
  const job = await endJob(tx, id, { from: UNFINISHED_JOB_STATES, state: 'cancelled', error, now });
  if (!job) return undefined;
  const { resourceId } = job;
  const asked = processingOf(job);
  const states = resourceId === null ? undefined : await readStages(tx, resourceId);
  if (resourceId === null || !asked || !states) return { job, changed: {} };
  // A stage that a later run started again belongs to that run.
  const unfinished = asked.stages.filter(
    (stage) => states[stage].run === asked.run && !['completed', 'failed'].includes(states[stage].status),
  );
  const cancelled = (stage: Stage) => ({
    ...states[stage],
    status: 'failed' as const,
    message: 'Cancelled',
    finishedAt: now,
    updatedAt: now,
  });
  const changed: Partial<StageStates> = Object.fromEntries(unfinished.map((stage) => [stage, cancelled(stage)]));
  await writeStages(tx, resourceId, changed);
  await mirrorStages(tx, resourceId, { ...states, ...changed }, now);
  await enqueueCallback(tx, { resourceId, jobId: id, ids, now });
  return { job, changed };
}

async function reportProgress({ progress }: CancelContext, { job, changed }: Cancelled): Promise<void> {
  if (job.resourceId !== null) await progress.report({ resource_id: job.resourceId, stages: changed });
}

function conflict(detail: string): never {
  throw new AppError('conflict', detail);
}
