/** Writes a whole library into the tables, as the pipeline leaves them, by few statements. */
import { uuidv7 } from 'uuidv7';
import { appendLibraryChanges } from '../../src/kernel/db/library-changes.ts';
import { chunks, chunkVectors, resourceEmbeddings, resources, resourceVectors } from '../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { toBytes } from '../../src/kernel/db/vector-bytes.ts';
import { titleKeyOf } from '../../src/kernel/model/title-key.ts';
import { normalisedMean } from '../../worker-node/stages/document-vectors.ts';
import type { BenchDocument, ZipfLibrary } from '../support/zipf-library.ts';

const DOCUMENTS_A_TRANSACTION = 200;
const ROWS_A_STATEMENT = 100;
/** For the documents of before the measurement: they are neither new nor about to be pruned. */
const NOW = Date.now() - 60_000;

export interface BulkTarget {
  readonly db: Database;
  readonly ownerId: string;
  /** The id of the active model. */
  readonly model: string;
}

/** Writes documents until the library has `count` chunks. Returns what it has then. */
export async function fillLibrary(
  target: BulkTarget,
  library: ZipfLibrary,
  count: number,
  onDocument: (document: BenchDocument) => void = () => {},
): Promise<{ documents: number; chunks: number }> {
  const written = { documents: 0, chunks: 0 };
  while (written.chunks < count) {
    const documents: BenchDocument[] = [];
    while (documents.length < DOCUMENTS_A_TRANSACTION && written.chunks < count) {
      const document = library.document(uuidv7());
      documents.push(document);
      onDocument(document);
      written.documents += 1;
      written.chunks += document.chunks.length;
    }
    await writeDocuments(target, documents);
  }
  return written;
}

/** In one transaction, with their entries in the library's history. */
export async function writeDocuments(
  { db, ownerId, model }: BulkTarget,
  documents: readonly BenchDocument[],
  now = NOW,
): Promise<void> {
  await db.transaction(async (tx) => {
    await inBatches(
      documents.map((document) => resourceRow(ownerId, document, now)),
      (rows) => tx.insert(resources).values(rows),
    );
    const all = documents.flatMap((document) => document.chunks.map((chunk) => ({ document, chunk })));
    const seqs = new Map<string, number>();
    const rows = all.map(({ document, chunk }) => chunkRow(ownerId, document, chunk));
    await inBatches(rows, async (batch) => {
      const inserted = await tx.insert(chunks).values(batch).returning({ id: chunks.id, seq: chunks.seq });
      for (const { id, seq } of inserted) seqs.set(id, seq);
    });
    const vectors = all.map(({ chunk }, at) => ({
      ...{ chunkSeq: seqs.get((rows[at] as { id: string }).id) as number, model, ownerId },
      embedding: toBytes(chunk.embedding),
    }));
    await inBatches(vectors, (batch) => tx.insert(chunkVectors).values(batch));
    const ofDocuments = documents.map(({ id, chunks: own }) => ({
      ...{ resourceId: id, model, ownerId },
      embedding: toBytes(normalisedMean(own.map(({ embedding }) => embedding)) ?? new Float32Array(0)),
    }));
    await inBatches(ofDocuments, (batch) => tx.insert(resourceVectors).values(batch));
    const done = documents.map(({ id }) => ({ resourceId: id, model, ownerId, error: null, relatedAt: now, updatedAt: now }));
    await inBatches(done, (batch) => tx.insert(resourceEmbeddings).values(batch));
    const changes = documents.map(({ id }) => ({ resourceId: id, kind: 'changed' as const }));
    await appendLibraryChanges(tx, ownerId, changes, now);
  });
}

async function inBatches<T>(rows: readonly T[], insert: (rows: T[]) => PromiseLike<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) await insert(rows.slice(start, start + ROWS_A_STATEMENT));
}

function resourceRow(ownerId: string, document: BenchDocument, now: number) {
  const { id, title, language, category, tags, contentType, createdAt, qualityScore, metadata, chunks: own } = document;
  return {
    ...{ id, ownerId, sourceKey: `bench:${id}`, title, titleKey: titleKeyOf(title), language, category, contentType, createdAt },
    ...{ qualityScore, metadata: { ...metadata }, tags: [...tags], edited: [], status: 'completed' as const, run: 1 },
    ...{
      authors: [],
      keywords: [],
      categories: [],
      text: own.map(({ text }) => text).join('\n\n'),
      textFormat: 'plain' as const,
    },
    ...{ updatedAt: now, completedAt: now, wordCount: 200 * own.length },
  };
}

function chunkRow(
  ownerId: string,
  { id, chunks: own }: BenchDocument,
  { position, text, context }: BenchDocument['chunks'][number],
) {
  const before = own.slice(0, position).reduce((sum, chunk) => sum + chunk.text.length + 2, 0);
  return {
    ...{ id: uuidv7(), resourceId: id, ownerId, position, text, context, headingPath: [] },
    ...{ charStart: before, charEnd: before + text.length, pageStart: null, pageEnd: null, wordCount: text.split(' ').length },
  };
}
