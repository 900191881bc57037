/** The limit of unfinished jobs per owner, and quotas, exact also under concurrent requests. */

import type { Quota } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { retry } from '../../kernel/core/retry.ts';
import { isBacklogFull, lockBacklog } from '../../kernel/db/backlog.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { Usage } from '../../kernel/db/usage.ts';
import { isLimited, requireQuota } from './quotas.ts';

/** Unfinished jobs that one owner may have; more would only wait behind them. */
export const BACKLOG_LIMIT = 10_000;
/** Below this, concurrent inserts cannot overshoot the limit: there are fewer connections than the margin of 1,000. */
const CONCURRENT_LIMIT = BACKLOG_LIMIT - 1_000;

/** Call it before the first write. `added`: what a new document adds to the library. Throws `backlog_full`, `quota_exceeded`. */
export type RequireRoom = (added?: Usage) => Promise<void>;

/** A request may lose two races: for its document, and for its idempotency key. */
const TRIES = 3;

class NearLimit extends Error {}

/**
 * Runs `work` in a transaction that may add one job to the backlog of `ownerId`. Transactions of one owner run concurrently,
 * and one at a time near the limit or under a `quota`. `work` runs again near the limit, and after a unique violation: of two
 * requests that insert the same row, the second then finds the row of the first. It must have no effect outside of the
 * transaction.
 */
export async function withBacklogRoom<T>(
  db: Database,
  ownerId: string,
  work: (tx: Database, requireRoom: RequireRoom) => Promise<T>,
  quota: Quota = {},
): Promise<T> {
  const run = (requireRoom: (tx: Database, added?: Usage) => Promise<void>) =>
    retry(() => db.transaction((tx) => work(tx, (added) => requireRoom(tx, added))), { tries: TRIES, when: isUniqueViolation });
  const runAlone = () =>
    run(async (tx, added) => {
      await requireBacklogRoom(tx, ownerId);
      if (added) await requireQuota(tx, ownerId, quota, added);
    });
  if (isLimited(quota)) return await runAlone();
  try {
    return await run(async (tx) => {
      await lockBacklog(tx, ownerId, 'shared');
      if (await isBacklogFull(tx, ownerId, CONCURRENT_LIMIT)) throw new NearLimit();
    });
  } catch (error) {
    if (!(error instanceof NearLimit)) throw error;
    return await runAlone();
  }
}

/** Locks the backlog until the transaction ends. Throws `backlog_full` if the owner has `limit` unfinished jobs. */
export async function requireBacklogRoom(tx: Database, ownerId: string, limit = BACKLOG_LIMIT): Promise<void> {
  await lockBacklog(tx, ownerId, 'alone');
  if (!(await isBacklogFull(tx, ownerId, limit))) return;
  throw new AppError('backlog_full', `${limit} of your documents are still being processed; send more when some are done`, {
    retryAfter: 60,
  });
}
