import { lt } from 'drizzle-orm';
import { pruneLibraryChanges } from './library-changes.ts';
import { deleteIdleClients } from './oauth-clients.ts';
import {
  callbackDeliveries,
  emailTokens,
  idempotencyKeys,
  revocations,
  sessions,
  statistics,
  webhookEvents,
} from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface ExpiredRows {
  readonly sessions: number;
  readonly revocations: number;
  readonly idempotencyKeys: number;
  readonly emailTokens: number;
  readonly callbackDeliveries: number;
  readonly webhookEvents: number;
  readonly oauthClients: number;
  readonly statistics: number;
  readonly libraryChanges: number;
}

/** How long a finished delivery is listed. */
const DELIVERIES_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Far beyond any repetition: signed timestamps are refused after minutes, and GitHub redelivers for three days. */
const EVENTS_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** A client that no user connected within a day is of no use; one that was connected may be connected again. */
const CLIENTS_KEPT_MS = { unused: 24 * 60 * 60 * 1000, left: 90 * 24 * 60 * 60 * 1000 };

const STATISTICS_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** An index of a library that has not been used for longer reads everything again. */
const CHANGES_KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Owners, and changes of each, that one transaction deletes at most. */
const CHANGES_AT_ONCE = 5_000;

/** Deletes the rows that expired before `now` (Unix ms), and returns the number per table. */
export async function deleteExpired(db: Database, now: number): Promise<ExpiredRows> {
  const [endedSessions, oldRevocations, oldKeys, oldTokens, oldDeliveries, oldEvents] = [
    await db.delete(sessions).where(lt(sessions.expiresAt, now)).returning({ id: sessions.id }),
    await db.delete(revocations).where(lt(revocations.expiresAt, now)).returning({ key: revocations.key }),
    await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, now)).returning({ key: idempotencyKeys.key }),
    await db.delete(emailTokens).where(lt(emailTokens.expiresAt, now)).returning({ hash: emailTokens.hash }),
    await db
      .delete(callbackDeliveries)
      .where(lt(callbackDeliveries.finishedAt, now - DELIVERIES_KEPT_MS))
      .returning({ id: callbackDeliveries.id }),
    await db
      .delete(webhookEvents)
      .where(lt(webhookEvents.receivedAt, now - EVENTS_KEPT_MS))
      .returning({ id: webhookEvents.messageId }),
  ];
  // After the sessions, whose grants keep their clients.
  const clients = await deleteIdleClients(db, { unused: now - CLIENTS_KEPT_MS.unused, left: now - CLIENTS_KEPT_MS.left });
  const oldMinutes = await db
    .delete(statistics)
    .where(lt(statistics.minute, now - STATISTICS_KEPT_MS))
    .returning({ minute: statistics.minute });
  return {
    sessions: endedSessions.length,
    revocations: oldRevocations.length,
    idempotencyKeys: oldKeys.length,
    emailTokens: oldTokens.length,
    callbackDeliveries: oldDeliveries.length,
    webhookEvents: oldEvents.length,
    oauthClients: clients,
    statistics: oldMinutes.length,
    libraryChanges: await pruneLibraryChanges(db, { before: now - CHANGES_KEPT_MS, limit: CHANGES_AT_ONCE }),
  };
}
