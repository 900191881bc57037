/** Libraries for tests of search in memory: documents written with their history, and an index that keeps them as they are. */
import { eq } from 'drizzle-orm';
import { replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { replaceChunks } from '../../../src/kernel/db/chunks.ts';
import { appendLibraryChanges } from '../../../src/kernel/db/library-changes.ts';
import { chunks, chunkVectors, libraries, libraryChanges, resources } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import type { IndexedDocument } from '../../../worker-node/search/index/library-index.ts';
import type { IndexEngine, UpdatableIndex } from '../../../worker-node/search/libraries/library.ts';
import { randomIds } from '../fakes/doubles.ts';
import { insertDocument } from '../fixtures/documents.ts';

const NOW = Date.UTC(2026, 0, 1);

export interface WrittenDocument {
  readonly id: string;
  /** A chunk each. */
  readonly texts: readonly string[];
  readonly title?: string;
  /** A vector for each chunk, by `model`. */
  readonly vectors?: readonly (readonly number[])[];
  readonly model?: string;
}

/** Adds the document or replaces it, in one transaction with its history. */
export async function writeDocument(db: Database, ownerId: string, document: WrittenDocument): Promise<void> {
  const { id, texts, title = id, vectors = [], model = 'plane' } = document;
  await db.transaction(async (tx) => {
    await tx.delete(resources).where(eq(resources.id, id));
    await insertDocument(tx, ownerId, { id, title, contentType: 'text/plain', status: 'completed' });
    const seqs = await replaceChunks(
      tx,
      id,
      texts.map((text, position) => ({
        ...{ id: randomIds.next(), resourceId: id, ownerId, position, text, context: title, headingPath: [] },
        ...{ charStart: 0, charEnd: text.length, pageStart: null, pageEnd: null, wordCount: text.split(' ').length },
      })),
    );
    const rows = vectors.map((vector, at) => ({ chunkSeq: seqs[at] as number, embedding: Float32Array.from(vector) }));
    if (rows.length > 0) await replaceChunkVectors(tx, { resourceId: id, ownerId, model, vectors: rows });
    await appendLibraryChanges(tx, ownerId, [{ resourceId: id, kind: 'changed' }], NOW);
  });
}

export async function removeDocument(db: Database, ownerId: string, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.delete(resources).where(eq(resources.id, id));
    await appendLibraryChanges(tx, ownerId, [{ resourceId: id, kind: 'deleted' }], NOW);
  });
}

/** All rows of an owner's library, with its history. */
export async function backUp(db: Database, ownerId: string) {
  return {
    resources: await db.select().from(resources).where(eq(resources.ownerId, ownerId)),
    chunks: await db.select().from(chunks).where(eq(chunks.ownerId, ownerId)),
    vectors: await db.select().from(chunkVectors).where(eq(chunkVectors.ownerId, ownerId)),
    libraries: await db.select().from(libraries).where(eq(libraries.ownerId, ownerId)),
    changes: await db.select().from(libraryChanges).where(eq(libraryChanges.ownerId, ownerId)),
  };
}

/** Makes the library what it was when it was backed up, as a restored database is. */
export async function restore(db: Database, ownerId: string, backup: Awaited<ReturnType<typeof backUp>>): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.delete(resources).where(eq(resources.ownerId, ownerId));
    await tx.delete(libraries).where(eq(libraries.ownerId, ownerId));
    for (const row of backup.resources) await tx.insert(resources).values(row);
    for (const row of backup.chunks) await tx.insert(chunks).values(row);
    for (const row of backup.vectors) await tx.insert(chunkVectors).values(row);
    for (const row of backup.libraries) await tx.insert(libraries).values(row);
    for (const row of backup.changes) await tx.insert(libraryChanges).values(row);
  });
}

/** An index that keeps documents as they are, and counts chunks that were removed as memory that is still used. */
export interface PlainIndex extends UpdatableIndex {
  /** The texts of each document, by id. */
  contents(): Record<string, string[]>;
}

const BYTES_A_CHUNK = 1_000;

function plainIndex(documents: Map<string, IndexedDocument>, state: { removed: number }): PlainIndex {
  const count = () => [...documents.values()].reduce((sum, { chunks: own }) => sum + own.length, 0);
  const remove = (id: string) => {
    state.removed += documents.get(id)?.chunks.length ?? 0;
    documents.delete(id);
  };
  return {
    get documents() {
      return documents.size;
    },
    get chunks() {
      return count();
    },
    get bytes() {
      return (count() + state.removed) * BYTES_A_CHUNK;
    },
    get deadBytes() {
      return state.removed * BYTES_A_CHUNK;
    },
    putting: function* (document) {
      yield;
      remove(document.id);
      documents.set(document.id, document);
    },
    remove,
    settling: () => [],
    // What is counted as removed leaves with the index alone.
    purging: function* () {
      yield;
      return false;
    },
    contents: () => Object.fromEntries([...documents].map(([id, { chunks: own }]) => [id, own.map(({ text }) => text)]).sort()),
  };
}

interface PlainFile {
  readonly documents: readonly IndexedDocument[];
  readonly removed: number;
}

/** `decode` throws where the bytes are damaged, as that of the real index. */
export const plainEngine: IndexEngine<PlainIndex> & { all(index: PlainIndex): IndexedDocument[] } = (() => {
  const contents = new WeakMap<PlainIndex, { documents: Map<string, IndexedDocument>; removed: number }>();
  const make = (documents: readonly IndexedDocument[], removed: number) => {
    const state = { documents: new Map(documents.map((document) => [document.id, document])), removed };
    const index = plainIndex(state.documents, state);
    contents.set(index, state);
    return index;
  };
  const all = (index: PlainIndex) => [...(contents.get(index)?.documents.values() ?? [])];
  return {
    create: () => make([], 0),
    encode: function* (index) {
      yield;
      const file: PlainFile = { documents: all(index), removed: index.deadBytes / BYTES_A_CHUNK };
      return [Buffer.from(JSON.stringify(file)), Buffer.from('end')];
    },
    decode: (file) => {
      const text = Buffer.from(file).toString();
      if (!text.endsWith('end')) throw new Error('the index is damaged');
      const { documents, removed } = JSON.parse(text.slice(0, -3)) as PlainFile;
      return make(documents, removed);
    },
    all,
  };
})();
