/**
 * Chunk search in SQLite at a given size, as it answers where no worker searches in memory: time of the exact scan and of the
 * keyword index, and cost of inserting a document into an empty library and into the full one. The vectors are synthetic:
 * clusters of unequal size on the unit sphere, with queries from the same clusters.
 *
 *   node bench/search-sqlite.ts --chunks 100000 --others 20000 --dimensions 192 --queries 100
 *
 * `--others` is the number of chunks of other owners.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrateSqlite } from '../src/adapters/migrate-sqlite.ts';
import { openSqliteFile } from '../src/adapters/sqlite.ts';
import { createSqliteChunkIndex } from '../src/kernel/db/chunk-index.sqlite.ts';
import { measure, show, synthetic } from './support/synthetic.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '20000' },
    others: { type: 'string', default: '5000' },
    dimensions: { type: 'string', default: '192' },
    queries: { type: 'string', default: '100' },
  },
});
const CHUNKS = Number(values.chunks);
const OTHERS = Number(values.others);
const DIMENSIONS = Number(values.dimensions);
const QUERIES = Number(values.queries);
const PER_DOCUMENT = 10;
const MODEL = 'bench';
const OWNER = '0190aaaa-0000-7000-8000-000000000001';
const OTHER_OWNER = '0190aaaa-0000-7000-8000-000000000002';

const { word, passage, vector } = synthetic({ chunks: CHUNKS, dimensions: DIMENSIONS });

const folder = await mkdtemp(join(tmpdir(), 'pharos-bench-'));
const path = join(folder, 'bench.db');
const { client, close } = await openSqliteFile(path);
await migrateSqlite(client);

let seq = 0;
/** Ten chunks in one transaction, as the worker writes a document. */
async function addDocument(owner: string): Promise<number> {
  const passages = Array.from({ length: PER_DOCUMENT }, passage);
  const vectors = passages.map(vector);
  const id = `resource-${seq}`;
  const started = performance.now();
  const tx = await client.transaction('write');
  await tx.execute({
    sql: `insert into resources (id, owner_id, source_key, tags, metadata, edited, status, run, authors, keywords, categories, created_at, updated_at)
      values (?, ?, ?, '[]', '{}', '[]', 'completed', 1, '[]', '[]', '[]', 0, 0)`,
    args: [id, owner, id],
  });
  for (const [position, text] of passages.entries()) {
    seq++;
    await tx.execute({
      sql: `insert into chunks (seq, id, resource_id, owner_id, position, text, context, heading_path, char_start, char_end, word_count)
        values (?, ?, ?, ?, ?, ?, '', '[]', 0, 0, 200)`,
      args: [seq, `chunk-${seq}`, id, owner, position, text],
    });
    await tx.execute({
      sql: 'insert into chunk_vectors (chunk_seq, model, owner_id, embedding) values (?, ?, ?, ?)',
      args: [seq, MODEL, owner, new Uint8Array((vectors[position] as Float32Array).buffer)],
    });
  }
  await tx.commit();
  return performance.now() - started;
}

for (const owner of [OWNER, OTHER_OWNER]) {
  await client.execute({
    sql: `insert into users (id, username, username_key, email, email_key, tier, active, created_at, updated_at)
      values (?, ?, ?, ?, ?, 'free', 1, 0, 0)`,
    args: [owner, owner, owner, owner, owner],
  });
}

console.log(`${CHUNKS} chunks of one owner, ${OTHERS} of another, ${DIMENSIONS} dimensions, ${QUERIES} queries`);
const inserts: number[] = [];
const others = Math.floor(OTHERS / PER_DOCUMENT);
const documents = Math.floor(CHUNKS / PER_DOCUMENT);
for (let i = 0; i < documents; i++) {
  inserts.push(await addDocument(OWNER));
  if (i < others) await addDocument(OTHER_OWNER);
}
await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
show('insert a document: the first 100', inserts.slice(0, 100));
show('insert a document: the last 100', inserts.slice(-100));
console.log(`database ${((await stat(path)).size / 1e6).toFixed(0)} MB`);

const queries = Array.from({ length: QUERIES }, vector);

const index = createSqliteChunkIndex({ client });
const filter = { ownerId: OWNER };
for (const limit of [10, 400])
  await measure(`exact scan, top ${limit}`, QUERIES, (i) => index.nearest(queries[i] as Float32Array, MODEL, filter, limit));
for (const terms of [1, 3, 8]) {
  const texts = queries.map(() => Array.from({ length: terms }, word).join(' '));
  await measure(`keyword, ${terms} terms, top 400`, QUERIES, (i) => index.keyword({ text: texts[i] as string }, filter, 400));
}

close();
await rm(folder, { recursive: true, force: true });
