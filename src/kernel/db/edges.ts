import { and, desc, eq, inArray, ne, or } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { edges } from './schema.sqlite.ts';
import type { Database, Edge } from './types.ts';

/** The owner's edges from or to one of `ids`, heaviest first. */
export async function listEdgesOf(
  db: Database,
  { ownerId, ids, kind, limit }: { ownerId: string; ids: readonly string[]; kind?: Edge['kind']; limit: number },
): Promise<Edge[]> {
  if (ids.length === 0) return [];
  const touching = or(inArray(edges.sourceId, [...ids]), inArray(edges.targetId, [...ids]));
  return await db
    .select()
    .from(edges)
    .where(and(eq(edges.ownerId, ownerId), touching, kind && eq(edges.kind, kind)))
    .orderBy(desc(edges.weight), edges.sourceId, edges.targetId, edges.kind)
    .limit(limit);
}

/**
 * Replaces a resource's relations: its similar resources, and links and citations from and to it. Relations of kind `similar`
 * from other resources to this one stay.
 */
export async function replaceEdgesOf(db: Database, resourceId: string, rows: readonly Edge[]): Promise<void> {
  const outgoing = eq(edges.sourceId, resourceId);
  const incomingLinks = and(eq(edges.targetId, resourceId), ne(edges.kind, 'similar'));
  await db.delete(edges).where(or(outgoing, incomingLinks));
  for (const batch of batchesOf(rows)) {
    await db.insert(edges).values(batch).onConflictDoNothing();
  }
}

/** All edges of the owner. */
export async function listOwnerEdges(
  db: Database,
  ownerId: string,
): Promise<Pick<Edge, 'sourceId' | 'targetId' | 'kind' | 'weight'>[]> {
  return await db
    .select({ sourceId: edges.sourceId, targetId: edges.targetId, kind: edges.kind, weight: edges.weight })
    .from(edges)
    .where(eq(edges.ownerId, ownerId));
}
