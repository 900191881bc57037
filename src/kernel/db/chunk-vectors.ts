import { and, eq, inArray } from 'drizzle-orm';
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

/** Rows per statement: PostgreSQL and SQLite limit the number of bound values. */
const ROWS_PER_INSERT = 500;

/** Replaces the vectors of the resource's chunks by `model`; vectors of other models stay. */
export async function replaceChunkVectors(db: Database, { resourceId, ownerId, model, vectors }: ChunkVectors): Promise<void> {
  const ofResource = db
    .select({ seq: chunks.seq })
    .from(chunks)
    .where(and(eq(chunks.resourceId, resourceId), eq(chunks.ownerId, ownerId)));
  await db.delete(chunkVectors).where(and(eq(chunkVectors.model, model), inArray(chunkVectors.chunkSeq, ofResource)));
  for (let start = 0; start < vectors.length; start += ROWS_PER_INSERT) {
    const rows = vectors.slice(start, start + ROWS_PER_INSERT);
    await db
      .insert(chunkVectors)
      .values(rows.map(({ chunkSeq, embedding }) => ({ chunkSeq, model, ownerId, embedding: toBytes(embedding) })));
  }
}
