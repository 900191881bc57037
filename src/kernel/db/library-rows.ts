/** What an index of a library is built from: documents with their chunks, and the chunks' vectors by one model. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { isOwnedBy } from './owned.ts';
import { chunks, chunkVectors, resources } from './schema.sqlite.ts';
import type { Chunk, Database, Resource } from './types.ts';
import { toVector } from './vector-bytes.ts';

export interface LibraryChunk extends Pick<Chunk, 'seq' | 'position' | 'text' | 'context'> {
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
const DOCUMENTS_A_PAGE = 200;
/** A document may have thousands of chunks. */
const CHUNKS_A_QUERY = 500;

type Attributes = Omit<LibraryDocument, 'chunks'>;

const { id, title, url, language, category, tags, contentType, createdAt, publishedAt, qualityScore, metadata } = resources;
const ATTRIBUTES = { id, title, url, language, category, tags, contentType, createdAt, publishedAt, qualityScore, metadata };

/** All documents of a library that have chunks, by age, in blocks of about 200 chunks. */
export async function* readLibrary(db: Database, scope: Scope): AsyncGenerator<LibraryDocument[]> {
  const count = sql<number>`(select count(*) from ${chunks} where ${eq(chunks.resourceId, id)})`.mapWith(Number);
  let after: Pick<Attributes, 'id' | 'createdAt'> | undefined;
  for (;;) {
    const page = await db
      .select({ ...ATTRIBUTES, count })
      .from(resources)
      .where(and(eq(resources.ownerId, scope.ownerId), after && sql`(${createdAt}, ${id}) > (${after.createdAt}, ${after.id})`))
      .orderBy(asc(createdAt), asc(id))
      .limit(DOCUMENTS_A_PAGE);
    for (const block of blocksOf(page)) {
      const read = await withChunks(db, scope, block);
      if (read.length > 0) yield read;
    }
    after = page.at(-1);
    if (page.length < DOCUMENTS_A_PAGE) return;
  }
}

/** Splits a page so that a block has 200 chunks at most, or one document. */
function* blocksOf(page: readonly (Attributes & { readonly count: number })[]): Generator<Attributes[]> {
  let block: Attributes[] = [];
  let size = 0;
  for (const { count, ...document } of page) {
    if (count === 0) continue;
    if (block.length > 0 && size + count > CHUNKS_A_BLOCK) {
      yield block;
      block = [];
      size = 0;
    }
    block.push(document);
    size += count;
  }
  if (block.length > 0) yield block;
}

/** Those of `ids` that are the owner's and have chunks, by id. */
export async function readLibraryDocuments(
  db: Database,
  { ids, ...scope }: Scope & { readonly ids: readonly string[] },
): Promise<LibraryDocument[]> {
  if (ids.length === 0) return [];
  const found = await db
    .select(ATTRIBUTES)
    .from(resources)
    .where(and(isOwnedBy(resources.ownerId, scope.ownerId), inArray(id, [...ids])))
    .orderBy(asc(id));
  return await withChunks(db, scope, found);
}

async function withChunks(db: Database, scope: Scope, documents: readonly Attributes[]): Promise<LibraryDocument[]> {
  const ids = documents.map((document) => document.id);
  const chunksOf = Map.groupBy(await readChunks(db, scope, ids), ({ resourceId }) => resourceId);
  return documents.flatMap((document) => {
    const own = chunksOf.get(document.id);
    return own === undefined ? [] : [{ ...document, chunks: own.map(({ resourceId: _, ...chunk }) => chunk) }];
  });
}

/**
 * A chunk is the owner's because its document is. Its own column is not asked: SQLite would read the whole library by the index
 * of owners to find a few documents' chunks.
 */
async function readChunks(
  db: Database,
  { ownerId, model }: Scope,
  ids: readonly string[],
): Promise<(LibraryChunk & { resourceId: string })[]> {
  if (ids.length === 0) return [];
  const { seq, resourceId, position, text, context } = chunks;
  const all: (LibraryChunk & { resourceId: string })[] = [];
  let after: { resourceId: string; position: number } | undefined;
  for (;;) {
    const rows = await db
      .select({ seq, resourceId, position, text, context, embedding: chunkVectors.embedding })
      .from(resources)
      .innerJoin(chunks, eq(resourceId, id))
      .leftJoin(
        chunkVectors,
        and(eq(chunkVectors.chunkSeq, seq), eq(chunkVectors.model, model ?? ''), isOwnedBy(chunkVectors.ownerId, ownerId)),
      )
      .where(
        and(
          isOwnedBy(resources.ownerId, ownerId),
          inArray(id, [...ids]),
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
