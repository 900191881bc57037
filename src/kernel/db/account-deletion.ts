/**
 * Deletes an account with everything that it owns: at once what opens it, in slices what may be much. The row of the user stays
 * until the end, without a name or an address, so that nothing is ever without an owner.
 */
import { and, eq, exists, inArray, ne, sql } from 'drizzle-orm';
import { lockBacklog } from './backlog.ts';
import { UNFINISHED_JOB_STATES } from './jobs.ts';
import { noteLibraryChange } from './library-notes.ts';
import {
  apiKeys,
  callbackDeliveries,
  callbackSecrets,
  emailTokens,
  idempotencyKeys,
  jobs,
  oauthAccounts,
  resources,
  securityEvents,
  sessions,
  users,
  webhookEndpoints,
  webhookEvents,
} from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** What a deleted account is called until its row is gone. No account can have such a key, because it contains a colon. */
const DELETED = 'deleted';
const deletedKey = (id: string) => `${DELETED}:${id}`;

/** The event that says that an account was deleted, which stays. */
export const DELETION_EVENT = 'account_deleted';

/** Frees name and address, and deletes what opens the account. The caller ends its sessions in the same transaction. */
export async function markDeleted(tx: Database, userId: string, now: number): Promise<void> {
  const key = deletedKey(userId);
  await tx
    .update(users)
    .set({ username: DELETED, usernameKey: key, email: DELETED, emailKey: key, passwordHash: null, emailVerifiedAt: null })
    .where(eq(users.id, userId));
  await tx.delete(apiKeys).where(eq(apiKeys.userId, userId));
  await tx.delete(oauthAccounts).where(eq(oauthAccounts.userId, userId));
  await tx.delete(emailTokens).where(eq(emailTokens.userId, userId));
  await tx.delete(callbackSecrets).where(eq(callbackSecrets.ownerId, userId));
  await tx.delete(callbackDeliveries).where(and(eq(callbackDeliveries.ownerId, userId), eq(callbackDeliveries.state, 'pending')));
  // A worker that runs one finds its lease revoked.
  await tx
    .update(jobs)
    .set({ state: 'cancelled', leaseOwner: null, leaseExpiresAt: null, updatedAt: now, finishedAt: now })
    .where(and(eq(jobs.ownerId, userId), inArray(jobs.state, [...UNFINISHED_JOB_STATES])));
}

export interface SliceSizes {
  /** Documents, each with all that was derived from it. */
  readonly documents: number;
  /** Rows of any other kind. */
  readonly rows: number;
}

/** Deletes a slice of what a deleted account owned, and its row at the end. Returns whether anything is left. */
export async function deleteSliceOf(tx: Database, userId: string, sizes: SliceSizes): Promise<boolean> {
  const user = await tx.select({ key: users.usernameKey }).from(users).where(eq(users.id, userId));
  // Gone, or an account that was not deleted.
  if (user[0]?.key !== deletedKey(userId)) return false;
  for (const deleteSome of SLICES) if ((await deleteSome(tx, userId, sizes)) > 0) return true;
  // Waits for a document that was posted at the same time; after this nothing can be inserted for the user.
  await lockBacklog(tx, userId, 'alone');
  for (const deleteSome of SLICES) if ((await deleteSome(tx, userId, sizes)) > 0) return true;
  await tx.delete(users).where(eq(users.id, userId));
  return false;
}

type DeleteSome = (tx: Database, userId: string, sizes: SliceSizes) => Promise<number>;

/** In this order: what refers to a row is deleted before it. The rest goes with the user, and is little. */
const SLICES: readonly DeleteSome[] = [
  async (tx, userId, { documents }) => {
    const some = tx.select({ id: resources.id }).from(resources).where(eq(resources.ownerId, userId)).limit(documents);
    const deleted = await tx.delete(resources).where(inArray(resources.id, some)).returning({ id: resources.id });
    for (const { id } of deleted) noteLibraryChange(tx, { ownerId: userId, resourceId: id, kind: 'deleted' });
    return deleted.length;
  },
  async (tx, userId, { rows }) => {
    const some = tx.select({ id: jobs.id }).from(jobs).where(eq(jobs.ownerId, userId)).limit(rows);
    return (await tx.delete(jobs).where(inArray(jobs.id, some)).returning({ id: jobs.id })).length;
  },
  async (tx, userId, { rows }) => {
    const own = eq(idempotencyKeys.ownerId, userId);
    const some = tx.select({ key: idempotencyKeys.key }).from(idempotencyKeys).where(own).limit(rows);
    const deleted = tx.delete(idempotencyKeys).where(and(own, inArray(idempotencyKeys.key, some)));
    return (await deleted.returning({ key: idempotencyKeys.key })).length;
  },
  async (tx, userId, { rows }) => {
    const [event] = await tx
      .select({ endpointId: webhookEvents.endpointId })
      .from(webhookEvents)
      .where(
        exists(
          tx
            .select({ one: sql`1` })
            .from(webhookEndpoints)
            .where(and(eq(webhookEndpoints.id, webhookEvents.endpointId), eq(webhookEndpoints.ownerId, userId))),
        ),
      )
      .limit(1);
    if (!event) return 0;
    const own = eq(webhookEvents.endpointId, event.endpointId);
    const some = tx.select({ id: webhookEvents.messageId }).from(webhookEvents).where(own).limit(rows);
    const deleted = tx.delete(webhookEvents).where(and(own, inArray(webhookEvents.messageId, some)));
    return (await deleted.returning({ id: webhookEvents.messageId })).length;
  },
  async (tx, userId, { rows }) => {
    const own = and(eq(securityEvents.userId, userId), ne(securityEvents.event, DELETION_EVENT));
    const some = tx.select({ id: securityEvents.id }).from(securityEvents).where(own).limit(rows);
    return (await tx.delete(securityEvents).where(inArray(securityEvents.id, some)).returning({ id: securityEvents.id })).length;
  },
  async (tx, userId, { rows }) => {
    const some = tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, userId)).limit(rows);
    return (await tx.delete(sessions).where(inArray(sessions.id, some)).returning({ id: sessions.id })).length;
  },
];
