import { and, desc, eq, lt, or } from 'drizzle-orm';
import { securityEvents } from './schema.sqlite.ts';
import type { Database, SecurityEventRow } from './types.ts';

export async function insertSecurityEvent(db: Database, event: SecurityEventRow): Promise<void> {
  await db.insert(securityEvents).values(event);
}

/** A user's events, newest first, from after the event `before` on. */
export async function listSecurityEvents(
  db: Database,
  userId: string,
  { limit, before }: { limit: number; before?: Pick<SecurityEventRow, 'createdAt' | 'id'> },
): Promise<SecurityEventRow[]> {
  const older = before
    ? or(
        lt(securityEvents.createdAt, before.createdAt),
        and(eq(securityEvents.createdAt, before.createdAt), lt(securityEvents.id, before.id)),
      )
    : undefined;
  return db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, userId), older))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(limit);
}
