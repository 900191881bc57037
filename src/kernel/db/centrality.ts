import { and, count, eq, inArray, isNotNull } from 'drizzle-orm';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** How many documents the owner has, but for URLs that were never fetched: answered by an index, no row is read. */
export async function countDocuments(db: Database, ownerId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.contentHash)));
  return row?.count ?? 0;
}

/** Those of the owner's resources that have been read: what the graph is made of. */
export async function listReadResources(db: Database, ownerId: string): Promise<{ id: string; centrality: number | null }[]> {
  return await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.text)));
}

export async function setCentrality(db: Database, id: string, centrality: number): Promise<void> {
  await db.update(resources).set({ centrality }).where(eq(resources.id, id));
}

/** The ranks of those of `ids` that are the owner's. */
export async function findCentralities(
  db: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), inArray(resources.id, [...ids])));
  return new Map(rows.map(({ id, centrality }) => [id, centrality]));
}
