import { and, eq } from 'drizzle-orm';
import { webhookEndpoints, webhookEvents } from './schema.sqlite.ts';
import type { Database, WebhookEvent } from './types.ts';

export async function findWebhookEvent(db: Database, endpointId: string, messageId: string): Promise<WebhookEvent | undefined> {
  const [event] = await db
    .select()
    .from(webhookEvents)
    .where(and(eq(webhookEvents.endpointId, endpointId), eq(webhookEvents.messageId, messageId)));
  return event;
}

/** Stores an event and its endpoint's time of last use. Of concurrent copies the first is kept. */
export async function insertWebhookEvent(db: Database, event: WebhookEvent): Promise<void> {
  await db.insert(webhookEvents).values(event).onConflictDoNothing();
  await db.update(webhookEndpoints).set({ lastUsedAt: event.receivedAt }).where(eq(webhookEndpoints.id, event.endpointId));
}
