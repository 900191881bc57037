/** The outbox of callbacks. A claim postpones `available_at`, so it lapses by itself if the sender dies. */
import { and, asc, desc, eq, gt, inArray, lte, ne, or, sql } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';
import type { DeliveryState } from '../model/callbacks.ts';
import { olderThan } from './pagination.ts';
import { callbackDeliveries } from './schema.sqlite.ts';
import type { CallbackDelivery, Database } from './types.ts';

export async function insertDelivery(db: Database, delivery: CallbackDelivery): Promise<void> {
  await db.insert(callbackDeliveries).values(delivery);
}

/**
 * Pending, and its time has come or lies further ahead than any wait after its attempts: it was written before the clock was
 * set back.
 */
function isDue({ now, longestWaits }: Pick<DeliveryClaim, 'now' | 'longestWaits'>) {
  const { state, attempt, availableAt } = callbackDeliveries;
  const ahead = longestWaits.map((wait, after) => and(eq(attempt, after), gt(availableAt, now + wait)));
  return and(eq(state, 'pending'), or(lte(availableAt, now), ...ahead));
}

export interface DeliveryClaim {
  readonly now: number;
  /** The longest time, in ms, that a delivery waits after 0, 1, 2, ... attempts. */
  readonly longestWaits: readonly number[];
  /** When an attempt that was not settled counts as lost. */
  readonly lostAt: number;
  readonly limit: number;
  /** The maximum per owner, so that one dead receiver does not delay other owners. */
  readonly perOwner: number;
}

/** Claims due deliveries, each owner's oldest first, and counts the attempt. A delivery is claimed by one sender only. */
export async function claimDeliveries(
  db: Database,
  { now, longestWaits, lostAt, limit, perOwner }: DeliveryClaim,
): Promise<CallbackDelivery[]> {
  const isReady = isDue({ now, longestWaits });
  const order = sql`${callbackDeliveries.availableAt}, ${callbackDeliveries.id}`;
  const turn = sql<number>`row_number() over (partition by ${callbackDeliveries.ownerId} order by ${order})`.as('turn');
  const due = db
    .select({ id: callbackDeliveries.id, availableAt: callbackDeliveries.availableAt, turn })
    .from(callbackDeliveries)
    .where(isReady)
    .as('due');
  const rows = await db
    .select({ id: due.id })
    .from(due)
    .where(lte(due.turn, perOwner))
    .orderBy(asc(due.turn), asc(due.availableAt), asc(due.id))
    .limit(limit);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  return db
    .update(callbackDeliveries)
    .set({ availableAt: lostAt, attempt: sql`${callbackDeliveries.attempt} + 1` })
    .where(and(inArray(callbackDeliveries.id, ids), isReady))
    .returning();
}

export type DeliveryOutcome = Pick<CallbackDelivery, 'state' | 'availableAt' | 'responseStatus' | 'error' | 'finishedAt'>;

/** Writes the outcome of a claimed attempt. Returns false if it counted as lost and another attempt has begun. */
export async function settleDelivery(
  db: Database,
  { id, attempt }: Pick<CallbackDelivery, 'id' | 'attempt'>,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  const rows = await db
    .update(callbackDeliveries)
    .set(outcome)
    .where(and(eq(callbackDeliveries.id, id), eq(callbackDeliveries.attempt, attempt), eq(callbackDeliveries.state, 'pending')))
    .returning({ id: callbackDeliveries.id });
  return rows.length > 0;
}

/** Makes an owner's settled delivery due again, with all its attempts left. Undefined if there is none, or it is pending. */
export async function requeueDelivery(
  db: Database,
  { id, ownerId, now }: { id: string; ownerId: string; now: number },
): Promise<CallbackDelivery | undefined> {
  const [row] = await db
    .update(callbackDeliveries)
    .set({ state: 'pending', attempt: 0, availableAt: now, error: null, finishedAt: null })
    .where(and(eq(callbackDeliveries.id, id), eq(callbackDeliveries.ownerId, ownerId), ne(callbackDeliveries.state, 'pending')))
    .returning();
  return row;
}

export async function findDelivery(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<CallbackDelivery | undefined> {
  const [row] = await db
    .select()
    .from(callbackDeliveries)
    .where(and(eq(callbackDeliveries.id, id), eq(callbackDeliveries.ownerId, ownerId)));
  return row;
}

export interface DeliveryQuery {
  readonly ownerId: string;
  readonly resourceId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly limit: number;
  /** The last row of the previous page. */
  readonly before?: Position | undefined;
}

/** An owner's deliveries, newest first. */
export async function listDeliveries(
  db: Database,
  { ownerId, resourceId, state, limit, before }: DeliveryQuery,
): Promise<CallbackDelivery[]> {
  return db
    .select()
    .from(callbackDeliveries)
    .where(
      and(
        eq(callbackDeliveries.ownerId, ownerId),
        resourceId === undefined ? undefined : eq(callbackDeliveries.resourceId, resourceId),
        state === undefined ? undefined : eq(callbackDeliveries.state, state),
        olderThan(callbackDeliveries, before),
      ),
    )
    .orderBy(desc(callbackDeliveries.createdAt), desc(callbackDeliveries.id))
    .limit(limit);
}
