import { and, desc, eq, inArray, ne, or, sql } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { activeModelId } from './embedding-models.ts';
import { edges, resources } from './schema.sqlite.ts';
import type { Database, Edge } from './types.ts';

/** `edges.model` of links and citations, which belong to no model. */
export const NO_MODEL = '';

/** Links, citations, and similarity by the active model: edges of two models are never mixed. */
const inForce = (db: Database) => or(eq(edges.model, NO_MODEL), inArray(edges.model, activeModelId(db)));

/** The owner's edges from or to one of `ids`, heaviest first. */
export async function listEdgesOf(
  db: Database,
  { ownerId, ids, kind, limit }: { ownerId: string; ids: readonly string[]; kind?: Edge['kind']; limit: number },
): Promise<Edge[]> {
  if (ids.length === 0) return [];
  const touching = or(inArray(edges.sourceId, [...ids]), inArray(edges.targetId, [...ids]));
  // As an expression the owner cannot be looked up: SQLite would read all of a library's edges instead of those of `ids`.
  const own = sql`${edges.ownerId} || '' = ${ownerId}`;
  return await db
    .select()
    .from(edges)
    .where(and(own, touching, inForce(db), kind && eq(edges.kind, kind)))
    .orderBy(desc(edges.weight), edges.sourceId, edges.targetId, edges.kind)
    .limit(limit);
}

/** Replaces a resource's links and citations, from it and to it. `isFirst`: it has none that could have to go. */
export async function replaceLinkEdges(
  db: Database,
  resourceId: string,
  rows: readonly Edge[],
  { isFirst = false }: { isFirst?: boolean } = {},
): Promise<void> {
  const touching = or(eq(edges.sourceId, resourceId), eq(edges.targetId, resourceId));
  if (!isFirst) await db.delete(edges).where(and(touching, ne(edges.kind, 'similar')));
  await insertEdges(db, rows);
}

/**
 * Replaces a resource's similar resources by `model` (`isFirst`: it has none that could have to go), without those that were deleted since `rows` were computed. Edges from other
 * resources to this one stay, and so do other models'.
 */
export async function replaceSimilarEdges(
  db: Database,
  resourceId: string,
  model: string,
  rows: readonly Edge[],
  { isFirst = false }: { isFirst?: boolean } = {},
): Promise<void> {
  const own = and(eq(edges.sourceId, resourceId), eq(edges.kind, 'similar'), eq(edges.model, model));
  if (!isFirst) await db.delete(edges).where(own);
  if (rows.length === 0) return;
  const targets = rows.map(({ targetId }) => targetId);
  const kept = await db.select({ id: resources.id }).from(resources).where(inArray(resources.id, targets));
  const ids = new Set(kept.map(({ id }) => id));
  await insertEdges(
    db,
    rows.filter(({ targetId }) => ids.has(targetId)),
  );
}

async function insertEdges(db: Database, rows: readonly Edge[]): Promise<void> {
  for (const batch of batchesOf(rows)) await db.insert(edges).values(batch).onConflictDoNothing();
}

/** All edges of the owner that are in force. */
export async function listOwnerEdges(
  db: Database,
  ownerId: string,
): Promise<Pick<Edge, 'sourceId' | 'targetId' | 'kind' | 'weight'>[]> {
  return await db
    .select({ sourceId: edges.sourceId, targetId: edges.targetId, kind: edges.kind, weight: edges.weight })
    .from(edges)
    .where(and(eq(edges.ownerId, ownerId), inForce(db)));
}
