import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { present } from '../../kernel/core/present.ts';
import { endJob, findJob, hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResourceOfJob } from '../../kernel/db/resources.ts';
import type { Database, Job } from '../../kernel/db/types.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { processingOf } from '../../kernel/model/job-kinds.ts';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { notifyRunStarted, restartRun, type StartedRun } from '../resources/processing-runs.ts';
import { jobId } from './job-schema.ts';

export type RetryContext = Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>;

/** It becomes a new job with a full count of attempts; the old one becomes `retried`. Of a processing job the stages run again. */
export const retryJob = operation({
  name: 'jobs.retry',
  scope: 'admin',
  summary: 'Retry a dead or cancelled job',
  description: 'Creates a new job with all attempts. 409 for a job in another state, or if its resource is being processed.',
  destructive: false,
  input: z.object({ id: jobId }),
  output: z
    .object({ id: z.string(), resource_id: z.string().optional(), stages: z.array(z.enum(STAGES)) })
    .meta({ id: 'RetriedJob' }),
  errors: ['not_found', 'conflict'],
  run: ({ actor: _actor, ...context }: RetryContext & Caller, { id }) => retryById(context, id),
});

/** Throws `not_found` and `conflict`, and has then written nothing. */
export async function retryById(context: RetryContext, id: string) {
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
    return { id: started.id, ...present({ resource_id: started.resourceId }), stages: [] };
  }
  await notifyRunStarted(context, started);
  const { resourceId, jobId: newId, states } = started;
  return { id: newId, resource_id: resourceId, stages: STAGES.filter((stage) => states[stage].status === 'pending') };
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
