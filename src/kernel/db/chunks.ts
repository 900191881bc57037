import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import { batchesOf } from './batches.ts';
import { inTransaction, noteLibraryChange } from './library-notes.ts';
import { isOwnedBy } from './owned.ts';
import { keyPlaceholders, keysFor, placeholdersFor, prepared } from './prepared.ts';
import { chunks, resourceEmbeddings, resources } from './schema.sqlite.ts';
import type { Chunk, Database, Resource } from './types.ts';

export type NewChunk = Omit<Chunk, 'seq'>;

/**
 * Replaces a resource's chunks, and returns the keys of the new ones in their order. Vectors and index entries of the old ones are
 * deleted with them, and no model is done with the resource any more.
 */
export async function replaceChunks(db: Database, resourceId: string, rows: readonly NewChunk[]): Promise<number[]> {
  return await inTransaction(db, async (tx) => {
    const [old] = await tx.delete(chunks).where(eq(chunks.resourceId, resourceId)).returning({ ownerId: chunks.ownerId });
    if (old) noteLibraryChange(tx, { ...old, resourceId, kind: 'changed' });
    await tx.delete(resourceEmbeddings).where(eq(resourceEmbeddings.resourceId, resourceId));
    return await insertChunks(tx, rows);
  });
}

/** Inserts the chunks of a resource that has none. Returns their keys in the order of `rows`. */
export async function insertChunks(db: Database, rows: readonly NewChunk[]): Promise<number[]> {
  return await inTransaction(db, async (tx) => {
    const keys = new Map<number, number>();
    for (const batch of batchesOf(rows)) {
      // A database may return the rows of a statement in any order.
      const inserted = await tx.insert(chunks).values(batch).returning({ seq: chunks.seq, position: chunks.position });
      for (const { seq, position } of inserted) keys.set(position, seq);
    }
    const [first] = rows;
    if (first) noteLibraryChange(tx, { ownerId: first.ownerId, resourceId: first.resourceId, kind: 'changed' });
    return rows.map(({ position }) => keys.get(position) as number);
  });
}

/** A resource's chunks, in the order of its text. */
export async function listChunks(db: Database, resourceId: string): Promise<Chunk[]> {
  return await db.select().from(chunks).where(eq(chunks.resourceId, resourceId)).orderBy(asc(chunks.position));
}

/** The chunks of an owner's resource behind the position `after`, in the order of its text. */
export async function pageOfChunks(
  db: Database,
  { resourceId, ownerId, after, limit }: { resourceId: string; ownerId: string; after: number; limit: number },
): Promise<Chunk[]> {
  return await db
    .select()
    .from(chunks)
    .where(and(eq(chunks.resourceId, resourceId), isOwnedBy(chunks.ownerId, ownerId), gt(chunks.position, after)))
    .orderBy(asc(chunks.position))
    .limit(limit);
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
    .where(and(isOwnedBy(chunks.ownerId, ownerId), inArray(chunks.seq, [...seqs])));
}

/** What an answer shows of a hit's resource. */
export type ResourceOfHit = Pick<Resource, 'title' | 'url' | 'language' | 'contentType' | 'category' | 'tags' | 'createdAt'>;

/** What an answer shows of a chunk, and of its resource. */
export type ChunkOfHit = Pick<
  Chunk,
  'seq' | 'id' | 'resourceId' | 'position' | 'text' | 'headingPath' | 'charStart' | 'charEnd' | 'pageStart' | 'pageEnd'
> &
  ResourceOfHit;

/** The limit fixes the order of a plan: chunks by their keys, then the resource of each. */
const hitsQuery = prepared((db, size) => {
  const { seq, id, resourceId, position, text, headingPath, charStart, charEnd, pageStart, pageEnd } = chunks;
  const { title, url, language, contentType, category, tags, createdAt } = resources;
  const owner = sql.placeholder('ownerId');
  const found = db
    .select({ seq, id, resourceId, position, text, headingPath, charStart, charEnd, pageStart, pageEnd })
    .from(chunks)
    .where(and(inArray(seq, keyPlaceholders(size)), isOwnedBy(chunks.ownerId, owner)))
    .limit(size)
    .as('found');
  return db
    .select({
      ...{ seq: found.seq, id: found.id, resourceId: found.resourceId, position: found.position, text: found.text },
      ...{ headingPath: found.headingPath, charStart: found.charStart, charEnd: found.charEnd },
      ...{ pageStart: found.pageStart, pageEnd: found.pageEnd },
      ...{ title, url, language, contentType, category, tags, createdAt },
    })
    .from(found)
    .innerJoin(resources, eq(resources.id, found.resourceId))
    .where(isOwnedBy(resources.ownerId, owner));
});

/** The owner's chunks among `seqs` with their resources, in no order. */
export async function findChunksOfHits(db: Database, ownerId: string, seqs: readonly number[]): Promise<ChunkOfHit[]> {
  if (seqs.length === 0) return [];
  const size = placeholdersFor(seqs.length);
  return await hitsQuery(db, size).execute({ ownerId, ...keysFor(seqs, size) });
}
