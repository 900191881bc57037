/**
 * Hybrid search of one owner's library, on SQLite and on PostgreSQL, beside what one would build on these databases oneself and
 * beside MiniSearch. All answer the same questions in interleaved rounds of one run.
 *
 *   node --expose-gc bench/search.ts --chunks 10000 --questions 100 --rounds 3 [--peers sqlite,postgres,minisearch]
 *
 * The library is made by Zipf's law (support/zipf-library.ts). The built-in model embeds 500 of its texts; the vectors of
 * chunks and of questions are these, each disturbed by half its length. Questions are not embedded while time is measured.
 * MiniSearch and sqlite-vec are installed into bench/.peers.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { embedSample } from './search/embed-sample.ts';
import { type MiniSearchPackage, openMiniSearchPeer } from './search/minisearch-peer.ts';
import { openPharos, type Pharos } from './search/pharos.ts';
import { openPostgresPeer } from './search/postgres-peer.ts';
import type { SearchPeer, SearchQuestion } from './search/search-peer.ts';
import { openSqlitePeer } from './search/sqlite-peer.ts';
import { type BenchDocument, random, ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '10000' },
    questions: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'sqlite,postgres,minisearch' },
  },
});
const [CHUNKS, QUESTIONS, ROUNDS] = [values.chunks, values.questions, values.rounds].map(Number) as [number, number, number];
const PEERS = new Set(values.peers.split(','));
const FOLDER = fileURLToPath(new URL('.peers/', import.meta.url));
const EMBEDDED = 500;
const BATCH = 50;

function installPeers(): void {
  if (existsSync(`${FOLDER}node_modules/minisearch`) && existsSync(`${FOLDER}node_modules/sqlite-vec`)) return;
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(`${FOLDER}package.json`)) writeFileSync(`${FOLDER}package.json`, '{"private":true,"type":"module"}');
  execFileSync(
    'npm',
    ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', '--ignore-scripts', 'minisearch@7.2.0', 'sqlite-vec@0.1.9'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function openPeers(dimensions: number): Promise<SearchPeer[]> {
  installPeers();
  const load = (name: string): Promise<unknown> => import(`${FOLDER}node_modules/${name}`);
  const peers: SearchPeer[] = [];
  if (PEERS.has('sqlite'))
    peers.push(openSqlitePeer(dimensions, (await load('sqlite-vec/index.mjs')) as Parameters<typeof openSqlitePeer>[1]));
  if (PEERS.has('postgres')) peers.push(await openPostgresPeer(dimensions));
  if (PEERS.has('minisearch')) peers.push(openMiniSearchPeer((await load('minisearch/dist/es/index.js')) as MiniSearchPackage));
  return peers;
}

const { vectors } = await embedSample('pharos-static-192', EMBEDDED);
const library = new ZipfLibrary(vectors);
const next = random(11);

const KINDS: Readonly<Record<string, () => SearchQuestion>> = {
  '2 content words': () => ({ text: library.question(2, 0), vector: library.vector() }),
  '5 content words, 3 frequent': () => ({ text: library.question(5, 3), vector: library.vector() }),
  'the same, of one tag': () => ({
    text: library.question(5, 3),
    vector: library.vector(),
    tag: `tag-${Math.floor(next() * 20)}`,
  }),
};

const pharos = [await openPharos('SQLite'), await openPharos('PostgreSQL')];
const subjects: SearchPeer[] = [...pharos, ...(await openPeers((vectors[0] as Float32Array).length))];
const adding = new Map(subjects.map(({ name }) => [name, 0]));
const timed = async (name: string, work: () => Promise<void> | undefined) => {
  const started = performance.now();
  await work();
  adding.set(name, (adding.get(name) ?? 0) + performance.now() - started);
};
let held = 0;
let written = 0;
while (held < CHUNKS) {
  const documents: BenchDocument[] = Array.from({ length: BATCH }, () => library.document(idOf(written++)));
  held += documents.reduce((sum, { chunks }) => sum + chunks.length, 0);
  for (const subject of subjects) await timed(subject.name, () => subject.add(documents));
}
console.log(`${held} chunks of ${written} documents, ${QUESTIONS} questions of each kind, best of ${ROUNDS} rounds`);
for (const subject of subjects) {
  const started = performance.now();
  await subject.ready?.();
  const seconds = [(adding.get(subject.name) ?? 0) / 1000, (performance.now() - started) / 1000];
  console.log(`${subject.name.padEnd(44)} filled in ${seconds[0]?.toFixed(1)} s, then ready after ${seconds[1]?.toFixed(1)} s`);
}

for (const [kind, ask] of Object.entries(KINDS)) {
  const questions = Array.from({ length: QUESTIONS }, ask);
  const best = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++)
    for (const subject of subjects) {
      const times = await timesOf(subject, questions);
      const before = best.get(subject.name);
      if (!before || quantile(times, 0.5) < quantile(before, 0.5)) best.set(subject.name, times);
    }
  console.log(`\n${kind}`);
  const first = best.get((subjects[0] as SearchPeer).name) as number[];
  for (const { name } of subjects) {
    const times = best.get(name) as number[];
    const ratio = quantile(times, 0.5) / quantile(first, 0.5);
    console.log(
      `${name.padEnd(44)} p50 ${quantile(times, 0.5).toFixed(2).padStart(8)} ms  p99 ${quantile(times, 0.99).toFixed(2).padStart(8)} ms  x ${ratio.toFixed(2)}`,
    );
  }
}

console.log('\na document is written, and found by a word of its own');
for (const subject of pharos) {
  const times: number[] = [];
  for (let at = 0; at < 20; at++) times.push(await timeUntilFound(subject, at));
  console.log(`${subject.name.padEnd(44)} p50 ${quantile(times, 0.5).toFixed(2)} ms after the commit`);
}
for (const subject of subjects) await subject.close();

async function timesOf(subject: SearchPeer, questions: readonly SearchQuestion[]): Promise<number[]> {
  const times: number[] = [];
  for (const one of questions) {
    const started = performance.now();
    await subject.ask(one);
    times.push(performance.now() - started);
  }
  return times;
}

async function timeUntilFound(subject: Pharos, at: number): Promise<number> {
  const document = library.document(idOf(written + at));
  const word = `uniqueword${String.fromCharCode(97 + at)}`;
  const [first, ...others] = document.chunks;
  await subject.write({ ...document, chunks: first ? [{ ...first, text: `${word} ${first.text}` }, ...others] : [] });
  const started = performance.now();
  const found = await subject.ask({ text: word, vector: (first as BenchDocument['chunks'][number]).embedding });
  if (found[0] !== document.id) throw new Error(`${subject.name} did not find the document that was just written`);
  return performance.now() - started;
}

function quantile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function idOf(n: number): string {
  return `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}
