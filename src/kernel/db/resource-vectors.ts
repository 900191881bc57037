import { and, eq } from 'drizzle-orm';
import { resourceVectors } from './schema.sqlite.ts';
import type { Database } from './types.ts';
import { toBytes, toVector } from './vector-bytes.ts';

export interface ResourceVector {
  readonly resourceId: string;
  readonly ownerId: string;
  readonly model: string;
  /** L2-normalised; null where the model knows no word of the resource. */
  readonly embedding: Float32Array | null;
}

/** Replaces what `model` made of the resource; vectors of other models stay. */
export async function replaceResourceVector(
  db: Database,
  { resourceId, ownerId, model, embedding }: ResourceVector,
): Promise<void> {
  await db.delete(resourceVectors).where(and(eq(resourceVectors.resourceId, resourceId), eq(resourceVectors.model, model)));
  if (embedding === null) return;
  await db.insert(resourceVectors).values({ resourceId, model, ownerId, embedding: toBytes(embedding) });
}

/** The resource's vector by `model`, L2-normalised; undefined where there is none. */
export async function findResourceVector(db: Database, resourceId: string, model: string): Promise<Float32Array | undefined> {
  const [row] = await db
    .select({ embedding: resourceVectors.embedding })
    .from(resourceVectors)
    .where(and(eq(resourceVectors.resourceId, resourceId), eq(resourceVectors.model, model)));
  return row && toVector(row.embedding);
}
