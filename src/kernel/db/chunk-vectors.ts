import { and, eq, inArray } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { chunks, chunkVectors } from './schema.sqlite.ts';
import type { Database } from './types.ts';
import { toBytes } from './vector-bytes.ts';

export interface ChunkVectors {
  readonly resourceId: string;
  readonly ownerId: string;
  readonly model: string;
  /** L2-normalised. */
  readonly vectors: readonly { readonly chunkSeq: number; readonly embedding: Float32Array }[];
}

/** Replaces the vectors of the resource's chunks by `model`; vectors of other models stay. */
export async function replaceChunkVectors(db: Database, { resourceId, ownerId, model, vectors }: ChunkVectors): Promise<void> {
  const ofResource = db
    .select({ seq: chunks.seq })
    .from(chunks)
    .where(and(eq(chunks.resourceId, resourceId), eq(chunks.ownerId, ownerId)));
  await db.delete(chunkVectors).where(and(eq(chunkVectors.model, model), inArray(chunkVectors.chunkSeq, ofResource)));
  await insertChunkVectors(
    db,
    vectors.map((vector) => ({ ...vector, ownerId, model })),
  );
}

/** Inserts the vectors of chunks that have none by their model. */
export async function insertChunkVectors(
  db: Database,
  rows: readonly {
    readonly chunkSeq: number;
    readonly ownerId: string;
    readonly model: string;
    readonly embedding: Float32Array;
  }[],
): Promise<void> {
  for (const batch of batchesOf(rows)) {
    await db.insert(chunkVectors).values(batch.map((row) => ({ ...row, embedding: toBytes(row.embedding) })));
  }
}
