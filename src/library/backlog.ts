import { isBacklogFull } from '../kernel/db/backlog.ts';
import type { Database } from '../kernel/db/types.ts';
import { AppError } from '../kernel/errors.ts';

/** Unfinished jobs that one owner may have; more would only wait behind them. */
export const BACKLOG_LIMIT = 10_000;

/** Throws `backlog_full` before anything is written. */
export async function requireRoomInBacklog(db: Database, ownerId: string, limit = BACKLOG_LIMIT): Promise<void> {
  if (!(await isBacklogFull(db, ownerId, limit))) return;
  throw new AppError('backlog_full', `${limit} of your documents are still being processed; send more when some are done`, {
    retryAfter: 60,
  });
}
