import { lt } from 'drizzle-orm';
import { callbackDeliveries, idempotencyKeys, revocations, sessions, webhookEvents } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface ExpiredRows {
  readonly sessions: number;
  readonly revocations: number;
  readonly idempotencyKeys: number;
  readonly callbackDeliveries: number;
  readonly webhookEvents: number;
}

/** How long what was told, or could not be, is listed. */
const DELIVERIES_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** A sender that knows of timestamps cannot repeat anything after minutes, GitHub's deliveries after three days. */
const EVENTS_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** Deletes what expired before `now` (Unix ms): by their own rules these rows decide nothing any more. */
export async function deleteExpired(db: Database, now: number): Promise<ExpiredRows> {
  const [gone, forgotten, answered, told, taken] = [
    await db.delete(sessions).where(lt(sessions.expiresAt, now)).returning({ id: sessions.id }),
    await db.delete(revocations).where(lt(revocations.expiresAt, now)).returning({ key: revocations.key }),
    await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, now)).returning({ key: idempotencyKeys.key }),
    await db
      .delete(callbackDeliveries)
      .where(lt(callbackDeliveries.finishedAt, now - DELIVERIES_KEPT_MS))
      .returning({ id: callbackDeliveries.id }),
    await db
      .delete(webhookEvents)
      .where(lt(webhookEvents.receivedAt, now - EVENTS_KEPT_MS))
      .returning({ id: webhookEvents.messageId }),
  ];
  return {
    sessions: gone.length,
    revocations: forgotten.length,
    idempotencyKeys: answered.length,
    callbackDeliveries: told.length,
    webhookEvents: taken.length,
  };
}
