/**
 * A library of one owner at several sizes, asked over HTTP on loopback through a real server: what a question takes, what it
 * costs each process, how long a cold start and a new document take. It prints one table.
 *
 *   npm run bench:search-reach -- --sizes 1000,10000,100000,300000 --database sqlite|postgres [--questions 100] [--keep FOLDER]
 *
 * The library is made by Zipf's law (support/zipf-library.ts) and written into the tables as the pipeline leaves them. The
 * default model embeds 300 of its texts; the vectors of chunks are these, each disturbed by half its length. Questions are
 * embedded by the server. At 100,000 chunks a run takes a few minutes. `--keep` keeps the SQLite libraries in a folder, by
 * their size, and finds them there again.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { chunks, chunkVectors, jobs } from '../src/kernel/db/schema.sqlite.ts';
import type { Answer } from './search/asker.ts';
import { fillLibrary, writeDocuments } from './search/bulk-library.ts';
import { embedSample } from './search/embed-sample.ts';
import { type DatabaseKind, openReachData, type Programs, type ReachData, type ReachServer } from './search/reach-server.ts';
import { checkRecall, type Recall } from './search/recall.ts';
import { percentile } from './support/load.ts';
import { ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    database: { type: 'string', default: 'sqlite' },
    questions: { type: 'string', default: '100' },
    keep: { type: 'string' },
  },
});
const SIZES = values.sizes.split(',').map(Number);
const KIND = values.database as DatabaseKind;
const QUESTIONS = Math.min(1_000, Number(values.questions));
const EMBEDDED = 300;
const RECALL_QUESTIONS = 200;
/** Questions that are noted by themselves after a start, and those of each kind that then are not noted at all. */
const FIRST = 100;
const WARMING = 150;
/** Milliseconds that a cold library may take before the bench gives up. */
const COLD_MS = 10 * 60_000;
const AT_ONCE = 8;
const AT_ONCE_MS = 5_000;
const NEW_DOCUMENTS = 20;
const POSTED = 5;
/** Documents that come in while questions are asked, and how many of them are on their way at once. */
const INCOMING = 300;
const INCOMING_AT_ONCE = 4;

if (KIND !== 'sqlite' && KIND !== 'postgres') throw new Error('--database has to be sqlite or postgres');
const sample = await embedSample('all-MiniLM-L6-v2', EMBEDDED);

type Kind = readonly [name: string, path: (library: ZipfLibrary) => string];
const ask = (mode: string, content: number, frequent: number, filter = ''): Kind[1] => {
  return (library) => `/search?mode=${mode}${filter}&q=${encodeURIComponent(library.question(content, frequent))}`;
};
const KINDS: readonly Kind[] = [
  ['hybrid, 2 words', ask('hybrid', 2, 0)],
  ['hybrid, 8 words, 3 of them frequent', ask('hybrid', 5, 3)],
  ['the same, of one tag', ask('hybrid', 5, 3, '&tag=tag-1')],
  ['keyword, 2 words', ask('keyword', 2, 0)],
  ['keyword, 8 words', ask('keyword', 5, 3)],
  ['semantic, 2 words', ask('semantic', 2, 0)],
  ['semantic, 8 words', ask('semantic', 5, 3)],
];

type Row = readonly [name: string, value: string];

async function measureSize(size: number): Promise<Row[]> {
  const folder = values.keep === undefined || KIND === 'postgres' ? undefined : join(values.keep, String(size));
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const data = await openReachData(KIND, folder);
  try {
    if (data.model !== sample.model) throw new Error(`the server's model is ${data.model}, the bench's ${sample.model}`);
    return await measure(data, size);
  } finally {
    await data.close();
  }
}

async function measure(data: ReachData, size: number): Promise<Row[]> {
  const rows: Row[] = [];
  const note = (name: string, value: string) => {
    rows.push([name, value]);
    console.error(`${size}: ${name}: ${value}`);
  };
  const library = new ZipfLibrary(sample.vectors);
  const filling = performance.now();
  const { documents, recall, ...filled } = await filledLibrary(data, library, size);
  note('chunks, documents', `${filled.chunks}, ${documents}`);
  note('filled by the bench, s', fixed((performance.now() - filling) / 1_000));
  note('load of the machine', fixed(loadavg()[0] as number));
  note(
    'recall@10 of 8-bit integers; ranked again by full vectors',
    `${recall.byIntegers.toFixed(3)}; ${recall.rankedAgain.toFixed(3)}`,
  );

  await rm(join(data.folder, 'search'), { recursive: true, force: true });
  let server = await data.start();
  const idle = server.memoryMb();
  const before = server.processorMs();
  note('cold, from the rows, s', fixed((await untilWhole(server, library)) / 1_000));
  note('the same, s of processor time of the worker', fixed((server.processorMs().worker - before.worker) / 1_000));

  await noteWarmingUp(server, library, note);
  await server.pharos.loopDelays();
  await noteQuestions(server, library, note);
  await noteAtOnce(server, library, note);
  await noteNewDocuments(server, data, library, note);
  const asked = server.memoryMb();
  await noteWhileIncoming(server, data, library, note);
  const delays = await server.pharos.loopDelays();
  for (const program of ['api', 'worker', 'idle'] as const) {
    const own = delays.find((one) => one.program === program);
    if (own) note(`event loop of the ${program} meanwhile, p99: clock, processor`, pair(own.wall.p99, own.processor.p99));
  }
  const after = server.memoryMb();
  const held = await server.held();
  note('MB before the first question: API, worker, inference', programs(idle, 0));
  note('MB after the questions: API, worker, inference', programs(asked, 0));
  note('MB after the documents came in: API, worker, inference', programs(after, 0));
  note("MB by the index's own account", (held.bytes / 1e6).toFixed(0));
  note('the same, per 100,000 chunks', ((held.bytes / 1e6 / held.chunks) * 100_000).toFixed(0));

  await data.stop();
  server = await data.start();
  note('cold, from the snapshot, s', ((await untilWhole(server, library)) / 1_000).toFixed(2));
  return rows;
}

interface Filled {
  readonly documents: number;
  readonly chunks: number;
  readonly recall: Recall;
}

/** What a run before has filled is not filled again. */
async function filledLibrary(data: ReachData, library: ZipfLibrary, size: number): Promise<Filled> {
  const note = join(data.folder, 'filled.json');
  const known = await readFile(note, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Filled;
  const recall = checkRecall(Array.from({ length: RECALL_QUESTIONS }, () => library.vector()));
  const target = { db: data.db, ownerId: data.userId, model: data.model };
  const written = await fillLibrary(target, library, size, (document) => {
    for (const { embedding } of document.chunks) recall.add(embedding);
  });
  if (KIND === 'postgres') await data.statement('analyze');
  const filled = { ...written, recall: recall.result() };
  await writeFile(note, JSON.stringify(filled));
  return filled;
}

type Note = (name: string, value: string) => void;

/** Milliseconds until an answer is one of the library in memory. */
async function untilWhole({ asker }: ReachServer, library: ZipfLibrary): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { status, body } = await asker.ask(`/search?q=${encodeURIComponent(library.question(2, 0))}`);
    const ms = performance.now() - started;
    if (status === 200 && body.degraded !== true) return ms;
    if (ms > COLD_MS) throw new Error('the library was not loaded in time');
    await sleep(20);
  }
}

const checked = ({ status, body, ...rest }: Answer): Answer => {
  if (status !== 200) throw new Error(`status ${status}: ${JSON.stringify(body)}`);
  return { status, body, ...rest };
};

/** Until V8 has compiled what a question needs: the first questions after a start take up to twice as long. */
async function noteWarmingUp(server: ReachServer, library: ZipfLibrary, note: Note): Promise<void> {
  const [, hybrid] = KINDS[0] as Kind;
  const times: number[] = [];
  for (let i = 0; i < FIRST; i++) times.push(checked(await server.asker.ask(hybrid(library))).ms);
  note(`hybrid, 2 words, the first ${FIRST} questions after the start: p50 / p99, ms`, spread(sorted(times)));
  for (let i = 0; i < WARMING; i++) for (const [, path] of KINDS) await server.asker.ask(path(library));
}

/** The kinds take turns, so that all meet the same machine; then what one kind costs in processor time. */
async function noteQuestions(server: ReachServer, library: ZipfLibrary, note: Note): Promise<void> {
  const answers = new Map<string, Answer[]>(KINDS.map(([name]) => [name, []]));
  for (let i = 0; i < QUESTIONS; i++)
    for (const [name, path] of KINDS) answers.get(name)?.push(checked(await server.asker.ask(path(library))));
  const medians = new Map<string, number>();
  let degraded = 0;
  for (const [name, own] of answers) {
    const times = sorted(own.map(({ ms }) => ms));
    const worker = sorted(own.map(({ body }) => body.took_ms ?? 0));
    degraded += own.filter(({ body }) => body.degraded).length;
    medians.set(name, percentile(times, 0.5));
    note(`${name}: p50 / p99 (in the worker), ms`, `${spread(times)} (${spread(worker)})`);
  }
  const [, plain, filtered] = KINDS.map(([name]) => medians.get(name) ?? Number.NaN) as [number, number, number];
  note('with the filter, times without', (filtered / plain).toFixed(2));
  const totals = sorted((answers.get('hybrid, 2 words') ?? []).map(({ body }) => body.total ?? 0));
  note('documents found by 2 words, median', String(percentile(totals, 0.5)));
  note('answered by the database', `${degraded} of ${QUESTIONS * KINDS.length}`);

  const [, path] = KINDS[1] as Kind;
  const before = server.processorMs();
  for (let i = 0; i < QUESTIONS; i++) await server.asker.ask(path(library));
  const after = server.processorMs();
  note('processor time of a hybrid question, ms: API, worker, inference', programs(each(after, before, QUESTIONS), 1));
}

async function noteAtOnce(server: ReachServer, library: ZipfLibrary, note: Note): Promise<void> {
  const [, path] = KINDS[0] as Kind;
  const times: number[] = [];
  const end = performance.now() + AT_ONCE_MS;
  const before = server.processorMs();
  const askMany = async () => {
    while (performance.now() < end) times.push(checked(await server.asker.ask(path(library))).ms);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, askMany));
  const seconds = (performance.now() - started) / 1_000;
  note(
    `searches a second, ${AT_ONCE} at once (2 words); p99, ms`,
    `${(times.length / seconds).toFixed(0)}; ${fixed(percentile(sorted(times), 0.99))}`,
  );
  note('processor time of each, ms: API, worker, inference', programs(each(server.processorMs(), before, times.length), 1));
}

/** By the row: the question follows the commit. By POST: commit and question are looked for at the same time. */
async function noteNewDocuments(server: ReachServer, data: ReachData, library: ZipfLibrary, note: Note): Promise<void> {
  const target = { db: data.db, ownerId: data.userId, model: data.model };
  const byRow: number[] = [];
  for (let i = 0; i < NEW_DOCUMENTS; i++) {
    const word = uniqueWord(i);
    const document = library.document(uuidv7());
    const [first, ...others] = document.chunks;
    if (!first) throw new Error('a document without chunks');
    await writeDocuments(target, [{ ...document, chunks: [{ ...first, text: `${word} ${first.text}` }, ...others] }], Date.now());
    const committed = performance.now();
    await untilFound(server, word, document.id);
    byRow.push(performance.now() - committed);
  }
  note(
    'a new row is found after its commit: p50 / most, ms',
    `${fixed(percentile(sorted(byRow), 0.5))} / ${fixed(Math.max(...byRow))}`,
  );

  const found: number[] = [];
  const whole: number[] = [];
  for (let i = 0; i < POSTED; i++) {
    const word = uniqueWord(NEW_DOCUMENTS + i);
    const posted = performance.now();
    const { body } = await server.asker.ask('/resources', {
      content: `${word} ${library.text(150)}`,
      content_type: 'text/plain',
    });
    const id = (body as { id?: string }).id;
    if (id === undefined) throw new Error(`not created: ${JSON.stringify(body)}`);
    const committed = untilCommitted(data, id).then(() => performance.now());
    await untilFound(server, word, id);
    const now = performance.now();
    whole.push(now - posted);
    found.push(now - (await committed));
  }
  note('a posted text is found after its commit: most, ms', fixed(Math.max(...found)));
  note('the same, after its POST: p50, ms', fixed(percentile(sorted(whole), 0.5)));
}

/** Documents are posted one after the other by each of a few senders, and questions asked until the last one has been worked on. */
async function noteWhileIncoming(server: ReachServer, data: ReachData, library: ZipfLibrary, note: Note): Promise<void> {
  const [, path] = KINDS[0] as Kind;
  let sent = 0;
  let isDone = false;
  const send = async () => {
    while (sent++ < INCOMING)
      await server.asker.ask('/resources', {
        content: `${uniqueWord(1_000 + sent)} ${library.text(150)}`,
        content_type: 'text/plain',
      });
  };
  const started = performance.now();
  const sending = Promise.all(Array.from({ length: INCOMING_AT_ONCE }, send))
    .then(() => untilSettled(data))
    .finally(() => {
      isDone = true;
    });
  const times: number[] = [];
  while (!isDone) times.push(checked(await server.asker.ask(path(library))).ms);
  await sending;
  const seconds = (performance.now() - started) / 1_000;
  note(`hybrid, 2 words, while ${INCOMING} documents come in: p50 / p99, ms`, spread(sorted(times)));
  note('questions answered meanwhile; documents a second', `${times.length}; ${fixed(INCOMING / seconds)}`);
}

async function untilSettled({ db }: ReachData): Promise<void> {
  for (const end = performance.now() + COLD_MS; performance.now() < end; await sleep(100)) {
    const [row] = await db
      .select({ left: count() })
      .from(jobs)
      .where(inArray(jobs.state, ['queued', 'running']));
    if (row?.left === 0) return;
  }
  throw new Error('documents were not worked on in time');
}

/** Letters alone, so that it is one word, which no run before has used. */
const uniqueWord = (n: number) =>
  `zyx${[...`${Date.now()}${n}`].map((digit) => String.fromCharCode(97 + Number(digit))).join('')}qwv`;

async function untilFound({ asker }: ReachServer, word: string, id: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(5)) {
    const { status, body } = await asker.ask(`/search?mode=keyword&q=${word}`);
    if (status === 200 && body.degraded !== true && body.hits?.some((hit) => hit.resource_id === id)) return;
  }
  throw new Error(`${id} was not found`);
}

async function untilCommitted({ db, model }: ReachData, id: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(5)) {
    const found = await db
      .select({ one: sql`1` })
      .from(chunks)
      .innerJoin(chunkVectors, and(eq(chunkVectors.chunkSeq, chunks.seq), eq(chunkVectors.model, model)))
      .where(eq(chunks.resourceId, id))
      .limit(1);
    if (found.length > 0) return;
  }
  throw new Error(`${id} was not committed`);
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const fixed = (value: number) => value.toFixed(1);
const pair = (a: number, b: number) => `${fixed(a)}, ${fixed(b)} ms`;
const spread = (times: readonly number[]) => `${fixed(percentile(times, 0.5))} / ${fixed(percentile(times, 0.99))}`;
const programs = ({ api, worker, inference }: Programs<number>, digits: number) =>
  [api, worker, inference].map((value) => value.toFixed(digits)).join(', ');
const each = (after: Programs<number>, before: Programs<number>, count: number): Programs<number> => ({
  api: (after.api - before.api) / count,
  worker: (after.worker - before.worker) / count,
  inference: (after.inference - before.inference) / count,
});

const columns: Row[][] = [];
for (const size of SIZES) columns.push(await measureSize(size));
const title = `| ${KIND} | ${SIZES.map((size) => size.toLocaleString('en')).join(' | ')} |`;
console.log(`${title}\n|---|${SIZES.map(() => '---|').join('')}`);
for (const [name] of columns[0] ?? [])
  console.log(`| ${name} | ${columns.map((own) => own.find(([other]) => other === name)?.[1] ?? '').join(' | ')} |`);
