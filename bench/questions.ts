/**
 * The latency of a question (`GET /search?mode=semantic` through the API) alone and while documents come in, on `npm start`
 * with SQLite, and the event-loop delay of API and worker meanwhile.
 * `npm run bench:questions -- [name=folder of another checkout ...]` compares checkouts in interleaved rounds of one run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import { percentile } from './support/load.ts';
import type { LoopDelay } from './support/loop-delay.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = Number(process.env.BENCH_DOCUMENTS ?? 200);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2);
/** Questions asked before documents come in. */
const ALONE = 100;
/** Milliseconds between two questions, whether or not the first is answered: slow answers must not make for fewer questions. */
const EVERY_MS = 100;
/** Documents that are posted at a time. */
const POSTS_AT_ONCE = 4;
const MASTER_API_KEY = 'a master key for a bench on this machine alone';

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

async function startCheckout(folder: string) {
  const dir = await mkdtemp(join(tmpdir(), 'pharos-bench-'));
  const delays = join(dir, 'delays');
  await mkdir(delays);
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), [join(folder, 'bin/api.js')], {
    cwd: dir,
    env: {
      ...process.env,
      DATA_DIR: dir,
      PORT: '0',
      WORKER_PORT: '0',
      MASTER_API_KEY,
      LOG_LEVEL: 'warning',
      BENCH_LOOP_DELAYS: delays,
      NODE_OPTIONS: `--import ${new URL('support/loop-delay.ts', import.meta.url).href}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  // By default a signal ends the process without its exit handlers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const url = await addressOf(child);
  const headers = { 'X-API-Key': MASTER_API_KEY, 'Content-Type': 'application/json' };
  const call = async (path: string, body?: unknown) => {
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, init);
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  while ((await call('/monitoring/health').catch(() => undefined))?.status !== 'healthy') await sleep(100);

  const database = createClient({ url: `file:${join(dir, 'pharos.db')}`, timeout: 1000 });
  const settled = async () => {
    const { rows } = await database.execute("select count(*) as left from jobs where state in ('queued', 'running')");
    return rows[0]?.left === 0;
  };

  async function loopDelays(): Promise<LoopDelay[]> {
    const read = async () => {
      const names = (await readdir(delays)).filter((name) => name.endsWith('.json'));
      return Promise.all(
        names.map(async (name) => ({ name, found: JSON.parse(await readFile(join(delays, name), 'utf8')) as LoopDelay })),
      );
    };
    const before = await read();
    for (const { name } of before) process.kill(Number.parseInt(name, 10), 'SIGUSR2');
    for (;;) {
      await sleep(50);
      const now = new Map((await read()).map(({ name, found }) => [name, found]));
      if (before.every(({ name, found }) => (now.get(name)?.reading ?? 0) > found.reading)) return [...now.values()];
    }
  }

  return {
    loopDelays,
    settled,
    ask: async (question: string) => {
      const from = performance.now();
      const { degraded } = await call(`/search?mode=semantic&limit=10&q=${encodeURIComponent(question)}`);
      // A question that the worker did not answer in time is answered by words: its time is the deadline's.
      return { ms: performance.now() - from, degraded: degraded === true };
    },
    post: (text: string) => call('/resources', { content: text, content_type: 'text/markdown' }),
    stop: async () => {
      database.close();
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

type Pharos = Awaited<ReturnType<typeof startCheckout>>;

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const url = /Page\s+(http\S+?)\/?\s/.exec(output)?.[1];
    if (url !== undefined) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`Pharos did not start: ${output}`);
}

async function postAll(pharos: Pharos, texts: readonly string[]): Promise<void> {
  const rest = [...texts];
  const post = async () => {
    for (let text = rest.pop(); text !== undefined; text = rest.pop()) await pharos.post(text);
  };
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, post));
}

async function untilSettled(pharos: Pharos): Promise<void> {
  while (!(await pharos.settled())) await sleep(100);
}

async function takeIn(pharos: Pharos, texts: readonly string[]): Promise<number> {
  const from = performance.now();
  await postAll(pharos, texts);
  await untilSettled(pharos);
  return texts.length / ((performance.now() - from) / 1000);
}

/** Asks until `done`, at a constant rate. */
async function askUntil(pharos: Pharos, question: () => string, done: () => boolean) {
  const asked: ReturnType<Pharos['ask']>[] = [];
  while (!done()) {
    asked.push(pharos.ask(question()));
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
      await pharos.ask(texts.question());
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
    return `${fixed(Math.max(...found.map(({ p99 }) => p99)))} / ${fixed(Math.max(...found.map(({ max }) => max)))}`;
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
