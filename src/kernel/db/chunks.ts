import { and, asc, eq, inArray } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { chunks, resourceEmbeddings } from './schema.sqlite.ts';
import type { Chunk, Database } from './types.ts';

export type NewChunk = Omit<Chunk, 'seq'>;

/**
 * Replaces a resource's chunks. Vectors and index entries of the old chunks are deleted with them, and no model is done with
 * the resource any more.
 */
export async function replaceChunks(db: Database, resourceId: string, rows: readonly NewChunk[]): Promise<void> {
  await db.delete(chunks).where(eq(chunks.resourceId, resourceId));
  await db.delete(resourceEmbeddings).where(eq(resourceEmbeddings.resourceId, resourceId));
  for (const batch of batchesOf(rows)) {
    await db.insert(chunks).values(batch);
  }
}

/** A resource's chunks, in the order of its text. */
export async function listChunks(db: Database, resourceId: string): Promise<Chunk[]> {
  return await db.select().from(chunks).where(eq(chunks.resourceId, resourceId)).orderBy(asc(chunks.position));
}

/** The keys of a resource's chunks, in the order of its text. New chunks have new keys. */
export async function listChunkKeys(db: Database, resourceId: string): Promise<number[]> {
  const rows = await db
    .select({ seq: chunks.seq })
    .from(chunks)
    .where(eq(chunks.resourceId, resourceId))
    .orderBy(asc(chunks.position));
  return rows.map(({ seq }) => seq);
}

/** The heading path of every chunk, in the order of the text. */
export async function listHeadingPaths(db: Database, resourceId: string): Promise<string[][]> {
  const rows = await db
    .select({ headingPath: chunks.headingPath })
    .from(chunks)
    .where(eq(chunks.resourceId, resourceId))
    .orderBy(asc(chunks.position));
  return rows.map(({ headingPath }) => headingPath);
}

/** The owner's chunks among `seqs`, in no order. */
export async function findChunks(db: Database, ownerId: string, seqs: readonly number[]): Promise<Chunk[]> {
  if (seqs.length === 0) return [];
  return await db
    .select()
    .from(chunks)
    .where(and(eq(chunks.ownerId, ownerId), inArray(chunks.seq, [...seqs])));
}
