/** Schemas of progress requests and responses. */
import { z } from 'zod';
import { everyStage, IS_ALWAYS_SHOWN, STAGE_STATUSES, type Stage } from '../../kernel/model/stages.ts';

const status = z.enum(STAGE_STATUSES);

const detail = z.object({
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  percent: z.int().min(0).max(100),
  attempt: z.int().min(0).describe('1 for the first attempt of this run, 0 before it'),
  message: z.string().nullable().describe('What the stage is doing, or why it failed'),
});

/** A stage that was registered later is absent where it was not asked for. */
const byStage = <S extends z.ZodType>(schema: S): Record<Stage, S> =>
  everyStage((stage) => (IS_ALWAYS_SHOWN[stage] ? schema : (schema.optional() as unknown as S)));

export const resourceProgressSchema = z
  .object({
    resource_id: z.string(),
    overall_status: status.describe('any failed: failed; any processing: processing; all completed: completed; else pending'),
    percent: z.int().min(0).max(100),
    stages: z.object(byStage(status)),
    detail: z.object(byStage(detail)),
    error_message: z.string().nullable().describe("The first failed stage's message"),
    updated_at: z.iso.datetime(),
    eta_seconds: z.int().nullable().describe('Estimated from recent durations of the stages; null if unknown'),
    degraded: z.literal(true).optional().describe('The live store was unavailable; this is the durable record'),
  })
  .meta({ id: 'ResourceProgress' });

/** An event of a stream as its parser gives it. */
export const progressEventSchema = z
  .object({
    id: z.string(),
    event: z.enum(['snapshot', 'progress']),
    data: z.string().meta({ contentMediaType: 'application/json', description: 'A whole ResourceProgress as JSON' }),
  })
  .meta({ id: 'ProgressEvent' });

export const resourceStatusSchema = z
  .object({
    id: z.string(),
    ingestion_status: status,
    ingestion_error: z.string().nullable(),
    ingestion_started_at: z.iso.datetime().nullable(),
    ingestion_completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ResourceStatus' });

export const ticketSchema = z
  .object({ ticket: z.string(), expires_in: z.int().describe('Seconds') })
  .meta({ id: 'ProgressTicket' });

export const progressInput = z.object({ id: z.string().max(64) });

const ticket = z
  .string()
  .max(200)
  .optional()
  .describe('From POST /progress/tickets, for browsers, whose EventSource sends no headers');

export const eventsQuery = z.object({ ticket });

const MAX_RESOURCES = 100;

export const sharedEventsQuery = z.object({
  ticket,
  ids: z
    .string()
    .max(MAX_RESOURCES * 65, { abort: true })
    .meta({ minLength: 1, description: `Up to ${MAX_RESOURCES} resource ids, separated by commas` })
    .transform((list) => [...new Set(list.split(','))].filter((id) => id !== ''))
    .pipe(
      z
        .array(z.string())
        .min(1, 'must name at least one resource')
        .max(MAX_RESOURCES, `must name at most ${MAX_RESOURCES} resources`),
    ),
});
