import { and, eq, inArray, sql } from 'drizzle-orm';
import { isOwnedBy } from './owned.ts';
import { resourceVectors } from './schema.sqlite.ts';
import type { Database } from './types.ts';
import { toBytes, toVector } from './vector-bytes.ts';

export interface ResourceVector {
  readonly resourceId: string;
  readonly ownerId: string;
  readonly model: string;
  /** L2-normalised; null if the model knows no word of the resource. */
  readonly embedding: Float32Array | null;
}

/** Replaces the resource's vector by `model`; vectors of other models stay. */
export async function replaceResourceVector(
  db: Database,
  { resourceId, ownerId, model, embedding }: ResourceVector,
): Promise<void> {
  if (embedding === null) {
    const own = and(eq(resourceVectors.resourceId, resourceId), isOwnedBy(resourceVectors.ownerId, ownerId));
    await db.delete(resourceVectors).where(and(own, eq(resourceVectors.model, model)));
    return;
  }
  await db
    .insert(resourceVectors)
    .values({ resourceId, model, ownerId, embedding: toBytes(embedding) })
    .onConflictDoUpdate({
      target: [resourceVectors.resourceId, resourceVectors.model],
      set: { embedding: sql`excluded.embedding` },
      setWhere: eq(resourceVectors.ownerId, ownerId),
    });
}

/** The resource's vector by `model`, L2-normalised. */
export async function findResourceVector(db: Database, resourceId: string, model: string): Promise<Float32Array | undefined> {
  const [row] = await db
    .select({ embedding: resourceVectors.embedding })
    .from(resourceVectors)
    .where(and(eq(resourceVectors.resourceId, resourceId), eq(resourceVectors.model, model)));
  return row && toVector(row.embedding);
}

/** The vectors by `model` of the resources that have one. */
export async function findResourceVectors(
  db: Database,
  resourceIds: readonly string[],
  model: string,
): Promise<Map<string, Float32Array>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await db
    .select({ resourceId: resourceVectors.resourceId, embedding: resourceVectors.embedding })
    .from(resourceVectors)
    .where(and(inArray(resourceVectors.resourceId, [...resourceIds]), eq(resourceVectors.model, model)));
  return new Map(rows.map(({ resourceId, embedding }) => [resourceId, toVector(embedding)]));
}
