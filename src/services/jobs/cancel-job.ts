/** Ends work that is waiting or under way: whoever works on it finds its lease gone at its next write, and writes nothing. */

import { AppError } from '../../kernel/core/errors.ts';
import { endJob, findJob, UNFINISHED_JOB_STATES, unfinishedJobsOf } from '../../kernel/db/jobs.ts';
import { readStages, writeStages } from '../../kernel/db/resource-stages.ts';
import { findResource, mirrorStages } from '../../kernel/db/resources.ts';
import type { Database, Job } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { STAGES, StageStates } from '../../kernel/model/stages.ts';
import { enqueueCallback } from '../../kernel/webhooks/enqueue-callback.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource, notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

type CancelServices = Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress'>;

interface Cancelled {
  readonly job: Job;
  readonly changed: Partial<StageStates>;
}

/** For admins. Throws `not_found`, and `conflict` where the job is over. */
export async function cancelJob(services: CancelServices, actor: Actor, { id }: { id: string }): Promise<Job> {
  requireScope(actor, 'admin');
  const cancelled = await services.db.transaction(async (tx) => {
    const job = await findJob(tx, id);
    if (!job) throw notFound('job');
    return (await cancelIn(tx, services, id, actor)) ?? conflict(`This job is ${job.state}: there is nothing to cancel`);
  });
  await announce(services, cancelled);
  return cancelled.job;
}

/** Ends what is under way for one of the actor's resources. Throws `not_found`, and `conflict` where there is nothing. */
export async function cancelResource(services: CancelServices, actor: Actor, { id }: { id: string }): Promise<void> {
  requireScope(actor, 'resources:write');
  const all = await services.db.transaction(async (tx) => {
    if (!(await findResource(tx, { id, ownerId: actor.userId }))) throw noSuchResource();
    const cancelled: Cancelled[] = [];
    for (const job of await unfinishedJobsOf(tx, id)) {
      const one = await cancelIn(tx, services, job.id, actor);
      if (one) cancelled.push(one);
    }
    return cancelled.length > 0 ? cancelled : conflict('Nothing is under way for this resource');
  });
  for (const one of all) await announce(services, one);
}

async function cancelIn(tx: Database, { clock, ids }: CancelServices, id: string, actor: Actor): Promise<Cancelled | undefined> {
  const now = clock.now();
  const error = `Cancelled by ${actor.username}`;
  const job = await endJob(tx, id, { from: UNFINISHED_JOB_STATES, state: 'cancelled', error, now });
  if (!job) return undefined;
  const { resourceId, payload } = job;
  const states = resourceId === null ? undefined : await readStages(tx, resourceId);
  if (resourceId === null || !states) return { job, changed: {} };
  // A stage that a later run has asked for again is that run's.
  const open = payload.stages.filter(
    (stage) => states[stage].run === payload.run && !['completed', 'failed'].includes(states[stage].status),
  );
  const ended = (stage: (typeof STAGES)[number]) => ({
    ...states[stage],
    status: 'failed' as const,
    message: 'Cancelled',
    finishedAt: now,
    updatedAt: now,
  });
  const changed: Partial<StageStates> = Object.fromEntries(open.map((stage) => [stage, ended(stage)]));
  await writeStages(tx, resourceId, changed);
  await mirrorStages(tx, resourceId, { ...states, ...changed }, now);
  await enqueueCallback(tx, { resourceId, jobId: id, ids, now });
  return { job, changed };
}

async function announce({ progress }: CancelServices, { job, changed }: Cancelled): Promise<void> {
  if (job.resourceId !== null) await progress.report({ resource_id: job.resourceId, stages: changed });
}

function conflict(detail: string): never {
  throw new AppError('conflict', detail);
}
