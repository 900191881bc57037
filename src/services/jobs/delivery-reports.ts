/** What the queue says became of a message. A message that it gave up is published again: its job is in the outbox still. */

import { AppError } from '../../kernel/core/errors.ts';
import { requeueUndelivered } from '../../kernel/db/jobs.ts';
import { type DeliveryReport, type JobMessage, jobMessageSchema } from '../../kernel/model/job-messages.ts';
import type { AppContext } from '../context.ts';

/** How long a worker that nothing reaches is left alone. */
const PAUSE_MS = 30_000;

/** Throws `invalid_input` where the report is about no message of ours. */
function messageOf({ sourceBody }: DeliveryReport): JobMessage {
  try {
    return jobMessageSchema.parse(JSON.parse(atob(sourceBody)));
  } catch (cause) {
    throw new AppError('invalid_input', 'sourceBody is no job message', { cause });
  }
}

/** The queue made an attempt: true where it was heard, false where it will make another or give up. */
export function recordDeliveryAttempt({ log }: Pick<AppContext, 'log'>, report: DeliveryReport): boolean {
  const { job_id: jobId } = messageOf(report);
  log.debug('the queue attempted a message', { jobId, status: report.status, retried: report.retried });
  return report.status >= 200 && report.status < 300;
}

/** The queue will not try again. True where the job waits still, and is due for publishing again. */
export async function requeueGivenUp(
  { db, clock, log }: Pick<AppContext, 'db' | 'clock' | 'log'>,
  report: DeliveryReport,
): Promise<boolean> {
  const { job_id: jobId } = messageOf(report);
  const again = await requeueUndelivered(db, jobId, clock.now() + PAUSE_MS);
  const fields = { jobId, status: report.status, retried: report.retried, again };
  if (again) log.warning('the queue gave up a message: it will be published again', fields);
  else log.info('the queue gave up a message whose job is over, or under way', fields);
  return again;
}
