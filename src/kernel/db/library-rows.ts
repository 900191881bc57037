/** What an index of a library is built from: documents with their chunks, and the chunks' vectors by one model. */
import { and, asc, eq, exists, gt, inArray, sql } from 'drizzle-orm';
import { chunks, chunkVectors, resources } from './schema.sqlite.ts';
import type { Chunk, Database, Resource } from './types.ts';
import { toVector } from './vector-bytes.ts';

export interface LibraryChunk extends Pick<Chunk, 'seq' | 'id' | 'position' | 'text' | 'context' | 'headingPath'> {
  /** L2-normalised; null where the model has not embedded the chunk, or knows no word of it. */
  readonly embedding: Float32Array | null;
}

/** A document that a search can find: what words, filters, facets and sorting need. */
export interface LibraryDocument
  extends Pick<
    Resource,
    | 'id'
    | 'title'
    | 'url'
    | 'language'
    | 'category'
    | 'tags'
    | 'contentType'
    | 'createdAt'
    | 'publishedAt'
    | 'qualityScore'
    | 'metadata'
  > {
  /** At least one, in the order of the text. */
  readonly chunks: readonly LibraryChunk[];
}

/** Columns of `resources` that a search sees. A transaction that writes one notes the change. */
export const SEARCHED_COLUMNS = [
  'title',
  'url',
  'language',
  'category',
  'tags',
  'contentType',
  'createdAt',
  'publishedAt',
  'qualityScore',
  'metadata',
] as const satisfies readonly (keyof LibraryDocument & keyof Resource)[];

interface Scope {
  readonly ownerId: string;
  /** Whose vectors are read; null: none. */
  readonly model: string | null;
}

/** About a megabyte of texts and vectors. */
const CHUNKS_A_BLOCK = 200;
/** Documents of one query for counts. */
const DOCUMENTS_A_PAGE = 200;
/** A document may have thousands of chunks. */
const CHUNKS_A_QUERY = 500;

/** All documents of a library that have chunks, by id, in blocks of about 200 chunks. */
export async function* readLibrary(db: Database, { ownerId, model }: Scope): AsyncGenerator<LibraryDocument[]> {
  let after = '';
  for (;;) {
    const page = await db
      .select({ id: chunks.resourceId, count: sql<number>`count(*)`.mapWith(Number) })
      .from(chunks)
      .where(
        and(
          eq(chunks.ownerId, ownerId),
          inArray(
            chunks.resourceId,
            db
              .select({ id: resources.id })
              .from(resources)
              .where(and(eq(resources.ownerId, ownerId), gt(resources.id, after), hasChunks(db)))
              .orderBy(asc(resources.id))
              .limit(DOCUMENTS_A_PAGE),
          ),
        ),
      )
      .groupBy(chunks.resourceId)
      .orderBy(asc(chunks.resourceId));
    const last = page.at(-1);
    if (!last) return;
    for (const ids of blocksOf(page)) yield await readLibraryDocuments(db, { ownerId, model, ids });
    after = last.id;
  }
}

/** Splits a page so that a block has 200 chunks at most, or one document. */
function* blocksOf(page: readonly { readonly id: string; readonly count: number }[]): Generator<string[]> {
  let ids: string[] = [];
  let size = 0;
  for (const { id, count } of page) {
    if (ids.length > 0 && size + count > CHUNKS_A_BLOCK) {
      yield ids;
      ids = [];
      size = 0;
    }
    ids.push(id);
    size += count;
  }
  if (ids.length > 0) yield ids;
}

/** Those of `ids` that are the owner's and have chunks, by id. */
export async function readLibraryDocuments(
  db: Database,
  { ownerId, model, ids }: Scope & { readonly ids: readonly string[] },
): Promise<LibraryDocument[]> {
  if (ids.length === 0) return [];
  const { id, title, url, language, category, tags, contentType, createdAt, publishedAt, qualityScore, metadata } = resources;
  const found = await db
    .select({ id, title, url, language, category, tags, contentType, createdAt, publishedAt, qualityScore, metadata })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), inArray(id, [...ids])))
    .orderBy(asc(id));
  const chunksOf = Map.groupBy(await readChunks(db, { ownerId, model, ids }), ({ resourceId }) => resourceId);
  return found.flatMap((document) => {
    const own = chunksOf.get(document.id);
    return own === undefined ? [] : [{ ...document, chunks: own.map(({ resourceId: _, ...chunk }) => chunk) }];
  });
}

async function readChunks(
  db: Database,
  { ownerId, model, ids }: Scope & { readonly ids: readonly string[] },
): Promise<(LibraryChunk & { resourceId: string })[]> {
  const { seq, id, resourceId, position, text, context, headingPath } = chunks;
  const all: (LibraryChunk & { resourceId: string })[] = [];
  let after: { resourceId: string; position: number } | undefined;
  for (;;) {
    const rows = await db
      .select({ seq, id, resourceId, position, text, context, headingPath, embedding: chunkVectors.embedding })
      .from(chunks)
      .leftJoin(
        chunkVectors,
        and(eq(chunkVectors.chunkSeq, seq), eq(chunkVectors.model, model ?? ''), eq(chunkVectors.ownerId, ownerId)),
      )
      .where(
        and(
          eq(chunks.ownerId, ownerId),
          inArray(resourceId, [...ids]),
          after && sql`(${resourceId}, ${position}) > (${after.resourceId}, ${after.position})`,
        ),
      )
      .orderBy(asc(resourceId), asc(position))
      .limit(CHUNKS_A_QUERY);
    for (const row of rows) all.push({ ...row, embedding: row.embedding && toVector(row.embedding) });
    if (rows.length < CHUNKS_A_QUERY) return all;
    after = rows.at(-1);
  }
}

const hasChunks = (db: Database) => exists(db.select({ one: sql`1` }).from(chunks).where(eq(chunks.resourceId, resources.id)));
