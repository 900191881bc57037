/** Messages between the API, the queue and the worker. Sender and receiver parse with the same schemas. */
import { z } from 'zod';
import { BODY } from '../core/bounds.ts';
import { everyStage, STAGE_STATUSES, type StageStates } from './stages.ts';

/** queued -> running -> done; or -> queued after a transient failure; or -> dead -> retried, as another job. */
export const JOB_STATES = ['queued', 'running', 'done', 'dead', 'cancelled', 'retried'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Body of a POST to the worker; the rest is in the job's row. `owner_id` serves only to take turns between owners. */
export const jobMessageSchema = z.object({ job_id: z.uuid(), owner_id: z.string().max(64).optional() });
export type JobMessage = z.infer<typeof jobMessageSchema>;

export const stageStateSchema = z.object({
  status: z.enum(STAGE_STATUSES),
  percent: z.number().min(0).max(100),
  attempt: z.int().min(0),
  run: z.int().min(0),
  message: z.string().max(10_000).nullable(),
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  updatedAt: z.int(),
});

/** Some stages. Those that only a newer version knows are dropped. */
export const stageStatesSchema = z.object(everyStage(() => stageStateSchema.optional())) as unknown as z.ZodType<
  Partial<StageStates>
>;

/** Stages of a resource that changed together. */
export const progressReportSchema = z.object({ resource_id: z.uuid().max(36), stages: stageStatesSchema });
export type ProgressReport = z.infer<typeof progressReportSchema>;

/** Reports of one message: with the longest messages for people they are still smaller than a body may be. */
export const MAX_REPORTS = 16;

/**
 * Body of the worker's POST to `/jobs/progress`: a report, and those of other resources. An API of an earlier version reads the
 * first; the rows make up for the others.
 */
export const progressReportsSchema = progressReportSchema.extend({
  more: z
    .array(progressReportSchema)
    .max(MAX_REPORTS - 1)
    .optional(),
});
export type ProgressReports = z.infer<typeof progressReportsSchema>;

/**
 * Body of QStash's POST about a delivery (https://upstash.com/docs/qstash/features/callbacks); only the fields used here.
 * `sourceBody` is the message in base64.
 */
export const deliveryReportSchema = z.object({
  status: z.int(),
  retried: z.int().min(0).optional(),
  sourceMessageId: z.string().max(200).optional(),
  sourceBody: z.base64().max(BODY.report),
});
export type DeliveryReport = z.infer<typeof deliveryReportSchema>;
