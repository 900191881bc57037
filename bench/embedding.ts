/**
 * Embedding with a MiniLM-shaped transformer of random weights, compared with transformers.js on the same folder in
 * interleaved rounds of one run. `npm run bench:embedding`. Wall time, and processor time of the inference process.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { env, pipeline } from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { MINI_LM } from '../test/support/fixtures/bert.ts';
import { onnxModel } from '../test/support/fixtures/onnx.ts';
import { writeTransformerFolder } from '../test/support/fixtures/transformer-folder.ts';
import { createEmbedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';

const TEXTS = Number(process.env.BENCH_TEXTS ?? 300);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2);
const WORDS =
  'the of and to in is for on that how do can reset password account ice glacier snow water mountain bread flour oven'.split(' ');

/** Lengths from 8 to 256 tokens, half of them below 60, the same in every run. */
let state = 7;
const random = () => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648;
};
const texts = Array.from({ length: TEXTS }, () => {
  const length = Math.round(8 * 32 ** (random() ** 1.05 * 0.97));
  return Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
});

const folder = await mkdtemp(join(tmpdir(), 'pharos-bench-'));
await writeTransformerFolder(join(folder, 'mini'), { shape: MINI_LM, maxTokens: 256, int8: true });
env.localModelPath = folder;
env.allowRemoteModels = false;
const theirs = await pipeline('feature-extraction', 'mini', { dtype: 'fp32', session_options: { intraOpNumThreads: 2 } });
const options = { pooling: 'mean', normalize: true } as const;

const quiet = {
  log: memoryLog(),
  clock: systemClock,
  sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
};
const open = async (precision: 'fp32' | 'int8') => {
  const model = await loadModel(await resolveModel({ model: 'mini', precision }, [folder]), { threads: 2 });
  const embedder = createEmbedder({ model, start: forkInference, cacheSize: 0, ...quiet });
  await embedder.embed(['warm'], { priority: 'bulk', kind: 'document' });
  return embedder;
};
const [exact, small] = [await open('fp32'), await open('int8')];
const bulk = { priority: 'bulk', kind: 'document' } as const;

/** Seconds of processor time of another process: fields 14 and 15 of /proc/<pid>/stat, in hundredths. */
function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const memoryOf = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/**
 * The machine's rate of matrix products: sixteen in a row of 512 x 1024 by 1024 x 1024, the shape of a batch in the middle of
 * the model, so that the overhead of a run is negligible.
 */
const PRODUCTS = 16;
const product = await InferenceSession.create(
  Buffer.from(
    onnxModel({
      nodes: Array.from({ length: PRODUCTS }, (_, i) => ({ op: 'MatMul', inputs: [`x${i}`, 'b'], outputs: [`x${i + 1}`] })),
      weights: [{ name: 'b', dims: [1024, 1024], data: new Float32Array(1024 * 1024).fill(1 / 1024) }],
      inputs: [{ name: 'x0', type: 'float', dims: [512, 1024] }],
      outputs: [{ name: `x${PRODUCTS}`, type: 'float', dims: [512, 1024] }],
    }),
  ),
  { intraOpNumThreads: 2 },
);
const matrix = new Tensor('float32', new Float32Array(512 * 1024).fill(0.5), [512, 1024]);
/** Operations per second: the best of several runs, because disturbances only slow a run. */
async function sgemm(): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 15; i++) {
    const started = performance.now();
    await product.run({ x0: matrix });
    best = Math.min(best, performance.now() - started);
  }
  return (PRODUCTS * 2 * 512 * 1024 * 1024) / (best / 1000);
}

const ways: [name: string, pid: () => number | undefined, work: () => Promise<unknown>][] = [
  [
    'transformers.js, batches of 32 as they come',
    () => undefined,
    async () => {
      for (let i = 0; i < texts.length; i += 32) await theirs(texts.slice(i, i + 32), options);
    },
  ],
  [
    'transformers.js, one by one',
    () => undefined,
    async () => {
      for (const text of texts) await theirs(text, options);
    },
  ],
  ['Pharos', () => exact.state().pid, () => exact.embed(texts, bulk)],
  ['Pharos, int8', () => small.state().pid, () => small.embed(texts, bulk)],
];
const results = new Map<string, { wall: number; cpu: number }>();
let rate = 0;
const delay = monitorEventLoopDelay({ resolution: 1 });
for (let round = 0; round < ROUNDS; round++) {
  rate = Math.max(rate, await sgemm());
  for (const [name, pid, work] of ways) {
    const [cpu, started] = [cpuOf(pid()), performance.now()];
    if (name === 'Pharos') delay.enable();
    await work();
    delay.disable();
    const one = { wall: (performance.now() - started) / 1000, cpu: cpuOf(pid()) - cpu };
    const before = results.get(name);
    if (!before || one.wall < before.wall) results.set(name, one);
  }
}
const first = results.get(ways[0]?.[0] ?? '') ?? { wall: 1, cpu: 1 };
console.log(
  `${TEXTS} texts of 8 to 256 tokens, 2 threads, best of ${ROUNDS} rounds\n\n| way | texts/s | ratio | CPU s |\n|---|---|---|---|`,
);
for (const [name, { wall, cpu }] of results) {
  console.log(`| ${name} | ${(TEXTS / wall).toFixed(0)} | ${(first.wall / wall).toFixed(2)} | ${cpu.toFixed(1)} |`);
}

/** Multiplications and additions of all texts: the four projections and the two halves of the feed-forward, and attention. */
const lengths = (await exact.tokenise(texts, { kind: 'document', whole: false })).map(({ rows: [row] }) => row?.length ?? 0);
const { layers, hidden } = MINI_LM;
const operations = lengths.reduce((sum, n) => sum + layers * (2 * n * 12 * hidden * hidden + 4 * n * n * hidden), 0);
const ours = results.get('Pharos') ?? first;
console.log(
  `\nshare of the machine's sgemm rate: ${(operations / ours.wall / rate).toFixed(2)} of ${(rate / 1e9).toFixed(0)} GFLOP/s`,
);
console.log(`event loop delay of the serving process meanwhile: ${(delay.percentile(99) / 1e6).toFixed(1)} ms at p99`);
console.log(`inference process: ${memoryOf(exact.state().pid).toFixed(0)} MB`);

const question = { priority: 'interactive', kind: 'query' } as const;
const ask = async () => {
  const started = performance.now();
  await exact.embed([`how do I reset ${random()}`], question);
  return performance.now() - started;
};
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const alone: number[] = [];
for (let i = 0; i < 20; i++) alone.push(await ask());
const load = exact.embed(texts, bulk);
const busy: number[] = [];
for (let i = 0; i < 10; i++) busy.push(await ask());
await load;
console.log(`a query: ${median(alone).toFixed(1)} ms alone, ${median(busy).toFixed(1)} ms while documents are embedded`);
await Promise.all([exact.close(), small.close()]);
await rm(folder, { recursive: true, force: true });
process.exit(0);
