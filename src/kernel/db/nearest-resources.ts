/** The one query over `resource_vectors` and `resources` together. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { isOwnedBy } from './owned.ts';
import { resources, resourceVectors } from './schema.sqlite.ts';
import type { Database } from './types.ts';
import { toBytes } from './vector-bytes.ts';

export interface NearResource {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly category: string | null;
  /** PageRank; null before the graph stage has run. */
  readonly centrality: number | null;
  /** -1..1 */
  readonly cosine: number;
}

/** The owner's resources by cosine to `vector`, a vector of `model`, nearest first, without `exceptId`; those of `among` alone, if given. */
export async function nearestResources(
  db: Database,
  {
    ownerId,
    vector,
    model,
    exceptId,
    limit,
    among,
  }: {
    ownerId: string;
    vector: Float32Array;
    model: string;
    exceptId: string;
    limit: number;
    among?: readonly string[] | undefined;
  },
): Promise<NearResource[]> {
  const distance = sql<number>`vector_distance_cos(${resourceVectors.embedding}, ${toBytes(vector)})`.as('distance');
  // The rows of resources hold their texts, so they are read for the nearest only, after the vectors were scanned.
  const near = db
    .select({ nearId: sql<string>`${resourceVectors.resourceId}`.as('near_id'), distance })
    .from(resourceVectors)
    .where(
      and(
        among ? isOwnedBy(resourceVectors.ownerId, ownerId) : eq(resourceVectors.ownerId, ownerId),
        eq(resourceVectors.model, model),
        ne(resourceVectors.resourceId, exceptId),
        among && inArray(resourceVectors.resourceId, [...among]),
      ),
    )
    .orderBy(sql`distance`)
    .limit(limit)
    .as('near');
  const { id, keywords, category, centrality } = resources;
  const rows = await db
    .select({ id, keywords, category, centrality, away: near.distance })
    .from(near)
    .innerJoin(resources, and(eq(id, near.nearId), isOwnedBy(resources.ownerId, ownerId)))
    .orderBy(sql`${near.distance}`);
  return rows.map(({ away, ...row }) => ({ ...row, cosine: 1 - away }));
}
