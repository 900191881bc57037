/** What is done now and then: expired rows are deleted, since nothing reads them and they only grow, and indexes are made. */

import { startInterval } from '../../adapters/interval.ts';
import { deleteExpired } from '../../kernel/db/expired.ts';
import type { AppContext } from '../../services/context.ts';

const HOUR_MS = 3_600_000;
/** Finding out whether an index is missing reads every vector's row. */
const MAINTENANCE_MS = 10 * 60_000;

/** `maintain`: what the database wants done now and then. */
export function startMaintenance(
  { db, clock, log }: Pick<AppContext, 'db' | 'clock' | 'log'>,
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
      log.error('expired rows could not be deleted', { error });
    }
  });
  return {
    stop: async () => {
      // An index may take minutes, and one that is left half made is made anew: nobody waits for it.
      void chores.stop();
      await expired.stop();
    },
  };
}
