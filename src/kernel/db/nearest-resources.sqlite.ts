import { and, eq, ne, sql } from 'drizzle-orm';
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

/** The owner's resources nearest in meaning to `vector`, which `model` made; `exceptId` is left out. Nearest first. */
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
  const rows = await db
    .select({ id: resources.id, keywords: resources.keywords, category: resources.category, distance })
    .from(resourceVectors)
    .innerJoin(resources, eq(resources.id, resourceVectors.resourceId))
    .where(and(eq(resourceVectors.ownerId, ownerId), eq(resourceVectors.model, model), ne(resourceVectors.resourceId, exceptId)))
    .orderBy(distance)
    .limit(limit);
  return rows.map(({ distance: away, ...row }) => ({ ...row, cosine: 1 - away }));
}
