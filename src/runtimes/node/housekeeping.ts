/** Deletes, once an hour, what has expired: nothing reads it any more, it only grows. */
import { deleteExpired } from '../../kernel/db/expired.ts';
import type { Services } from '../../kernel/services.ts';
import { every } from '../drivers/every.ts';

const HOUR_MS = 3_600_000;

export function startHousekeeping({ db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>): { stop(): Promise<void> } {
  return every(HOUR_MS, async () => {
    try {
      log.info('expired rows deleted', { ...(await deleteExpired(db, clock.now())) });
    } catch (error) {
      log.error('expired rows could not be deleted', { error });
    }
  });
}
