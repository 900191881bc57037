import { and, desc, eq } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';
import { olderThan } from './pagination.ts';
import { securityEvents } from './schema.sqlite.ts';
import type { Database, SecurityEventRow } from './types.ts';

export async function insertSecurityEvent(db: Database, event: SecurityEventRow): Promise<void> {
  await db.insert(securityEvents).values(event);
}

/** A page of a user's events below the position `before`, newest first. */
export async function listSecurityEvents(
  db: Database,
  userId: string,
  { limit, before }: { limit: number; before?: Position },
): Promise<SecurityEventRow[]> {
  return db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, userId), olderThan(securityEvents, before)))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(limit);
}
