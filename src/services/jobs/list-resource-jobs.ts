import { z } from 'zod';
import { listJobsOfResource } from '../../kernel/db/jobs.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { pageQuery, toPage, toPageQuery } from '../pagination.ts';
import { resourceIdInput } from '../resources/resource-schemas.ts';
import { jobSchema, toJobBody } from './job-schema.ts';

const ownJobSchema = jobSchema.omit({ payload: true, owner_id: true, resource_id: true }).meta({ id: 'ResourceJob' });

export const listResourceJobs = operation({
  name: 'resources.jobs',
  scope: 'resources:read',
  summary: 'List the jobs of a resource',
  description: 'Its runs, with the reason of those that failed.',
  destructive: false,
  input: pageQuery.extend({ id: resourceIdInput }),
  output: z.object({ jobs: z.array(ownJobSchema), next_cursor: z.string().optional() }),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id, ...page }) => {
    const ownerId = actor.userId;
    if (!(await findResource(db, { id, ownerId }))) throw noSuchResource();
    const query = { ...toPageQuery(page), resourceId: id, ownerId };
    const { rows, next } = toPage(await listJobsOfResource(db, query), page.limit);
    const toOwn = (job: (typeof rows)[number]) => {
      const { payload: _payload, owner_id: _owner, resource_id: _resource, ...own } = toJobBody(job);
      return own;
    };
    return { jobs: rows.map(toOwn), ...next };
  },
});
