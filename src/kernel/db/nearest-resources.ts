/** The one query over `resource_vectors` and `resources` together. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { resources, resourceVectors } from './schema.sqlite.ts';
import type { Database } from './types.ts';
import { toBytes } from './vector-bytes.ts';

export interface NearResource {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly category: string | null;
  /** -1..1 */
  readonly cosine: number;
}

/** The owner's resources by cosine to `vector`, a vector of `model`, nearest first, without `exceptId`. */
export async function nearestResources(
  db: Database,
  {
    ownerId,
    vector,
    model,
    exceptId,
    limit,
  }: { ownerId: string; vector: Float32Array; model: string; exceptId: string; limit: number },
): Promise<NearResource[]> {
  const distance = sql<number>`vector_distance_cos(${resourceVectors.embedding}, ${toBytes(vector)})`;
  // The rows of resources hold their texts, so they are read for the nearest only, after the vectors were scanned.
  const near = await db
    .select({ id: resourceVectors.resourceId, distance })
    .from(resourceVectors)
    .where(and(eq(resourceVectors.ownerId, ownerId), eq(resourceVectors.model, model), ne(resourceVectors.resourceId, exceptId)))
    .orderBy(distance)
    .limit(limit);
  const ids = near.map(({ id }) => id);
  const { id, keywords, category } = resources;
  const own = and(eq(resources.ownerId, ownerId), inArray(id, ids));
  const rows = ids.length === 0 ? [] : await db.select({ id, keywords, category }).from(resources).where(own);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return near.flatMap(({ id, distance: away }) => {
    const row = byId.get(id);
    return row ? [{ ...row, cosine: 1 - away }] : [];
  });
}
