/** Deletes, once an hour, what has expired: nothing reads it any more, it only grows. */
import { deleteExpired } from '../../kernel/db/expired.ts';
import type { Services } from '../../kernel/services.ts';
import { every } from '../drivers/every.ts';

const HOUR_MS = 3_600_000;
const MAINTENANCE_MS = 60_000;

/** `maintain`: what the database wants done now and then; the first time soon, since an index may be missing. */
export function startHousekeeping(
  { db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>,
  maintain: () => Promise<string[]>,
): { stop(): Promise<void> } {
  const chores = every(MAINTENANCE_MS, async () => {
    try {
      for (const done of await maintain()) log.info('database maintained', { done });
    } catch (error) {
      log.error('the database could not be maintained', { error });
    }
  });
  const expired = every(HOUR_MS, async () => {
    try {
      log.info('expired rows deleted', { ...(await deleteExpired(db, clock.now())) });
    } catch (error) {
      log.error('expired rows could not be deleted', { error });
    }
  });
  return {
    stop: async () => {
      await Promise.all([chores.stop(), expired.stop()]);
    },
  };
}
