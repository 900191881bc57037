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

/** Stores a response, replacing an older one under the same key. */
export async function putIdempotencyKey(db: Database, row: IdempotencyKey): Promise<void> {
  const { ownerId: _owner, key: _key, ...replaced } = row;
  await db
    .insert(idempotencyKeys)
    .values(row)
    .onConflictDoUpdate({ target: [idempotencyKeys.ownerId, idempotencyKeys.key], set: replaced });
}

/** Deletes the responses that named a resource. */
export async function deleteIdempotencyKeys(
  db: Database,
  { ownerId, resourceId }: { ownerId: string; resourceId: string },
): Promise<void> {
  await db.delete(idempotencyKeys).where(and(eq(idempotencyKeys.ownerId, ownerId), eq(idempotencyKeys.resourceId, resourceId)));
}
