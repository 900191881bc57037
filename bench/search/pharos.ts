/** Pharos as a search thread answers: version and rows of hits from the database, the library from memory. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migratePostgres } from '../../src/adapters/migrate-postgres.ts';
import { migrateSqlite } from '../../src/adapters/migrate-sqlite.ts';
import { connectPostgres } from '../../src/adapters/postgres.ts';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createPostgresChunkIndex } from '../../src/kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../../src/kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../../src/kernel/db/chunk-index.ts';
import { replaceChunkVectors } from '../../src/kernel/db/chunk-vectors.ts';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { appendLibraryChanges } from '../../src/kernel/db/library-changes.ts';
import { openPostgres } from '../../src/kernel/db/open-postgres.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { SearchAnswer } from '../../src/kernel/search/search-request.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { memoryLog, randomIds } from '../../test/support/fakes/doubles.ts';
import { insertDocument, insertUser, testModel } from '../../test/support/fixtures/documents.ts';
import { startPostgres } from '../../test/support/servers/postgres.ts';
import { createAnswerQuestion } from '../../worker-node/search/answer-question.ts';
import { createLibraries } from '../../worker-node/search/libraries/libraries.ts';
import { libraryEngine } from '../../worker-node/search/library-engine.ts';
import type { BenchDocument } from '../support/zipf-library.ts';
import { HITS, type SearchPeer } from './search-peer.ts';

const MODEL = 'pharos-static-192';

export type DatabaseKind = 'SQLite' | 'PostgreSQL';

export interface Pharos extends SearchPeer {
  /** Writes a document as a worker does, with its entry in the library's history. */
  write(document: BenchDocument): Promise<void>;
}

export async function openPharos(kind: DatabaseKind): Promise<Pharos> {
  const { db, chunkIndex, close } = kind === 'SQLite' ? await openSqliteFolder() : await openPostgresServer();
  const owner = await insertUser(db);
  await activateModel({ db, clock: systemClock }, testModel(MODEL));
  const log = memoryLog();
  const libraries = createLibraries({
    ...{ db, clock: systemClock, log, engine: libraryEngine, snapshots: undefined, maxBytes: 2 ** 31 },
    pause: async () => {},
    onSize: () => {},
  });
  const answer = createAnswerQuestion({ db, chunkIndex, clock: systemClock, log, libraries, embed: async () => null });
  const write = (document: BenchDocument) => writeDocument(db, owner, document);
  return {
    name: `Pharos on ${kind}`,
    write,
    add: async (documents) => {
      for (const document of documents) await write(document);
    },
    ready: async () => void (await libraries.use(owner)),
    ask: async ({ text, vector, tag }) => {
      const outcome = await answer({
        kind: 'search',
        request: {
          ...{ owner_id: owner, q: text, mode: 'hybrid', prefix: false, sort: 'relevance', limit: HITS },
          filters: tag === undefined ? {} : { tag: [tag] },
          embedded: { model: MODEL, vector },
        },
      });
      if (outcome.kind !== 'answered') throw new Error(`the question was not answered: ${JSON.stringify(outcome)}`);
      return (outcome.answer as SearchAnswer).hits.map((hit) => hit.resource_id);
    },
    close: async () => close(),
  };
}

interface Opened {
  readonly db: Database;
  readonly chunkIndex: ChunkIndex;
  close(): Promise<void>;
}

async function openSqliteFolder(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'pharos-bench-'));
  const { client, close } = await openSqliteFile(join(folder, 'bench.db'));
  await migrateSqlite(client);
  return {
    db: openSqlite(client),
    chunkIndex: createSqliteChunkIndex({ client }),
    close: async () => {
      close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server without pgvector, which the index does not need. */
async function openPostgresServer(): Promise<Opened> {
  const server = await startPostgres();
  await migratePostgres({ url: server.url, sslMode: 'disable' });
  const client = connectPostgres({ url: server.url, sslMode: 'disable' });
  return {
    db: openPostgres(client),
    chunkIndex: createPostgresChunkIndex({ client }),
    close: async () => {
      await client.end();
      await server.close();
    },
  };
}

async function writeDocument(db: Database, ownerId: string, { id, chunks, ...fields }: BenchDocument): Promise<void> {
  const { title, language, category, tags, contentType, createdAt, qualityScore, metadata } = fields;
  await db.transaction(async (tx) => {
    await insertDocument(tx, ownerId, {
      ...{ id, title, language, category, contentType, createdAt, qualityScore, status: 'completed' },
      ...{ tags: [...tags], metadata: { ...metadata } },
    });
    const seqs = await replaceChunks(
      tx,
      id,
      chunks.map(({ position, text, context }) => ({
        ...{ id: randomIds.next(), resourceId: id, ownerId, position, text, context, headingPath: [] },
        ...{ charStart: 0, charEnd: text.length, pageStart: null, pageEnd: null, wordCount: text.split(' ').length },
      })),
    );
    const vectors = chunks.map(({ embedding }, at) => ({ chunkSeq: seqs[at] as number, embedding }));
    await replaceChunkVectors(tx, { resourceId: id, ownerId, model: MODEL, vectors });
    await appendLibraryChanges(tx, ownerId, [{ resourceId: id, kind: 'changed' }], Date.now());
  });
}
