/** A job as admins see it. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { Job } from '../../kernel/db/types.ts';
import { INSTALLATION, PROCESS, processingOf } from '../../kernel/model/job-kinds.ts';
import { JOB_STATES } from '../../kernel/model/job-messages.ts';
import { STAGES } from '../../kernel/model/stages.ts';

export const jobId = z.string().max(64);

export const jobSchema = z
  .object({
    id: z.string(),
    kind: z.string().meta({ description: `\`${PROCESS.name}\` runs stages of a resource`, example: PROCESS.name }),
    state: z.enum(JOB_STATES),
    owner_id: z.string().meta({ description: `\`${INSTALLATION}\` for a job that belongs to no user` }),
    resource_id: z.string().optional(),
    stages: z.array(z.enum(STAGES)).meta({ description: 'Empty for jobs of other kinds' }),
    payload: z.record(z.string(), z.unknown()).meta({ description: 'What the job is to do; its fields depend on the kind' }),
    attempt: z.int(),
    max_attempts: z.int(),
    error: z.string().optional(),
    available_at: z.iso.datetime().optional().meta({ description: 'Earliest start of a queued job' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'Job' });

export const toJobBody = (job: Job): z.infer<typeof jobSchema> => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  owner_id: job.ownerId,
  ...present({ resource_id: job.resourceId }),
  stages: [...(processingOf(job)?.stages ?? [])],
  payload: job.payload,
  attempt: job.attempt,
  max_attempts: job.maxAttempts,
  ...present({ error: job.error, available_at: job.state === 'queued' ? toIso(job.availableAt) : null }),
  created_at: toIso(job.createdAt),
  updated_at: toIso(job.updatedAt),
  ...present({ finished_at: toIsoOrNull(job.finishedAt) }),
});
