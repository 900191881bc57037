import { and, eq } from 'drizzle-orm';
import { idempotencyKeys } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export type IdempotencyKey = typeof idempotencyKeys.$inferSelect;

export async function findIdempotencyKey(
  db: Database,
  { ownerId, key }: { ownerId: string; key: string },
): Promise<IdempotencyKey | undefined> {
  const [found] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.ownerId, ownerId), eq(idempotencyKeys.key, key)))
    .limit(1);
  return found;
}

/** Stores a response. A response that another request stored under the key meanwhile makes it a unique violation. */
export async function insertIdempotencyKey(db: Database, row: IdempotencyKey): Promise<void> {
  await db.insert(idempotencyKeys).values(row);
}

/** Deletes this response, and none that was stored under its key since it was read. */
export async function deleteIdempotencyKey(db: Database, row: IdempotencyKey): Promise<void> {
  const { ownerId, key, resourceId, createdAt } = row;
  await db
    .delete(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.ownerId, ownerId),
        eq(idempotencyKeys.key, key),
        eq(idempotencyKeys.resourceId, resourceId),
        eq(idempotencyKeys.createdAt, createdAt),
      ),
    );
}

/** Deletes the responses that named a resource. */
export async function deleteIdempotencyKeys(
  db: Database,
  { ownerId, resourceId }: { ownerId: string; resourceId: string },
): Promise<void> {
  await db.delete(idempotencyKeys).where(and(eq(idempotencyKeys.ownerId, ownerId), eq(idempotencyKeys.resourceId, resourceId)));
}
