/**
 * Search while something goes wrong, over HTTP on loopback: workers that are killed or stand still, deletions, documents that
 * come in, a restored database beside newer snapshots, and more libraries than the memory holds.
 *
 *   npm run bench:search-faults -- [--faults kill,stand-still,alone,delete,intake,restore,owners] [--chunks 10000]
 *     [--owners 1000] [--large 300000] [--memory 200]
 *
 * The fault `owners` is random owners of 100 chunks each beside one of `--large` chunks, in `--memory` MB.
 *
 * It prints what was seen, and the exit code is 1 where an answer was wrong or missing. SQLite.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { uuidv7 } from 'uuidv7';
import type { Answer, Asker } from './search/asker.ts';
import { type BulkTarget, fillLibrary, writeDocuments } from './search/bulk-library.ts';
import { embedSample } from './search/embed-sample.ts';
import { startLoneWorker } from './search/lone-worker.ts';
import { manyOwners } from './search/many-owners.ts';
import { openReachData } from './search/reach-server.ts';
import { percentile } from './support/load.ts';
import { ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: 'kill,stand-still,alone,delete,intake,restore,owners' },
    chunks: { type: 'string', default: '10000' },
    owners: { type: 'string', default: '1000' },
    large: { type: 'string', default: '300000' },
    memory: { type: 'string', default: '200' },
  },
});
const FAULTS = new Set(values.faults.split(','));
const CHUNKS = Number(values.chunks);
const POSTED = 300;
const POSTED_AT_ONCE = 4;

const { vectors } = await embedSample('all-MiniLM-L6-v2', 100);
const library = new ZipfLibrary(vectors);
const data = await openReachData('sqlite');
const target: BulkTarget = { db: data.db, ownerId: data.userId, model: data.model };
let wrong = 0;

const tell = (text: string) => console.log(text);
function check(isRight: boolean, text: string): void {
  if (isRight) return;
  wrong += 1;
  if (wrong <= 40) console.log(`WRONG: ${text}`);
}
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const spread = (times: readonly number[]) =>
  ['p50', 'p99', 'most'].map((name, i) => `${name} ${percentile(sorted(times), [0.5, 0.99, 1][i] ?? 1).toFixed(0)}`).join(', ');

const question = () => `/search?q=${encodeURIComponent(library.question(2, 0))}`;
const isWhole = ({ status, body }: Answer) => status === 200 && body.degraded !== true;

/** Asks one question after the other until `done`. */
async function askUntil(asker: Asker, done: () => boolean, pauseMs = 0): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (!done()) {
    answers.push(await asker.ask(question()));
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return answers;
}

function describe(name: string, answers: readonly Answer[]): void {
  for (const { status, body } of answers) check(status === 200, `${name}: status ${status} ${JSON.stringify(body)}`);
  const degraded = answers.filter((answer) => !isWhole(answer));
  tell(`${name}: ${answers.length} answers, ${degraded.length} by the database; ms ${spread(answers.map(({ ms }) => ms))}`);
}

/** Milliseconds until an answer is whole. */
async function untilWhole(asker: Asker): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 120_000) {
    if (isWhole(await asker.ask(question()))) return performance.now() - started;
    await sleep(20);
  }
  check(false, 'no whole answer within two minutes');
  return Number.NaN;
}

async function during(asker: Asker, name: string, work: () => Promise<void>): Promise<Answer[]> {
  let isDone = false;
  const asking = [askUntil(asker, () => isDone), askUntil(asker, () => isDone)];
  await sleep(500);
  await work();
  isDone = true;
  const answers = (await Promise.all(asking)).flat();
  describe(name, answers);
  return answers;
}

async function workersFail(): Promise<void> {
  const workers = [
    await startLoneWorker(data.folder, data.settings),
    await startLoneWorker(data.folder, { ...data.settings, WORKER_ROLES: 'search' }),
  ];
  const [first] = workers as [(typeof workers)[0], ...typeof workers];
  const { asker } = await data.start({ WORKER_URL: first.url, SEARCH_URLS: workers.map(({ url }) => url).join(',') });
  tell(`two workers: whole after ${(await untilWhole(asker)).toFixed(0)} ms`);
  const holder = async () => ((await first.libraries()) > 0 ? first : (workers[1] as typeof first));
  for (const [fault, signal] of [
    ['kill', 'SIGKILL'],
    ['stand-still', 'SIGSTOP'],
  ] as const) {
    if (!FAULTS.has(fault)) continue;
    const worker = await holder();
    const answers = await during(asker, `one of two workers, ${signal}`, async () => {
      worker.signal(signal);
      await sleep(8_000);
    });
    check(isWhole(answers.at(-1) as Answer), `${signal}: the other worker does not answer after 8 s`);
    if (signal === 'SIGKILL') await worker.start();
    else worker.signal('SIGCONT');
    tell(`and back: whole after ${(await untilWhole(asker)).toFixed(0)} ms`);
  }
  await data.stop();
  await Promise.all(workers.map((worker) => worker.stop()));
}

async function aloneFails(): Promise<void> {
  const worker = await startLoneWorker(data.folder, data.settings);
  const { asker } = await data.start({ WORKER_URL: worker.url });
  await untilWhole(asker);
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    const answers = await during(asker, `the only worker, ${signal}`, async () => {
      worker.signal(signal);
      await sleep(8_000);
    });
    check(!isWhole(answers.at(-1) as Answer), `${signal}: an answer is whole without a worker`);
    if (signal === 'SIGKILL') await worker.start();
    else worker.signal('SIGCONT');
    tell(`and back: whole after ${(await untilWhole(asker)).toFixed(0)} ms`);
  }
  await data.stop();
  await worker.stop();
}

/** An answer that began after a deletion does not hold what was deleted. */
async function deletions(): Promise<void> {
  const { asker } = await data.start();
  await untilWhole(asker);
  const word = 'zyxdeletedqwv';
  const documents = Array.from({ length: 60 }, () => library.document(uuidv7())).map(({ chunks, ...rest }) => ({
    ...rest,
    chunks: chunks.slice(0, 1).map((chunk) => ({ ...chunk, text: `${word} ${chunk.text}` })),
  }));
  await writeDocuments(target, documents, Date.now());
  const all = (await asker.ask(`/search?mode=keyword&limit=100&q=${word}`)).body.hits?.length ?? 0;
  check(all === documents.length, `${all} of ${documents.length} new documents are found`);
  const deleted = new Set<string>();
  let isDone = false;
  let degraded = 0;
  const asking = Array.from({ length: 3 }, async () => {
    let answers = 0;
    for (; !isDone; answers++) {
      const gone = new Set(deleted);
      const { status, body } = await asker.ask(`/search?mode=keyword&limit=100&q=${word}`);
      check(status === 200, `during deletions: status ${status}`);
      const hits = (body.hits ?? []).map(({ resource_id: id }) => id);
      if (body.degraded === true) degraded += 1;
      for (const id of hits) check(!gone.has(id), `${id} was found after its deletion`);
      check(hits.length >= documents.length - deleted.size - 1, `${hits.length} hits while ${deleted.size} are deleted`);
    }
    return answers;
  });
  for (const { id } of documents) {
    const { status } = await asker.ask(`/resources/${id}`, undefined, 'DELETE');
    check(status === 204, `deletion: status ${status}`);
    deleted.add(id);
    await sleep(20);
  }
  isDone = true;
  const answers = (await Promise.all(asking)).reduce((sum, count) => sum + count, 0);
  tell(`${documents.length} deletions, ${answers} answers meanwhile, ${degraded} of them by the database`);
  await data.stop();
}

async function intake(): Promise<void> {
  const { asker, pharos } = await data.start();
  await untilWhole(asker);
  const until = performance.now() + 10_000;
  const alone = await askUntil(asker, () => performance.now() > until, 100);
  describe('questions alone', alone);
  await pharos.loopDelays();
  let isDone = false;
  const asking = askUntil(asker, () => isDone, 100);
  let left = POSTED;
  const started = performance.now();
  const post = async () => {
    while (left-- > 0) {
      const { status } = await asker.ask('/resources', {
        content: `${uuidv7()} ${library.text(400)}`,
        content_type: 'text/plain',
      });
      check(status === 202 || status === 201, `a document: status ${status}`);
    }
  };
  await Promise.all(Array.from({ length: POSTED_AT_ONCE }, post));
  await pharos.untilSettled();
  const seconds = (performance.now() - started) / 1_000;
  isDone = true;
  describe(`questions while ${POSTED} documents come in, ${(POSTED / seconds).toFixed(1)} a second`, await asking);
  for (const { program, wall, processor } of await pharos.loopDelays())
    tell(
      `event loop of the ${program}, p99: ${wall.p99.toFixed(1)} ms by the clock, ${processor.p99.toFixed(1)} by the processor`,
    );
  await data.stop();
}

/** The file of the database is that of before; snapshots are of later. */
async function restored(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-restored-'));
  await data.statement(`vacuum into '${join(folder, 'pharos.db')}'`);
  const withWord = (word: string) => {
    const document = library.document(uuidv7());
    return { ...document, chunks: document.chunks.map((chunk) => ({ ...chunk, text: `${word} ${chunk.text}` })) };
  };
  const total = async (asker: Asker, word: string) => (await asker.ask(`/search?mode=keyword&q=${word}`)).body.total ?? 0;
  const [lost, later] = ['zyxlostqwv', 'zyxlaterqwv'];
  await writeDocuments(target, [withWord(lost), withWord(lost)], Date.now());
  const before = await data.start();
  await untilWhole(before.asker);
  check((await total(before.asker, lost)) === 2, 'a document is not found before the restoration');
  await data.stop();
  await cp(join(data.folder, 'search'), join(folder, 'search'), { recursive: true });
  tell(`snapshots beside the restored database: ${(await readdir(join(folder, 'search'))).length}`);
  const second = await openReachData('sqlite', folder);
  // The restored history goes on to the versions of the lost one.
  await writeDocuments({ ...target, db: second.db }, [withWord(later), withWord(later)], Date.now());
  const after = await second.start();
  const ms = await untilWhole(after.asker);
  const [old, found] = [await total(after.asker, lost), await total(after.asker, later)];
  check(old === 0, `${old} documents of the lost history are found`);
  check(found === 2, `${found} of 2 documents of after the restoration are found`);
  tell(`a restored database beside a newer snapshot: whole after ${ms.toFixed(0)} ms`);
  await second.close();
  await rm(folder, { recursive: true });
}

try {
  await fillLibrary(target, library, CHUNKS);
  if (FAULTS.has('kill') || FAULTS.has('stand-still')) await workersFail();
  if (FAULTS.has('alone')) await aloneFails();
  if (FAULTS.has('delete')) await deletions();
  if (FAULTS.has('intake')) await intake();
  if (FAULTS.has('restore')) await restored();
  if (FAULTS.has('owners')) {
    const sizes = { owners: Number(values.owners), large: Number(values.large), memoryMb: values.memory };
    await manyOwners({ data, target, library, check, tell, spread }, sizes);
  }
} finally {
  await data.close();
}
tell(`${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;
