/** The queue's delivery reports. A message that the queue gave up is published again while its job is unfinished. */

import { AppError } from '../../kernel/core/errors.ts';
import { requeueUndelivered } from '../../kernel/db/jobs.ts';
import { type DeliveryReport, type JobMessage, jobMessageSchema } from '../../kernel/model/job-messages.ts';
import type { AppContext } from '../context.ts';

/** Milliseconds before a job is published again to a worker that the queue could not reach. */
const PAUSE_MS = 30_000;

/** Throws `invalid_input` if the report's message is not a job message. */
function messageOf({ sourceBody }: DeliveryReport): JobMessage {
  try {
    return jobMessageSchema.parse(JSON.parse(atob(sourceBody)));
  } catch (cause) {
    throw new AppError('invalid_input', 'sourceBody is not a job message in base64', { cause });
  }
}

/** Logs a delivery attempt. True if the worker accepted it; false if the queue will retry or give up. */
export function recordDeliveryAttempt({ log }: Pick<AppContext, 'log'>, report: DeliveryReport): boolean {
  const { job_id: jobId } = messageOf(report);
  log.debug('the queue attempted a message', { jobId, status: report.status, retried: report.retried });
  return report.status >= 200 && report.status < 300;
}

/** Handles a message that the queue gave up. True if its job was unclaimed and is due to be published again. */
export async function requeueGivenUp(
  { db, clock, log }: Pick<AppContext, 'db' | 'clock' | 'log'>,
  report: DeliveryReport,
): Promise<boolean> {
  const { job_id: jobId } = messageOf(report);
  const requeued = await requeueUndelivered(db, jobId, clock.now() + PAUSE_MS);
  const fields = { jobId, status: report.status, retried: report.retried, again: requeued };
  if (requeued) log.warning('the queue gave up a message; it will be published again', fields);
  else log.info('the queue gave up a message whose job has ended or is running', fields);
  return requeued;
}
