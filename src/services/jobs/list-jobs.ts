import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { listJobs as listRows } from '../../kernel/db/jobs.ts';
import { JOB_STATES } from '../../kernel/model/job-messages.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { pageQuery, toPage, toPageQuery } from '../pagination.ts';
import { jobSchema, toJobBody } from './job-schema.ts';

const listedJobSchema = jobSchema
  .extend({
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
    return { jobs: rows.map((row) => ({ ...toJobBody(row), ...present({ resource_name: row.resourceName }) })), ...next };
  },
});
