import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { listFailedStages, listJobs as listRows } from '../../kernel/db/jobs.ts';
import type { Job } from '../../kernel/db/types.ts';
import { processingOf } from '../../kernel/model/job-kinds.ts';
import { JOB_STATES } from '../../kernel/model/job-messages.ts';
import { STAGES, type Stage } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { pageQuery, toPage, toPageQuery } from '../pagination.ts';
import { jobSchema, toJobBody } from './job-schema.ts';

const listedJobSchema = jobSchema
  .extend({
    failed_stage: z
      .enum(STAGES)
      .optional()
      .meta({ description: 'Of a dead or cancelled job: the stage at which it ended, while no later run has passed it' }),
    resource_name: z.string().optional().meta({ description: 'Title, file name or URL of the resource, the first that it has' }),
  })
  .meta({ id: 'ListedJob' });

/** The jobs of all users. */
export const listJobs = operation({
  name: 'jobs.list',
  scope: 'admin',
  summary: 'List jobs',
  description: 'Jobs of all owners in one state. A `dead` job failed its last attempt.',
  destructive: false,
  input: pageQuery.extend({ state: z.enum(JOB_STATES).default('dead'), owner_id: z.string().max(64).optional() }),
  output: z.object({ jobs: z.array(listedJobSchema), next_cursor: z.string().optional() }),
  run: async ({ db }: Pick<AppContext, 'db'> & Caller, { state, owner_id: ownerId, ...page }) => {
    const { rows, next } = toPage(await listRows(db, { ...toPageQuery(page), state, ownerId }), page.limit);
    const ended = rows.filter((row) => row.state === 'dead' || row.state === 'cancelled');
    const failed = await listFailedStages(db, [...new Set(ended.flatMap(({ resourceId }) => resourceId ?? []))]);
    return {
      jobs: rows.map((row) => ({
        ...toJobBody(row),
        ...present({ failed_stage: failedStageOf(row, failed.get(row.resourceId ?? '')), resource_name: row.resourceName }),
      })),
      ...next,
    };
  },
});

/** The stage of the job's own run that failed first. */
function failedStageOf(job: Job, failed: readonly { readonly stage: Stage; readonly run: number }[] = []): Stage | undefined {
  if (job.state !== 'dead' && job.state !== 'cancelled') return undefined;
  const asked = processingOf(job);
  return failed.find(({ stage, run }) => run === asked?.run && asked.stages.includes(stage))?.stage;
}
