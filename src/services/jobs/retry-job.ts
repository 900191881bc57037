import { AppError } from '../../kernel/core/errors.ts';
import { endJob, findJob, hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResourceOfJob } from '../../kernel/db/resources.ts';
import type { Database, Job } from '../../kernel/db/types.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { processingOf } from '../../kernel/model/job-kinds.ts';
import { STAGES, type Stage } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';
import { notifyRunStarted, restartRun, type StartedRun } from '../resources/processing-runs.ts';

type RetryContext = Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>;

export interface RetriedJob {
  readonly jobId: string;
  readonly resourceId: string | null;
  /** The stages of a processing job; none for other kinds. */
  readonly stages: Stage[];
}

/**
 * Runs a dead or cancelled job again, as a new job with a full count of attempts; the old job becomes `retried`. Of a
 * processing job the stages run again. For admins. Throws `not_found`, and `conflict` if the job is in another state or its
 * resource is being processed.
 */
export async function retryJob(context: RetryContext, actor: Actor, { id }: { id: string }): Promise<RetriedJob> {
  requireScope(actor, 'admin');
  const started = await context.db.transaction(async (tx) => {
    const ended = await endJob(tx, id, { from: ['dead', 'cancelled'], state: 'retried', now: context.clock.now() });
    if (!ended) {
      const job = await findJob(tx, id);
      throw job
        ? new AppError('conflict', `This job is ${job.state}; only a dead or cancelled job can be retried`)
        : notFound('job');
    }
    return start(tx, context, ended);
  });
  if (!('states' in started)) {
    context.relay.publishSoon(started.id);
    return { jobId: started.id, resourceId: started.resourceId, stages: [] };
  }
  await notifyRunStarted(context, started);
  const { resourceId, jobId, states } = started;
  return { jobId, resourceId, stages: STAGES.filter((stage) => states[stage].status === 'pending') };
}

async function start(tx: Database, context: RetryContext, ended: Job): Promise<StartedRun | Job> {
  const asked = processingOf(ended);
  if (!asked) return enqueueJob(tx, context, { ...ended, kind: { name: ended.kind } });
  const resource = ended.resourceId === null ? undefined : await findResourceOfJob(tx, ended.resourceId);
  if (!resource) throw notFound('job');
  if (await hasUnfinishedJob(tx, resource.id))
    throw new AppError('conflict', 'The resource of this job is already being processed');
  return restartRun(tx, context, resource, asked.stages);
}
