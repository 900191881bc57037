/** /admin/jobs: lists jobs, runs dead ones again, cancels unfinished ones. */
import { z } from '@hono/zod-openapi';
import { decodePosition } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { Job } from '../../kernel/db/types.ts';
import { INSTALLATION, PROCESS, processingOf } from '../../kernel/model/job-kinds.ts';
import { JOB_STATES } from '../../kernel/model/job-messages.ts';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../../services/context.ts';
import { cancelJob } from '../../services/jobs/cancel-job.ts';
import { listJobs } from '../../services/jobs/list-jobs.ts';
import { retryJob } from '../../services/jobs/retry-job.ts';
import { pageQuery, toPage } from '../pagination.ts';
import { createRouter, defineRoute, idParams, json, problems, requiresScopes } from '../router.ts';

const tags = ['Administration'];

const jobSchema = z
  .object({
    id: z.string(),
    kind: z.string().openapi({ description: `\`${PROCESS.name}\` runs stages of a resource`, example: PROCESS.name }),
    state: z.enum(JOB_STATES),
    owner_id: z.string().openapi({ description: `\`${INSTALLATION}\` for a job that belongs to no user` }),
    resource_id: z.string().optional(),
    stages: z.array(z.enum(STAGES)).openapi({ description: 'Empty for jobs of other kinds' }),
    payload: z.record(z.string(), z.unknown()).openapi({ description: 'What the job is to do; its fields depend on the kind' }),
    attempt: z.int(),
    max_attempts: z.int(),
    error: z.string().optional(),
    available_at: z.iso.datetime().optional().openapi({ description: 'Earliest start of a queued job' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .openapi('Job');

const listRoute = defineRoute({
  method: 'get',
  path: '/admin/jobs',
  tags,
  summary: 'List jobs',
  security: requiresScopes('admin'),
  request: {
    query: pageQuery.extend({ state: z.enum(JOB_STATES).default('dead'), owner_id: z.string().max(64).optional() }),
  },
  responses: {
    200: json('Newest first', z.object({ jobs: z.array(jobSchema), next_cursor: z.string().optional() })),
    ...problems(422, 503),
  },
});

const retryRoute = defineRoute({
  method: 'post',
  path: '/admin/jobs/{id}/retry',
  tags,
  summary: 'Retry a dead or cancelled job',
  description: 'Creates a new job with all attempts. 409 for a job in another state, or if its resource is being processed.',
  security: requiresScopes('admin'),
  request: { params: idParams },
  responses: {
    202: json(
      'The new job',
      z.object({ id: z.string(), resource_id: z.string().optional(), stages: z.array(z.enum(STAGES)) }).openapi('RetriedJob'),
    ),
    ...problems(404, 409, 503),
  },
});

const cancelRoute = defineRoute({
  method: 'post',
  path: '/admin/jobs/{id}/cancel',
  tags,
  summary: 'Cancel a queued or running job',
  description:
    'Its unfinished stages fail with "Cancelled", and a worker that runs it writes nothing more. 409 for a finished job.',
  security: requiresScopes('admin'),
  request: { params: idParams },
  responses: { 200: json('The cancelled job', jobSchema), ...problems(404, 409, 503) },
});

const jobToWire = (job: Job) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  owner_id: job.ownerId,
  ...present({ resource_id: job.resourceId }),
  stages: processingOf(job)?.stages ?? [],
  payload: job.payload,
  attempt: job.attempt,
  max_attempts: job.maxAttempts,
  ...present({ error: job.error, available_at: job.state === 'queued' ? toIso(job.availableAt) : null }),
  created_at: toIso(job.createdAt),
  updated_at: toIso(job.updatedAt),
  ...present({ finished_at: toIsoOrNull(job.finishedAt) }),
});

export function createAdminJobRoutes(context: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>) {
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const { limit, cursor, state, owner_id: ownerId } = c.req.valid('query');
    const query = { limit: limit + 1, before: decodePosition(cursor), state, ownerId };
    const { rows, next } = toPage(await listJobs(context, c.get('actor'), query), limit);
    return c.json({ jobs: rows.map(jobToWire), ...next }, 200);
  });

  router.openapi(retryRoute, async (c) => {
    const { jobId, resourceId, stages } = await retryJob(context, c.get('actor'), c.req.valid('param'));
    return c.json({ id: jobId, ...present({ resource_id: resourceId }), stages }, 202);
  });

  router.openapi(cancelRoute, async (c) =>
    c.json(jobToWire(await cancelJob(context, c.get('actor'), c.req.valid('param'))), 200),
  );

  return router;
}
