/** Periodic maintenance: deletes expired rows and creates missing indexes. */

import { startInterval } from '../../adapters/interval.ts';
import { deleteExpired } from '../../kernel/db/expired.ts';
import type { AppContext } from '../../services/context.ts';

const HOUR_MS = 3_600_000;
/** Ten minutes: the check for missing indexes reads every vector's row. */
const MAINTENANCE_MS = 10 * 60_000;

/** `maintain`: maintenance of the database; resolves to what it did, for the log. */
export function startMaintenance(
  { db, clock, log, writeHealth }: Pick<AppContext, 'db' | 'clock' | 'log' | 'writeHealth'>,
  maintain: () => Promise<string[]>,
): { stop(): Promise<void> } {
  const chores = startInterval(MAINTENANCE_MS, async () => {
    try {
      for (const done of await maintain()) log.info('database maintained', { done });
    } catch (error) {
      log.error('the database could not be maintained', { error });
    }
  });
  const expired = startInterval(HOUR_MS, async () => {
    try {
      log.info('expired rows deleted', { ...(await deleteExpired(db, clock.now())) });
    } catch (error) {
      writeHealth.failed(error);
      log.error('expired rows could not be deleted', { error });
    }
  });
  return {
    stop: async () => {
      // Not awaited: an index may take minutes, and an incomplete one is created again after the next start.
      void chores.stop();
      await expired.stop();
    },
  };
}
