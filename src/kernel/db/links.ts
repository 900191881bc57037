import { and, asc, eq, inArray } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { links } from './schema.sqlite.ts';
import type { Database, Link } from './types.ts';

/** Replaces the outgoing links of a resource. */
export async function replaceLinks(db: Database, resourceId: string, rows: readonly Link[]): Promise<void> {
  await db.delete(links).where(eq(links.resourceId, resourceId));
  for (const batch of batchesOf(rows)) await db.insert(links).values(batch);
}

export async function listLinks(db: Database, resourceId: string): Promise<Link[]> {
  return await db.select().from(links).where(eq(links.resourceId, resourceId)).orderBy(asc(links.id));
}

/** Links of the owner's resources to one of `keys`. `limit` bounds the cost of a page that many cite. */
export async function findLinksTo(
  db: Database,
  { ownerId, keys, limit }: { ownerId: string; keys: readonly string[]; limit: number },
): Promise<Link[]> {
  if (keys.length === 0) return [];
  return await db
    .select()
    .from(links)
    .where(and(eq(links.ownerId, ownerId), inArray(links.targetKey, [...keys])))
    .orderBy(asc(links.id))
    .limit(limit);
}
