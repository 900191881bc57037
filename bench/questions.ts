/**
 * The latency of a question (`GET /search?mode=semantic` through the API) alone and while documents come in, on `npm start`
 * with SQLite, and the event-loop delay of API and worker meanwhile.
 * `npm run bench:questions -- [name=folder of another checkout ...]` compares checkouts in interleaved rounds of one run.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pharos, ROOT, startCheckout } from './support/checkout.ts';
import { percentile } from './support/load.ts';
import type { LoopDelay } from './support/loop-delay.ts';

const DOCUMENTS = Number(process.env.BENCH_DOCUMENTS ?? 200);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2);
/** Questions asked before documents come in. */
const ALONE = 100;
/** Milliseconds between two questions, whether or not the first is answered: slow answers must not make for fewer questions. */
const EVERY_MS = 100;
/** Documents that are posted at a time. */
const POSTS_AT_ONCE = 4;

/** Sentences of this repository's documentation, in another order for each document. */
const PAGES = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md')).sort();
const sentences = (await Promise.all(PAGES.map((name) => readFile(join(ROOT, 'docs', name), 'utf8'))))
  .join('\n')
  .replace(/[`*|#>]|\]\([^)]*\)|\[/g, ' ')
  .split(/(?<=[.:?])\s+/)
  .filter((sentence) => /^\w[^\n]{40,200}$/.test(sentence));

function createTexts(seed: number) {
  let state = seed;
  const sentence = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return sentences[Math.floor((state / 0x80000000) * sentences.length)] ?? '';
  };
  return {
    question: () => sentence().split(' ').slice(0, 12).join(' '),
    document: (i: number) => `# Document ${seed}-${i}\n\n${Array.from({ length: 30 }, sentence).join(' ')}\n`,
  };
}

interface Round {
  readonly alone: readonly number[];
  readonly loaded: readonly number[];
  readonly degraded: number;
  /** Documents per second, and seconds of processor time of API and worker for one, without questions. */
  readonly documentsPerSecond: number;
  readonly cpuPerDocument: number;
  /** The same with questions. */
  readonly documentsPerSecondLoaded: number;
  readonly delays: readonly LoopDelay[];
}

async function ask(pharos: Pharos, question: string) {
  const from = performance.now();
  const { degraded } = await pharos.call(`/search?mode=semantic&limit=10&q=${encodeURIComponent(question)}`);
  // A question that the worker did not answer in time is answered by words: its time is the deadline's.
  return { ms: performance.now() - from, degraded: degraded === true };
}

async function postAll(pharos: Pharos, texts: readonly string[]): Promise<void> {
  const rest = [...texts];
  const post = async () => {
    for (let text = rest.pop(); text !== undefined; text = rest.pop())
      await pharos.call('/resources', { content: text, content_type: 'text/markdown' });
  };
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, post));
}

async function takeIn(pharos: Pharos, texts: readonly string[]): Promise<number> {
  const from = performance.now();
  await postAll(pharos, texts);
  await pharos.untilSettled();
  return texts.length / ((performance.now() - from) / 1000);
}

/** Asks until `done`, at a constant rate. */
async function askUntil(pharos: Pharos, question: () => string, done: () => boolean) {
  const asked: ReturnType<typeof ask>[] = [];
  while (!done()) {
    asked.push(ask(pharos, question()));
    await sleep(EVERY_MS);
  }
  return Promise.all(asked);
}

const cpuOf = (delays: readonly LoopDelay[]) =>
  delays.filter(({ program }) => program === 'api' || program === 'worker').reduce((sum, { cpu }) => sum + cpu, 0);

async function runRound(pharos: Pharos, seed: number): Promise<Round> {
  const texts = createTexts(seed);
  const documents = Array.from({ length: 2 * DOCUMENTS }, (_, i) => texts.document(i));
  const cpuBefore = cpuOf(await pharos.loopDelays());
  const documentsPerSecond = await takeIn(pharos, documents.slice(0, DOCUMENTS));
  const cpuPerDocument = (cpuOf(await pharos.loopDelays()) - cpuBefore) / DOCUMENTS;
  let left = ALONE;
  const alone = await askUntil(pharos, texts.question, () => left-- === 0);
  await pharos.loopDelays();
  let isBusy = true;
  const takingIn = takeIn(pharos, documents.slice(DOCUMENTS)).finally(() => {
    isBusy = false;
  });
  const loaded = await askUntil(pharos, texts.question, () => !isBusy);
  return {
    alone: alone.map(({ ms }) => ms),
    loaded: loaded.map(({ ms }) => ms),
    degraded: loaded.filter(({ degraded }) => degraded).length,
    documentsPerSecond,
    cpuPerDocument,
    documentsPerSecondLoaded: await takingIn,
    delays: await pharos.loopDelays(),
  };
}

const others = process.argv.slice(2).map((argument) => {
  const [name = '', folder = ''] = argument.split('=');
  return { name, folder: resolve(folder) };
});
const checkouts = [...others, { name: 'this checkout', folder: ROOT }];
const rounds = new Map<string, Round[]>(checkouts.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, folder } of checkouts) {
    const pharos = await startCheckout(folder);
    try {
      // The first questions and documents find cold code.
      const texts = createTexts(900 + round);
      const first = Array.from({ length: 30 }, (_, i) => texts.document(i));
      await takeIn(pharos, first);
      await ask(pharos, texts.question());
      rounds.get(name)?.push(await runRound(pharos, round + 1));
    } finally {
      await pharos.stop();
    }
  }
}

const fixed = (value: number) => value.toFixed(1);
console.log(`${DOCUMENTS} documents of 30 sentences a round, ${ROUNDS} rounds; milliseconds\n`);
const titles = ['checkout', 'alone p50', 'p99', 'under load p50', 'p99', 'max', 'p50 ratio', 'by words only', 'documents/s'];
titles.push('with questions', 'CPU ms a document', 'event loop p99 / max: API', 'worker');
console.log(`| ${titles.join(' | ')} |\n|${'---|'.repeat(titles.length)}`);
for (const [name, all] of rounds) {
  const sorted = (pick: (round: Round) => readonly number[]) => all.flatMap(pick).toSorted((a, b) => a - b);
  const [alone, loaded] = [sorted((round) => round.alone), sorted((round) => round.loaded)];
  const mean = (pick: (round: Round) => number) => all.reduce((sum, round) => sum + pick(round), 0) / all.length;
  const delays = (program: string) => {
    const found = all.flatMap((round) => round.delays.filter((one) => one.program === program));
    return `${fixed(Math.max(...found.map(({ wall }) => wall.p99)))} / ${fixed(Math.max(...found.map(({ wall }) => wall.max)))}`;
  };
  const cells = [
    name,
    fixed(percentile(alone, 0.5)),
    fixed(percentile(alone, 0.99)),
    fixed(percentile(loaded, 0.5)),
    fixed(percentile(loaded, 0.99)),
    fixed(loaded.at(-1) ?? 0),
    fixed(percentile(loaded, 0.5) / percentile(alone, 0.5)),
    `${all.reduce((sum, round) => sum + round.degraded, 0)} of ${loaded.length}`,
    fixed(mean((round) => round.documentsPerSecond)),
    fixed(mean((round) => round.documentsPerSecondLoaded)),
    fixed(mean((round) => round.cpuPerDocument) * 1000),
    delays('api'),
    delays('worker'),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
