import { and, count, desc, eq } from 'drizzle-orm';
import { users, webhookEndpoints } from './schema.sqlite.ts';
import type { Database, User, WebhookEndpoint } from './types.ts';

export async function insertWebhookEndpoint(db: Database, endpoint: WebhookEndpoint): Promise<void> {
  await db.insert(webhookEndpoints).values(endpoint);
}

export async function countWebhookEndpoints(db: Database, ownerId: string): Promise<number> {
  const [row] = await db.select({ count: count() }).from(webhookEndpoints).where(eq(webhookEndpoints.ownerId, ownerId));
  return row?.count ?? 0;
}

/** The owner's endpoints, newest first. */
export async function listWebhookEndpoints(db: Database, ownerId: string): Promise<WebhookEndpoint[]> {
  return db
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.ownerId, ownerId))
    .orderBy(desc(webhookEndpoints.createdAt), desc(webhookEndpoints.id));
}

/** The endpoint with its current owner. Not limited to an owner: the caller verifies an event's signature with it. */
export async function findWebhookEndpoint(
  db: Database,
  id: string,
): Promise<{ endpoint: WebhookEndpoint; owner: User } | undefined> {
  const [row] = await db
    .select({ endpoint: webhookEndpoints, owner: users })
    .from(webhookEndpoints)
    .innerJoin(users, eq(users.id, webhookEndpoints.ownerId))
    .where(eq(webhookEndpoints.id, id));
  return row;
}

/** Returns false if the owner has no such endpoint. */
export async function deleteWebhookEndpoint(db: Database, { id, ownerId }: { id: string; ownerId: string }): Promise<boolean> {
  const gone = await db
    .delete(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.ownerId, ownerId)))
    .returning({ id: webhookEndpoints.id });
  return gone.length > 0;
}
