/** /admin/jobs: what died, what waits, and what an admin can do about it. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Job } from '../../kernel/db/types.ts';
import { JOB_KINDS, JOB_STATES } from '../../kernel/model/job-messages.ts';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../../services/context.ts';
import { cancelJob } from '../../services/jobs/cancel-job.ts';
import { listJobs } from '../../services/jobs/list-jobs.ts';
import { retryJob } from '../../services/jobs/retry-job.ts';
import { paged, pageQuery, positionOf } from '../pagination.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';

const tags = ['Administration'];
const params = z.object({ id: z.string().max(64) });

const jobSchema = z
  .object({
    id: z.string(),
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    owner_id: z.string(),
    resource_id: z.string().optional(),
    stages: z.array(z.enum(STAGES)),
    attempt: z.int(),
    max_attempts: z.int(),
    error: z.string().optional(),
    available_at: z.iso.datetime().optional().openapi({ description: 'Of a queued one: not to be run before' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .openapi('Job');

const listRoute = createRoute({
  method: 'get',
  path: '/admin/jobs',
  tags,
  summary: 'Jobs, by default those that died',
  security: requiresScopes('admin'),
  request: {
    query: pageQuery.extend({ state: z.enum(JOB_STATES).default('dead'), owner_id: z.string().max(64).optional() }),
  },
  responses: {
    200: json('Newest first', z.object({ jobs: z.array(jobSchema), next_cursor: z.string().optional() })),
    ...problems(401, 403, 422, 503),
  },
});

const retryRoute = createRoute({
  method: 'post',
  path: '/admin/jobs/{id}/retry',
  tags,
  summary: 'Run a dead or cancelled job again',
  description: 'As a new job with all its attempts. 409 for one in another state, or whose resource is being processed.',
  security: requiresScopes('admin'),
  request: { params },
  responses: {
    202: json(
      'The new job is on its way',
      z.object({ id: z.string(), resource_id: z.string(), stages: z.array(z.enum(STAGES)) }).openapi('RetriedJob'),
    ),
    ...problems(401, 403, 404, 409, 503),
  },
});

const cancelRoute = createRoute({
  method: 'post',
  path: '/admin/jobs/{id}/cancel',
  tags,
  summary: 'Cancel a job that waits or runs',
  description: 'Its open stages fail with "Cancelled"; a worker that is at it writes nothing more. 409 for one that is over.',
  security: requiresScopes('admin'),
  request: { params },
  responses: { 200: json('The job as it is now', jobSchema), ...problems(401, 403, 404, 409, 503) },
});

const iso = (ms: number) => new Date(ms).toISOString();

const jobToWire = (job: Job) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  owner_id: job.ownerId,
  ...(job.resourceId === null ? {} : { resource_id: job.resourceId }),
  stages: job.payload.stages,
  attempt: job.attempt,
  max_attempts: job.maxAttempts,
  ...(job.error === null ? {} : { error: job.error }),
  ...(job.state === 'queued' ? { available_at: iso(job.availableAt) } : {}),
  created_at: iso(job.createdAt),
  updated_at: iso(job.updatedAt),
  ...(job.finishedAt === null ? {} : { finished_at: iso(job.finishedAt) }),
});

export function createAdminJobRoutes(services: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>) {
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const { limit, cursor, state, owner_id: ownerId } = c.req.valid('query');
    const query = { limit: limit + 1, before: positionOf(cursor), state, ownerId };
    const { rows, next } = paged(await listJobs(services, c.get('actor'), query), limit);
    return c.json({ jobs: rows.map(jobToWire), ...next }, 200);
  });

  router.openapi(retryRoute, async (c) => {
    const { jobId, resourceId, stages } = await retryJob(services, c.get('actor'), c.req.valid('param'));
    return c.json({ id: jobId, resource_id: resourceId, stages }, 202);
  });

  router.openapi(cancelRoute, async (c) =>
    c.json(jobToWire(await cancelJob(services, c.get('actor'), c.req.valid('param'))), 200),
  );

  return router;
}
