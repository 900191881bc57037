import { AppError } from '../../kernel/core/errors.ts';
import { endJob, findJob, hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResourceOfJob } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { STAGES, type Stage } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';
import { notifyRunStarted } from '../resources/processing-runs.ts';
import { rerun } from '../resources/reprocess-resource.ts';

/**
 * Runs what a dead or cancelled job asked for again, as a new job with all its attempts; the old one is `retried` from then
 * on. For admins. Throws `not_found`, and `conflict` where the job is in no such state or its resource is being processed.
 */
export async function retryJob(
  services: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>,
  actor: Actor,
  { id }: { id: string },
): Promise<{ jobId: string; resourceId: string; stages: Stage[] }> {
  requireScope(actor, 'admin');
  const run = await services.db.transaction(async (tx) => {
    const ended = await endJob(tx, id, { from: ['dead', 'cancelled'], state: 'retried', now: services.clock.now() });
    if (!ended) {
      const job = await findJob(tx, id);
      throw job ? new AppError('conflict', `This job is ${job.state}: there is nothing to retry`) : notFound('job');
    }
    const resource = ended.resourceId === null ? undefined : await findResourceOfJob(tx, ended.resourceId);
    if (!resource) throw notFound('job');
    if (await hasUnfinishedJob(tx, resource.id)) throw new AppError('conflict', 'Its resource is being processed already');
    return rerun(tx, services, resource, ended.payload.stages);
  });
  await notifyRunStarted(services, run);
  const { resourceId, jobId, states } = run;
  return { jobId, resourceId, stages: STAGES.filter((stage) => states[stage].status === 'pending') };
}
