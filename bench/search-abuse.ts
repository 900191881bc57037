/**
 * Asks a server of its own generated questions that nobody means well, one after the other, and measures each: how many are
 * refused, that none is a server error, how long they take as a client, and how much processor time the search threads take.
 *
 *   npm run bench:search-abuse -- --questions 20000 --chunks 10000 --database sqlite|postgres [--seed 1] [--most-ms 200]
 *
 * The exit code is 1 where a question was a server error or took the search threads more than `--most-ms` of processor time,
 * which other work on the machine hardly lengthens. The table says how many were answered by the database because the worker
 * was late, which happens where other work keeps it from the processor for two seconds.
 */
import { parseArgs } from 'node:util';
import { type AbusiveQuestion, abusiveQuestions } from '../test/support/fixtures/abusive-questions.ts';
import { fillLibrary } from './search/bulk-library.ts';
import { embedSample } from './search/embed-sample.ts';
import { type DatabaseKind, openReachData } from './search/reach-server.ts';
import { percentile } from './support/load.ts';
import { threadMs, tree } from './support/process-cost.ts';
import { ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: {
    questions: { type: 'string', default: '20000' },
    chunks: { type: 'string', default: '10000' },
    database: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: '1' },
    'most-ms': { type: 'string', default: '200' },
  },
});
const QUESTIONS = Math.min(100_000, Number(values.questions));
const MOST_MS = Number(values['most-ms']);
const EMBEDDED = 100;
/** Bad answers that are printed. */
const PRINTED = 40;
const TOLD_EVERY = 2_000;

interface Asked {
  readonly outcome: string;
  readonly ms: number;
  readonly threadMs: number;
}

const data = await openReachData(values.database as DatabaseKind);
const { vectors } = await embedSample('all-MiniLM-L6-v2', EMBEDDED);
const library = new ZipfLibrary(vectors);
await fillLibrary({ db: data.db, ownerId: data.userId, model: data.model }, library, Number(values.chunks));
const { asker, pharos } = await data.start();
const [, worker = 0] = tree(pharos.pid);
for (;;) {
  const { status, body } = await asker.ask(`/search?q=${library.word()}`);
  if (status === 200 && body.degraded !== true) break;
}

const asked = new Map<string, Asked[]>();
const bad: string[] = [];
let cursors: readonly string[] = [];

async function ask({ kind, method, path, body: text }: AbusiveQuestion): Promise<void> {
  const before = threadMs(worker, 'search');
  const { status, ms, body } = await asker.ask(path, method === 'POST' ? text : undefined);
  const own = threadMs(worker, 'search') - before;
  // A question without a vector is answered by words, which is no failure of the worker: such an answer has facets.
  const isOfDatabase = body.degraded === true && body.facets === undefined;
  const outcome = `${status}${isOfDatabase ? ' by the database' : ''}`;
  if (body.next_cursor !== undefined) cursors = [body.next_cursor, ...cursors.slice(0, 9)];
  asked.set(kind, [...(asked.get(kind) ?? []), { outcome, ms, threadMs: own }]);
  if (/^[24]\d\d/.test(outcome) && own <= MOST_MS) return;
  bad.push(`${kind}: ${outcome}, ${own.toFixed(0)} ms of the thread, ${ms.toFixed(0)} in all: ${(text ?? path).slice(0, 160)}`);
  if (bad.length <= PRINTED) console.error(JSON.stringify(bad.at(-1)));
}

const questions = abusiveQuestions(Number(values.seed), () => cursors);
for (let i = 0; i < QUESTIONS; i++) {
  await ask(questions.next().value);
  if (i % TOLD_EVERY === TOLD_EVERY - 1) console.error(`${i + 1} questions, ${bad.length} answered badly`);
}
await data.close();

const three = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1)).join(' / ');
};
console.log(`${QUESTIONS} questions, ${values.chunks} chunks, ${values.database}: milliseconds, p50 / p99 / most`);
console.log('| questions | number | as a client | of the search threads | answers |\n|---|---|---|---|---|');
for (const [kind, own] of [...asked].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const outcomes = [...Map.groupBy(own, ({ outcome }) => outcome)].map(([outcome, all]) => `${outcome}: ${all.length}`);
  const [client, thread] = [three(own.map(({ ms }) => ms)), three(own.map((one) => one.threadMs))];
  console.log(`| ${kind} | ${own.length} | ${client} | ${thread} | ${outcomes.sort().join(', ')} |`);
}
console.log(`${bad.length} of ${QUESTIONS} questions answered badly`);
process.exitCode = bad.length > 0 ? 1 : 0;
