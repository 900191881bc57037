import { and, desc, eq, inArray, or } from 'drizzle-orm';
import { edges } from './schema.sqlite.ts';
import type { Database, Edge } from './types.ts';

/** The owner's edges that begin or end at one of `ids`, heaviest first. */
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
