/**
 * Chunk search in PostgreSQL, as it answers where no worker searches in memory: time of the exact scan, and time and recall@10 of
 * pgvector's index if the server has it; time of the keyword index; cost of inserting a document into an empty library, into the full one, and with an
 * index. By default the bench starts a server without pgvector. `--url` names another server, in which a database is created
 * and dropped. `--pgvector` uses PGlite, PostgreSQL compiled to WebAssembly, whose times are not those of a server.
 *
 *   node bench/search-postgres.ts --chunks 100000 --others 20000 --queries 100 [--url postgresql://... | --pgvector]
 *
 * `--others` is the number of chunks of other owners. The best of `--rounds` is shown. `--exact` is the number of queries for
 * the exact scan, which is slow.
 */
import { parseArgs } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { migratePostgres } from '../src/adapters/migrate-postgres.ts';
import { connectPostgres } from '../src/adapters/postgres.ts';
import { createPostgresChunkIndex } from '../src/kernel/db/chunk-index.postgres.ts';
import { openPostgres } from '../src/kernel/db/open-postgres.ts';
import { chunks, chunkVectors, resources, users } from '../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../src/kernel/db/types.ts';
import { toBytes } from '../src/kernel/db/vector-bytes.ts';
import { ensureVectorIndexes } from '../src/kernel/db/vector-indexes.postgres.ts';
import { openPgvector } from '../test/support/servers/pglite.ts';
import { startPostgres } from '../test/support/servers/postgres.ts';
import { measure, recallAt10, show, synthetic } from './support/synthetic.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '20000' },
    others: { type: 'string', default: '5000' },
    dimensions: { type: 'string', default: '192' },
    queries: { type: 'string', default: '100' },
    exact: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    url: { type: 'string' },
    pgvector: { type: 'boolean', default: false },
  },
});
const [CHUNKS, OTHERS, DIMENSIONS] = [values.chunks, values.others, values.dimensions].map(Number) as [number, number, number];
const [QUERIES, EXACT, ROUNDS] = [values.queries, values.exact, values.rounds].map(Number) as [number, number, number];
const PER_DOCUMENT = 10;
const MODEL = 'bench';
const OWNER = '0190aaaa-0000-7000-8000-000000000001';
const OTHER_OWNERS = Array.from({ length: 10 }, (_, i) => `0190aaaa-0000-7000-8000-0000000001${i}0`);

interface Opened {
  readonly db: Database;
  readonly client: Sql;
  close(): Promise<void>;
}

async function open(): Promise<Opened> {
  if (values.pgvector) return openPgvector();
  if (values.url !== undefined) return openDatabaseIn(values.url);
  const server = await startPostgres();
  const opened = await openDatabaseIn(server.url);
  return {
    ...opened,
    close: async () => {
      await opened.close();
      await server.close();
    },
  };
}

async function openDatabaseIn(server: string): Promise<Opened> {
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  const name = `pharos_bench_${Date.now()}`;
  await admin.unsafe(`create database ${name}`);
  const place = new URL(server);
  place.pathname = name;
  await migratePostgres({ url: place.href, sslMode: 'disable' });
  const client = connectPostgres({ url: place.href, sslMode: 'disable', statementTimeoutMs: 0 });
  return {
    db: openPostgres(client),
    client,
    close: async () => {
      await client.end();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

const { db, client, close } = await open();
const { word, passage, vector } = synthetic({ chunks: CHUNKS, dimensions: DIMENSIONS });
for (const id of [OWNER, ...OTHER_OWNERS]) {
  const name = { username: id, usernameKey: id, email: id, emailKey: id };
  await db.insert(users).values({ id, ...name, tier: 'free', active: true, credentialsEpoch: 0, createdAt: 0, updatedAt: 0 });
}

let seq = 0;
async function addDocument(ownerId: string): Promise<number> {
  const passages = Array.from({ length: PER_DOCUMENT }, passage);
  const vectors = passages.map(vector);
  const id = `resource-${seq}`;
  const started = performance.now();
  await db.transaction(async (tx) => {
    const lists = { tags: [], metadata: {}, edited: [], authors: [], keywords: [], categories: [] };
    await tx
      .insert(resources)
      .values({ id, ownerId, sourceKey: id, ...lists, status: 'completed', run: 1, createdAt: 0, updatedAt: 0 });
    const rows = passages.map((text, position) => {
      seq += 1;
      const where = { charStart: 0, charEnd: 0, wordCount: 200, headingPath: [], context: '' };
      return { seq, id: `chunk-${seq}`, resourceId: id, ownerId, position, text, ...where };
    });
    await tx.insert(chunks).values(rows);
    const embedded = rows.map((row, i) => ({
      chunkSeq: row.seq,
      model: MODEL,
      ownerId,
      embedding: toBytes(vectors[i] as Float32Array),
    }));
    await tx.insert(chunkVectors).values(embedded);
  });
  return performance.now() - started;
}

const megabytes = async (relation: string) => {
  const [row] = await client<{ mb: number }[]>`select pg_total_relation_size(${relation}::regclass) / 1e6 as mb`;
  return Math.round(Number(row?.mb));
};

console.log(
  `${CHUNKS} chunks of one owner, ${OTHERS} of ten others, ${DIMENSIONS} dimensions, ${QUERIES} queries, best of ${ROUNDS}`,
);
const inserts: number[] = [];
const others = Math.floor(OTHERS / PER_DOCUMENT);
for (let i = 0; i < CHUNKS / PER_DOCUMENT; i += 1) {
  inserts.push(await addDocument(OWNER));
  if (i < others) await addDocument(OTHER_OWNERS[i % OTHER_OWNERS.length] as string);
}
show('insert a document: the first 100', inserts.slice(0, 100));
show('insert a document: the last 100', inserts.slice(-100));
await client`vacuum analyze`;
const [size] = await client<{ mb: number }[]>`select pg_database_size(current_database()) / 1e6 as mb`;
console.log(`database ${Number(size?.mb).toFixed(0)} MB`);

const queries = Array.from({ length: QUERIES }, vector);
const all = createPostgresChunkIndex({ client, annThreshold: CHUNKS * 2 });
const index = createPostgresChunkIndex({ client, annThreshold: 0 });
const filter = { ownerId: OWNER };
const nearest = (of: typeof all, limit: number) => (i: number) => of.nearest(queries[i] as Float32Array, MODEL, filter, limit);
const truth = await measure('every vector compared, top 10', EXACT, nearest(all, 10));
const recall = (answers: typeof truth) => recallAt10(truth, answers.slice(0, EXACT));

const started = performance.now();
const [made] = await ensureVectorIndexes(client, { concurrently: false });
if (made !== undefined) {
  console.log(`HNSW index created in ${((performance.now() - started) / 1000).toFixed(1)} s, ${await megabytes(made)} MB`);
  for (const limit of [10, 400]) await measure(`HNSW, top ${limit}`, QUERIES, nearest(index, limit), recall, ROUNDS);
}
for (const terms of [1, 3, 8]) {
  const texts = queries.map(() => Array.from({ length: terms }, word).join(' '));
  const ask = (i: number) => index.keyword({ text: texts[i] as string }, filter, 400);
  await measure(`keyword, ${terms} terms, top 400`, QUERIES, ask, () => '', ROUNDS);
}
if (made !== undefined) {
  const late: number[] = [];
  for (let i = 0; i < 100; i += 1) late.push(await addDocument(OWNER));
  show('insert a document: with the index', late);
}
await close();
