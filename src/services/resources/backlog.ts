/** The limit to what one owner may have waiting, exact also where many post at once. */

import { AppError } from '../../kernel/core/errors.ts';
import { isBacklogFull, lockBacklog } from '../../kernel/db/backlog.ts';
import type { Database } from '../../kernel/db/types.ts';

/** Unfinished jobs that one owner may have; more would only wait behind them. */
export const BACKLOG_LIMIT = 10_000;
/** Up to here transactions need not know of one another: there are fewer connections on which each could be adding a job. */
const FAR_FROM_IT = BACKLOG_LIMIT - 1_000;

/** To be called before anything is written. Throws `backlog_full`. */
export type RequireRoom = () => Promise<void>;

class NearLimit extends Error {}

/**
 * A transaction that may add one job to the backlog of `ownerId`. Transactions of one owner run side by side, and one after
 * another near the limit, where `work` is begun anew: it must not do anything that a rollback does not undo.
 */
export async function withBacklogRoom<T>(
  db: Database,
  ownerId: string,
  work: (tx: Database, requireRoom: RequireRoom) => Promise<T>,
): Promise<T> {
  const beside = async (tx: Database) => {
    await lockBacklog(tx, ownerId, 'shared');
    if (await isBacklogFull(tx, ownerId, FAR_FROM_IT)) throw new NearLimit();
  };
  try {
    return await db.transaction((tx) => work(tx, () => beside(tx)));
  } catch (error) {
    if (!(error instanceof NearLimit)) throw error;
    return await db.transaction((tx) => work(tx, () => requireBacklogRoom(tx, ownerId)));
  }
}

/** Throws `backlog_full`. In a transaction there is room until it ends. */
export async function requireBacklogRoom(tx: Database, ownerId: string, limit = BACKLOG_LIMIT): Promise<void> {
  await lockBacklog(tx, ownerId, 'alone');
  if (!(await isBacklogFull(tx, ownerId, limit))) return;
  throw new AppError('backlog_full', `${limit} of your documents are still being processed; send more when some are done`, {
    retryAfter: 60,
  });
}
