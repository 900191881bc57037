import { AppError } from '../../kernel/core/errors.ts';
import { endJob, findJob, hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResourceOfJob } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { STAGES, type Stage } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';
import { notifyRunStarted, restartRun } from '../resources/processing-runs.ts';

/**
 * Runs the stages of a dead or cancelled job again, as a new job with a full count of attempts; the old job becomes
 * `retried`. For admins. Throws `not_found`, and `conflict` if the job is in another state or its resource is being
 * processed.
 */
export async function retryJob(
  context: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>,
  actor: Actor,
  { id }: { id: string },
): Promise<{ jobId: string; resourceId: string; stages: Stage[] }> {
  requireScope(actor, 'admin');
  const run = await context.db.transaction(async (tx) => {
    const ended = await endJob(tx, id, { from: ['dead', 'cancelled'], state: 'retried', now: context.clock.now() });
    if (!ended) {
      const job = await findJob(tx, id);
      throw job
        ? new AppError('conflict', `This job is ${job.state}; only a dead or cancelled job can be retried`)
        : notFound('job');
    }
    const resource = ended.resourceId === null ? undefined : await findResourceOfJob(tx, ended.resourceId);
    if (!resource) throw notFound('job');
    if (await hasUnfinishedJob(tx, resource.id))
      throw new AppError('conflict', 'The resource of this job is already being processed');
    return restartRun(tx, context, resource, ended.payload.stages);
  });
  await notifyRunStarted(context, run);
  const { resourceId, jobId, states } = run;
  return { jobId, resourceId, stages: STAGES.filter((stage) => states[stage].status === 'pending') };
}
