import { and, asc, eq, inArray } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { storedFormsOf, withStoredKeys } from './index-keys.ts';
import { links } from './schema.sqlite.ts';
import type { Database, Link } from './types.ts';

/** Replaces the outgoing links of a resource. Links are read with the keys as they are stored. */
export async function replaceLinks(db: Database, resourceId: string, rows: readonly Link[]): Promise<void> {
  await db.delete(links).where(eq(links.resourceId, resourceId));
  await insertLinks(db, await storedLinks(rows));
}

/** Inserts links that have their keys in the stored form. */
export async function insertLinks(db: Database, rows: readonly Link[]): Promise<void> {
  for (const batch of batchesOf(rows)) await db.insert(links).values(batch);
}

/** Links as they are read. */
export const storedLinks = (rows: readonly Link[]): Promise<Link[]> => withStoredKeys(rows, 'targetKey');

export async function listLinks(db: Database, resourceId: string): Promise<Link[]> {
  const rows = await db.select().from(links).where(eq(links.resourceId, resourceId)).orderBy(asc(links.id));
  return withStoredKeys(rows, 'targetKey');
}

/** Links of the owner's resources to one of `keys`. `limit` bounds the cost of a page that many cite. */
export async function findLinksTo(
  db: Database,
  { ownerId, keys, limit }: { ownerId: string; keys: readonly string[]; limit: number },
): Promise<Link[]> {
  if (keys.length === 0) return [];
  const rows = await db
    .select()
    .from(links)
    .where(and(eq(links.ownerId, ownerId), inArray(links.targetKey, await storedFormsOf(keys))))
    .orderBy(asc(links.id))
    .limit(limit);
  return withStoredKeys(rows, 'targetKey');
}
