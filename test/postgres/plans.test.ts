/** Rows that are found by their keys cost the same in a library that has just grown as in one whose tables were analysed. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { findChunkVectors, replaceChunkVectors } from '../../src/kernel/db/chunk-vectors.ts';
import { findChunks, findChunksOfHits, pageOfChunks } from '../../src/kernel/db/chunks.ts';
import { readLibraryState } from '../../src/kernel/db/library-changes.ts';
import { readLibraryDocuments } from '../../src/kernel/db/library-rows.ts';
import { nearestResources } from '../../src/kernel/db/nearest-resources.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { findResources } from '../../src/kernel/db/resources.ts';
import { chunks } from '../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { insertDocument, insertUser } from '../support/fixtures/documents.ts';
import { testConfig } from '../support/kits/config.ts';
import { openTestPostgres } from '../support/kits/database.ts';

const MODEL = 'pharos-static-192';
const DOCUMENTS = 800;
const CHUNKS_EACH = 8;
/** So that a table has pages enough for its indexes to pay. */
const TEXT = 'glacier '.repeat(220);
/** Documents whose rows are asked for. */
const ASKED = 20;

let database: Awaited<ReturnType<typeof openTestPostgres>>;
let ownerId: string;
const ids: string[] = [];

/** As after an import: tables of many rows that have no statistics. */
beforeAll(async () => {
  database = await openTestPostgres({ fresh: true, planEachTime: true });
  const { db, execute } = database;
  for (const table of ['resources', 'chunks', 'chunk_vectors', 'resource_vectors'])
    await execute(`alter table ${table} set (autovacuum_enabled = false)`);
  ownerId = await insertUser(db);
  for (let n = 0; n < DOCUMENTS; n++) ids.push((await insertDocument(db, ownerId, { text: TEXT })).id);
  await execute(`
    insert into chunks (id, resource_id, owner_id, position, text, context, heading_path, char_start, char_end, word_count)
    select gen_random_uuid()::text, id, owner_id, position, 'glacier ' || position, '', '[]', 0, 9, 2
    from resources, generate_series(0, ${CHUNKS_EACH - 1}) as position`);
  await execute(`
    insert into chunk_vectors (chunk_seq, owner_id, model, embedding)
    select seq, owner_id, '${MODEL}', array_fill(0.07::real, array[192]) from chunks`);
  await execute(`
    insert into resource_vectors (resource_id, owner_id, model, embedding)
    select id, owner_id, '${MODEL}', array_fill(0.07::real, array[192]) from resources`);
});
afterAll(() => database.close());

/** Rows that `read` fetches from tables, by an index or without one. */
async function rowsRead(read: (db: Database) => Promise<readonly unknown[]>): Promise<{ found: number; read: number }> {
  return await database.db.transaction(async (tx) => {
    const before = await fetchedBy(tx);
    const found = await read(tx);
    return { found: found.length, read: (await fetchedBy(tx)) - before };
  });
}

/** By the connection, since it last reported. */
async function fetchedBy(tx: Database): Promise<number> {
  const rows = sql<number>`coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::int`;
  const [row] = await tx.select({ rows }).from(sql`pg_stat_xact_user_tables`);
  return row?.rows ?? Number.NaN;
}

describe('plans of PostgreSQL after a library has grown', () => {
  const spread = () => ids.filter((_, n) => n % (DOCUMENTS / ASKED) === 0);
  const seqsOf = async () => {
    const { seq } = chunks;
    const rows = await database.db.select({ seq }).from(chunks).where(eq(chunks.position, 3)).orderBy(seq).limit(ASKED);
    return rows.map((row) => row.seq);
  };

  test('chunks of hits are read by their keys, and their resources', async () => {
    const seqs = await seqsOf();
    const { found, read } = await rowsRead((db) => findChunksOfHits(db, ownerId, seqs));
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * 4);
  });

  test('chunks are read by their keys', async () => {
    const seqs = await seqsOf();
    const { found, read } = await rowsRead((db) => findChunks(db, ownerId, seqs));
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * 2);
  });

  test('vectors of chunks are read by their keys', async () => {
    const seqs = await seqsOf();
    const { found, read } = await rowsRead(async (db) => [...(await findChunkVectors(db, { ownerId, model: MODEL, seqs }))]);
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * 2);
  });

  test('changed documents are read by their ids, with their chunks and vectors', async () => {
    const { found, read } = await rowsRead((db) => readLibraryDocuments(db, { ownerId, model: MODEL, ids: spread() }));
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * CHUNKS_EACH * 4);
  });

  test('resources are read by their ids', async () => {
    const { found, read } = await rowsRead((db) => findResources(db, ownerId, spread()));
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * 2);
  });

  test('the nearest of some resources are read by their ids', async () => {
    const vector = new Float32Array(192).fill(0.07);
    const among = { ownerId, vector, model: MODEL, exceptId: '', limit: ASKED, among: spread() };
    const { found, read } = await rowsRead((db) => nearestResources(db, among));
    expect(found).toBe(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * 4);
  });

  test('chunks of one resource are read by its id', async () => {
    const page = { resourceId: ids[400] as string, ownerId, after: -1, limit: 100 };
    const { found, read } = await rowsRead((db) => pageOfChunks(db, page));
    expect(found).toBe(CHUNKS_EACH);
    expect(read).toBeLessThanOrEqual(CHUNKS_EACH * 2);
  });

  test('vectors of one resource are replaced by its id', async () => {
    const { read } = await rowsRead(async (db) => {
      await replaceChunkVectors(db, { resourceId: ids[401] as string, ownerId, model: MODEL, vectors: [] });
      return [];
    });
    expect(read).toBeLessThanOrEqual(CHUNKS_EACH * 4);
  });

  test('the vector of a resource is removed by its id', async () => {
    const { read } = await rowsRead(async (db) => {
      await replaceResourceVector(db, { resourceId: ids[402] as string, ownerId, model: MODEL, embedding: null });
      return [];
    });
    expect(read).toBeLessThanOrEqual(2);
  });
});

test('statements of searches are kept on their connection, parsed once, and planned each time', async () => {
  const asked = { ownerId, model: MODEL, seqs: [1, 2, 3] };
  const kept = await database.db.transaction(async (tx) => {
    for (let n = 0; n < 8; n++) {
      await readLibraryState(tx, ownerId);
      await findChunksOfHits(tx, ownerId, asked.seqs);
      await findChunkVectors(tx, asked);
    }
    const plans = { custom: sql<number>`custom_plans::int`, generic: sql<number>`generic_plans::int` };
    return await tx.select({ statement: sql<string>`statement`, ...plans }).from(sql`pg_prepared_statements`);
  });
  for (const table of ['from "libraries"', 'inner join "resources"', 'from "chunk_vectors"']) {
    // Tests before have had the connection, with statements of other sizes.
    const own = kept.filter(({ statement, custom }) => statement.includes(table) && custom === 8);
    expect(own, table).toHaveLength(1);
    expect(own[0], table).toMatchObject({ generic: 0 });
  }
});

test('connections of a thread of searches plan kept statements each time; others send no such parameter', async () => {
  const config = testConfig({ DATABASE_URL: database.url, POSTGRES_SSLMODE: 'disable' });
  for (const [preparedReads, mode] of [
    [true, 'force_custom_plan'],
    [false, 'auto'],
  ] as const) {
    const opened = await openDatabase(config, { preparedReads });
    expect(await opened.statement('show plan_cache_mode')).toEqual([{ plan_cache_mode: mode }]);
    await opened.close();
  }
});
