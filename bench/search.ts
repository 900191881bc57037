/**
 * Chunk search at a given size: time and recall@10 of the codes against the exact scan, time of the keyword index, and
 * what a document costs to insert in an empty library and in the full one. The vectors are synthetic: clusters of unequal
 * size on the unit sphere, queries drawn from the same clusters.
 *
 *   node bench/search.ts --chunks 100000 --others 20000 --dimensions 192 --queries 100
 *
 * `--others` is the number of chunks that belong to other owners.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSqliteChunkIndex } from '../src/kernel/db/chunk-index.sqlite.ts';
import { migrateSqlite } from '../src/runtimes/drivers/migrate-sqlite.ts';
import { openSqliteFile } from '../src/runtimes/drivers/sqlite.ts';

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
const SOMEBODY_ELSE = '0190aaaa-0000-7000-8000-000000000002';

/** Mulberry32: the same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const next = random(7);
const gaussian = () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());

const centres = Array.from({ length: Math.max(20, Math.floor(CHUNKS / 100)) }, () =>
  Float32Array.from({ length: DIMENSIONS }, gaussian),
);
/** Squaring favours the first clusters: libraries are about few things much and many things little. */
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() ** 2 * list.length)] as T;

function vector(): Float32Array {
  const spread = 0.4 + 0.8 * next();
  const raw = pick(centres).map((value) => value + spread * gaussian());
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

const WORDS = Array.from({ length: 20_000 }, (_, i) => `w${i.toString(36)}`);
/** Word frequencies fall off as in a language (Zipf): rank r is about 1 / r as frequent as the first. */
const word = () => WORDS[Math.floor(WORDS.length ** next())] as string;
const passage = () => Array.from({ length: 200 }, word).join(' ');

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

for (const owner of [OWNER, SOMEBODY_ELSE]) {
  await client.execute({
    sql: `insert into users (id, username, username_key, email, email_key, tier, active, created_at, updated_at)
      values (?, ?, ?, ?, ?, 'free', 1, 0, 0)`,
    args: [owner, owner, owner, owner, owner],
  });
}

const quantile = (times: readonly number[], q: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Number.NaN;
const show = (name: string, times: readonly number[], more = '') =>
  console.log(
    `${name.padEnd(34)} p50 ${quantile(times, 0.5).toFixed(1).padStart(7)} ms   p99 ${quantile(times, 0.99).toFixed(1).padStart(7)} ms   ${more}`,
  );

console.log(`${CHUNKS} chunks of one owner, ${OTHERS} of another, ${DIMENSIONS} dimensions, ${QUERIES} queries`);
const inserts: number[] = [];
const others = Math.floor(OTHERS / PER_DOCUMENT);
const documents = Math.floor(CHUNKS / PER_DOCUMENT);
for (let i = 0; i < documents; i++) {
  inserts.push(await addDocument(OWNER));
  if (i < others) await addDocument(SOMEBODY_ELSE);
}
await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
show('insert a document: the first 100', inserts.slice(0, 100));
show('insert a document: the last 100', inserts.slice(-100));
console.log(`database ${((await stat(path)).size / 1e6).toFixed(0)} MB`);

const queries = Array.from({ length: QUERIES }, vector);

async function measure<T>(name: string, ask: (i: number) => Promise<T>, more: (answers: T[]) => string = () => ''): Promise<T[]> {
  const times: number[] = [];
  const answers: T[] = [];
  for (let i = 0; i < QUERIES; i++) {
    const started = performance.now();
    answers.push(await ask(i));
    times.push(performance.now() - started);
  }
  show(name, times, more(answers));
  return answers;
}

type Hits = Awaited<ReturnType<ReturnType<typeof createSqliteChunkIndex>['nearest']>>;
const scan = createSqliteChunkIndex({ client, annThreshold: CHUNKS });
const codes = createSqliteChunkIndex({ client, annThreshold: 0 });
const filter = { ownerId: OWNER };
const nearest = (index: typeof scan, limit: number) => (i: number) =>
  index.nearest(queries[i] as Float32Array, MODEL, filter, limit);

for (const limit of [10, 400]) {
  const exact = await measure<Hits>(`exact scan, top ${limit}`, nearest(scan, limit));
  await measure<Hits>(`codes, top ${limit}`, nearest(codes, limit), (answers) => {
    const found = answers.map((hits, i) => {
      const truth = new Set((exact[i] ?? []).slice(0, 10).map((hit) => hit.seq));
      return hits.slice(0, 10).filter((hit) => truth.has(hit.seq)).length / truth.size;
    });
    return `recall@10 ${(found.reduce((sum, one) => sum + one, 0) / found.length).toFixed(3)}`;
  });
}
for (const terms of [1, 3, 8]) {
  const texts = queries.map(() => Array.from({ length: terms }, word).join(' '));
  await measure(`keyword, ${terms} terms, top 400`, (i) => scan.keyword(texts[i] as string, filter, 400));
}

close();
await rm(folder, { recursive: true, force: true });
