import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { decodePosition } from '../../kernel/core/pagination.ts';
import { listJobs as listRows } from '../../kernel/db/jobs.ts';
import { type Caller, operation } from '../operation.ts';
import { toPage } from '../pagination.ts';
import { type RetryContext, retryById } from './retry-job.ts';

/** Each job is a transaction, and on Workers a request may make only so many calls. */
const MAX_JOBS = 50;

/** Refusals of single jobs, which leave the others alone. */
const OF_ONE_JOB: ReadonlySet<string> = new Set(['not_found', 'conflict']);

export const retryDeadJobs = operation({
  name: 'jobs.retryDead',
  scope: 'admin',
  summary: 'Retry dead jobs, many in a request',
  description:
    'Retries the newest dead jobs, as POST /admin/jobs/{id}/retry does each. A job that cannot be retried now stays dead and is ' +
    'named with the reason. `next_cursor` leads to the next jobs; the last answer has none.',
  destructive: false,
  input: z.strictObject({
    limit: z.int().min(1).max(MAX_JOBS).default(20),
    cursor: z.string().max(200).optional(),
  }),
  output: z
    .object({
      retried: z.int().meta({ description: 'How many jobs have a new one' }),
      refused: z.array(z.object({ id: z.string(), reason: z.string() })).max(MAX_JOBS),
      next_cursor: z.string().optional(),
    })
    .meta({ id: 'RetriedJobs' }),
  run: async ({ actor: _actor, ...context }: RetryContext & Caller, { limit, cursor }) => {
    const before = decodePosition(cursor);
    const { rows, next } = toPage(await listRows(context.db, { limit: limit + 1, before, state: 'dead' }), limit);
    let retried = 0;
    const refused: { id: string; reason: string }[] = [];
    for (const { id } of rows) {
      try {
        await retryById(context, id);
        retried += 1;
      } catch (error) {
        if (!(error instanceof AppError) || !OF_ONE_JOB.has(error.code)) throw error;
        refused.push({ id, reason: error.detail });
      }
    }
    return { retried, refused, ...next };
  },
});
