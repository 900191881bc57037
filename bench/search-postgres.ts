/**
 * Chunk search on PostgreSQL: a real server without pgvector, or (`--pgvector`) PGlite with it, whose index is measured
 * against the exact scan. PGlite is PostgreSQL compiled to WebAssembly: its times are no server's, its recall is.
 *
 *   node bench/search-postgres.ts --chunks 20000 --dimensions 192 --queries 50 [--pgvector]
 */
import { parseArgs } from 'node:util';
import type { Sql } from 'postgres';
import { createPostgresChunkIndex } from '../src/kernel/db/chunk-index.postgres.ts';
import { openPostgres } from '../src/kernel/db/open-postgres.ts';
import { chunks, chunkVectors, resources, users } from '../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../src/kernel/db/types.ts';
import { toBytes } from '../src/kernel/db/vector-bytes.ts';
import { ensureVectorIndexes } from '../src/kernel/db/vector-indexes.postgres.ts';
import { migratePostgres } from '../src/runtimes/drivers/migrate-postgres.ts';
import { connectPostgres } from '../src/runtimes/drivers/postgres.ts';
import { openPgvector } from '../test/support/pglite.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { measure, recallAt10, show, synthetic } from './support/synthetic.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '20000' },
    dimensions: { type: 'string', default: '192' },
    queries: { type: 'string', default: '50' },
    pgvector: { type: 'boolean', default: false },
  },
});
const [CHUNKS, DIMENSIONS, QUERIES] = [values.chunks, values.dimensions, values.queries].map(Number) as [number, number, number];
const PER_DOCUMENT = 10;
const MODEL = 'bench';
const OWNER = '0190aaaa-0000-7000-8000-000000000001';

async function open(): Promise<{ db: Database; client: Sql; close: () => Promise<void> }> {
  if (values.pgvector) return openPgvector();
  const server = await startPostgres();
  await migratePostgres({ url: server.url, sslMode: 'disable' });
  const client = connectPostgres({ url: server.url, sslMode: 'disable' });
  return {
    db: openPostgres(client),
    client,
    close: async () => {
      await client.end();
      await server.close();
    },
  };
}

const { db, client, close } = await open();
const { word, passage, vector } = synthetic({ chunks: CHUNKS, dimensions: DIMENSIONS });
const name = { username: 'bench', usernameKey: 'bench', email: 'bench', emailKey: 'bench' };
await db.insert(users).values({ id: OWNER, ...name, tier: 'free', active: true, createdAt: 0, updatedAt: 0 });

let seq = 0;
async function addDocument(): Promise<number> {
  const passages = Array.from({ length: PER_DOCUMENT }, passage);
  const vectors = passages.map(vector);
  const id = `resource-${seq}`;
  const started = performance.now();
  await db.transaction(async (tx) => {
    const lists = { tags: [], metadata: {}, edited: [], authors: [], keywords: [], categories: [] };
    await tx
      .insert(resources)
      .values({ id, ownerId: OWNER, sourceKey: id, ...lists, status: 'completed', run: 1, createdAt: 0, updatedAt: 0 });
    const rows = passages.map((text, position) => {
      seq += 1;
      const where = { charStart: 0, charEnd: 0, wordCount: 200, headingPath: [], context: '' };
      return { seq, id: `chunk-${seq}`, resourceId: id, ownerId: OWNER, position, text, ...where };
    });
    await tx.insert(chunks).values(rows);
    const embedded = rows.map((row, i) => ({
      chunkSeq: row.seq,
      model: MODEL,
      ownerId: OWNER,
      embedding: toBytes(vectors[i] as Float32Array),
    }));
    await tx.insert(chunkVectors).values(embedded);
  });
  return performance.now() - started;
}

console.log(
  `${CHUNKS} chunks of one owner, ${DIMENSIONS} dimensions, ${QUERIES} queries, ${values.pgvector ? 'PGlite with pgvector' : 'PostgreSQL without pgvector'}`,
);
const inserts: number[] = [];
for (let i = 0; i < CHUNKS / PER_DOCUMENT; i += 1) inserts.push(await addDocument());
show('insert a document: the first 100', inserts.slice(0, 100));
show('insert a document: the last 100', inserts.slice(-100));
const started = performance.now();
const made = await ensureVectorIndexes(client, { concurrently: false });
if (made.length > 0) console.log(`index made in ${((performance.now() - started) / 1000).toFixed(1)} s`);
await client`analyze`;
const [size] = await client<{ mb: number }[]>`select pg_database_size(current_database()) / 1000000.0 as mb`;
console.log(`database ${Number(size?.mb).toFixed(0)} MB`);

const queries = Array.from({ length: QUERIES }, vector);
const exact = createPostgresChunkIndex({ client, annThreshold: CHUNKS });
const index = createPostgresChunkIndex({ client, annThreshold: 0 });
const filter = { ownerId: OWNER };
const nearest = (of: typeof exact) => (i: number) => of.nearest(queries[i] as Float32Array, MODEL, filter, 10);
const truth = await measure('exact scan, top 10', QUERIES, nearest(exact));
if (made.length > 0) await measure('index, top 10', QUERIES, nearest(index), (answers) => recallAt10(truth, answers));
for (const terms of [1, 3, 8]) {
  const texts = queries.map(() => Array.from({ length: terms }, word).join(' '));
  await measure(`keyword, ${terms} terms, top 400`, QUERIES, (i) => exact.keyword(texts[i] as string, filter, 400));
}
await close();
