import { and, eq, inArray, sql } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { isActiveModel } from './embedding-models.ts';
import { hasNoted, inTransaction, noteLibraryChange } from './library-notes.ts';
import { isOwnedBy } from './owned.ts';
import { keyPlaceholders, keysFor, placeholdersFor, prepared } from './prepared.ts';
import { chunks, chunkVectors } from './schema.sqlite.ts';
import { shareModels } from './settings.ts';
import type { Database } from './types.ts';
import { toBytes, toVector } from './vector-bytes.ts';

export interface ChunkVectors {
  readonly resourceId: string;
  readonly ownerId: string;
  readonly model: string;
  /** L2-normalised. */
  readonly vectors: readonly { readonly chunkSeq: number; readonly embedding: Float32Array }[];
}

/** Replaces the vectors of the resource's chunks by `model`; vectors of other models stay. */
export async function replaceChunkVectors(db: Database, { resourceId, ownerId, model, vectors }: ChunkVectors): Promise<void> {
  await inTransaction(db, async (tx) => {
    const ofResource = tx
      .select({ seq: chunks.seq })
      .from(chunks)
      .where(and(eq(chunks.resourceId, resourceId), isOwnedBy(chunks.ownerId, ownerId)));
    await tx.delete(chunkVectors).where(and(eq(chunkVectors.model, model), inArray(chunkVectors.chunkSeq, ofResource)));
    await insertChunkVectors(tx, { resourceId, ownerId, model, vectors });
  });
}

/** Inserts the vectors of a resource's chunks, which have none by the model. */
export async function insertChunkVectors(db: Database, rows: ChunkVectors): Promise<void> {
  const { resourceId, ownerId, model, vectors } = rows;
  await inTransaction(db, async (tx) => {
    for (const batch of batchesOf(vectors)) {
      const values = batch.map(({ chunkSeq, embedding }) => ({ chunkSeq, model, ownerId, embedding: toBytes(embedding) }));
      await tx.insert(chunkVectors).values(values);
    }
    if (hasNoted(tx, { ownerId, resourceId })) return;
    // Searches do not see vectors of other models. A switch has noted every library, or waits until this transaction ends.
    await shareModels(tx);
    if (await isActiveModel(tx, model)) noteLibraryChange(tx, { ownerId, resourceId, kind: 'changed' });
  });
}

const vectorsQuery = prepared((db, size) => {
  const { chunkSeq, model, ownerId, embedding } = chunkVectors;
  return db
    .select({ seq: chunkSeq, embedding })
    .from(chunkVectors)
    .where(
      and(
        inArray(chunkSeq, keyPlaceholders(size)),
        eq(model, sql.placeholder('model')),
        isOwnedBy(ownerId, sql.placeholder('ownerId')),
      ),
    );
});

/** The vectors of the owner's chunks among `seqs` by `model`, by key: L2-normalised. A chunk that has none is left out. */
export async function findChunkVectors(
  db: Database,
  { ownerId, model, seqs }: { readonly ownerId: string; readonly model: string; readonly seqs: readonly number[] },
): Promise<ReadonlyMap<number, Float32Array>> {
  if (seqs.length === 0) return new Map();
  const size = placeholdersFor(seqs.length);
  const rows = await vectorsQuery(db, size).execute({ ownerId, model, ...keysFor(seqs, size) });
  return new Map(rows.map(({ seq, embedding }) => [seq, toVector(embedding)]));
}
