/** A task: work on many documents that was accepted and goes on in the background. It is a job of its owner. */
import { z } from 'zod';
import type { Job } from '../../kernel/db/types.ts';
import { BULK } from '../../kernel/model/job-kinds.ts';
import type { JobState } from '../../kernel/model/job-messages.ts';

/** Errors that a task keeps. */
export const MAX_TASK_ERRORS = 100;

export const taskId = z.string().max(64);

export const taskSchema = z
  .object({
    id: z.string(),
    kind: z.enum([BULK.name]),
    status: z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']),
    done: z.int().meta({ description: 'Documents that were dealt with, those with an error included' }),
    total: z.int(),
    errors: z.array(z.object({ id: z.string(), message: z.string() })).meta({
      description: `By document, the first ${MAX_TASK_ERRORS}`,
    }),
    error: z.string().optional().meta({ description: 'Why the whole task failed' }),
  })
  .meta({ id: 'Task' });

const STATUS = {
  queued: 'pending',
  running: 'processing',
  done: 'completed',
  dead: 'failed',
  retried: 'failed',
  cancelled: 'cancelled',
} as const satisfies Readonly<Record<JobState, z.infer<typeof taskSchema>['status']>>;

/** Undefined for a job that is no task. */
export function toTaskBody({ id, kind, state, payload, error }: Job): z.infer<typeof taskSchema> | undefined {
  const work = kind === BULK.name ? BULK.payload.safeParse(payload).data : undefined;
  if (!work) return undefined;
  const { done, total, errors } = work;
  const status = STATUS[state];
  return { id, kind: BULK.name, status, done, total, errors, ...(status === 'failed' && error !== null ? { error } : {}) };
}
