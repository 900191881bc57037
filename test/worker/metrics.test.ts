import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Metrics } from '../../src/kernel/core/metrics.ts';
import { everyStage } from '../../src/kernel/model/stages.ts';
import { createBatcher } from '../../worker-node/embedder/batcher.ts';
import type { Embedder, EmbedderState } from '../../worker-node/embedder/embedder.ts';
import {
  instrumentEmbedder,
  instrumentJobs,
  instrumentModels,
  instrumentPipeline,
  instrumentStages,
  observeBatches,
} from '../../worker-node/instrumented.ts';
import { createProcessJob } from '../../worker-node/jobs/process.ts';
import { createPipeline } from '../../worker-node/pipeline/pipeline.ts';
import { tinyDescription } from '../support/fakes/models.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
let metrics: Metrics;
beforeEach(async () => {
  kit = await createPipelineKit();
  metrics = createMetrics();
});
afterEach(() => kit.close());

const lines = async () => (await metrics.expose())?.text ?? '';

function fakeEmbedder() {
  const state: EmbedderState = {
    status: 'ready',
    model: 'm',
    dimensions: 3,
    crashes: 2,
    waiting: { interactive: 1, bulk: 7, background: 2 },
    loadMs: 1500,
    memoryBytes: 4096,
  };
  const embedder: Embedder = {
    model: 'm',
    description: tinyDescription,
    dimensions: 3,
    embed: async (texts) => {
      if (texts[0] === 'fail') throw new Error('away');
      return texts.map(() => new Float32Array(3));
    },
    tokenise: async (inputs) => inputs.map(() => ({ rows: [Int32Array.of(1)], truncated: false })),
    state: () => state,
    close: async () => {},
  };
  return instrumentEmbedder(embedder, metrics);
}

test('metrics: jobs are timed by outcome, stages by name and outcome', async () => {
  kit.before.graph = () => Promise.reject(new StageError('permanent', 'no graph'));
  const { db, clock, log } = kit;
  const parts = { db, clock, log, ids: { next: freshId }, leaseMs: LEASE_MS, random: () => 0.5 };
  const runners = instrumentStages(kit.runners, metrics);
  const jobs = [createProcessJob({ ...parts, runners, progress: { report: () => {} } })];
  const pipeline = instrumentPipeline(createPipeline({ ...parts, jobs }), metrics);
  const job = await kit.seed();
  const holder = freshId();
  const claimed = await kit.claim(job.id, holder);
  if (!claimed) throw new Error('nothing to claim');
  expect(await pipeline.run(claimed, holder, new AbortController().signal)).toMatchObject({ kind: 'dead' });
  kit.database.disconnect();
  await expect(pipeline.run(claimed, holder, new AbortController().signal)).rejects.toThrow();
  const text = await lines();
  expect(text).toContain('pharos_worker_job_duration_seconds_count{outcome="dead"} 1');
  expect(text).toContain('pharos_worker_job_duration_seconds_count{outcome="error"} 1');
  expect(text).toContain('pharos_worker_stage_duration_seconds_count{stage="ingestion",outcome="ok"} 1');
  expect(text).toContain('pharos_worker_stage_duration_seconds_count{stage="graph",outcome="error"} 1');
});

test('metrics: embedding requests are timed and counted by priority', async () => {
  const embedder = fakeEmbedder();
  expect(await embedder.embed(['a', 'b'], { priority: 'bulk', kind: 'document' })).toHaveLength(2);
  await expect(embedder.embed(['fail'], { priority: 'interactive', kind: 'query' })).rejects.toThrow('away');
  expect(embedder.dimensions).toBe(3);
  const text = await lines();
  expect(text).toContain('pharos_embedding_duration_seconds_count{priority="bulk",outcome="ok"} 1');
  expect(text).toContain('pharos_embedding_duration_seconds_count{priority="interactive",outcome="error"} 1');
  expect(text).toContain('pharos_embedding_texts_total{priority="bulk"} 2');
});

test('metrics: every inference process has its gauges, and a value that was not measured is absent', async () => {
  const documents = fakeEmbedder().state();
  const waiting = { interactive: 3, bulk: 0, background: 0 };
  const questions = { status: 'loading', model: 'm', dimensions: 0, crashes: 0, waiting } as const;
  const other = { ...documents, waiting: { interactive: 0, bulk: 0, background: 4 }, crashes: 0 };
  const models = {
    state: () => [
      { id: 'm', state: 'active', processes: { documents, questions } } as const,
      { id: 'n', state: 'building', processes: { documents: other } } as const,
    ],
    missing: () => ['gone@0123456789ab'],
  };
  instrumentModels(models, metrics);
  const text = await lines();
  const values = (name: string) => text.split('\n').filter((line) => line.startsWith(`pharos_embedding_${name}`));
  expect(values('waiting_texts')).toEqual([
    'pharos_embedding_waiting_texts{priority="interactive"} 4',
    'pharos_embedding_waiting_texts{priority="bulk"} 7',
    'pharos_embedding_waiting_texts{priority="background"} 6',
  ]);
  expect(values('process_crashes')).toEqual([
    'pharos_embedding_process_crashes{model="m",process="documents"} 2',
    'pharos_embedding_process_crashes{model="m",process="questions"} 0',
    'pharos_embedding_process_crashes{model="n",process="documents"} 0',
  ]);
  expect(values('ready')).toEqual([
    'pharos_embedding_ready{model="m",process="documents"} 1',
    'pharos_embedding_ready{model="m",process="questions"} 0',
    'pharos_embedding_ready{model="n",process="documents"} 1',
  ]);
  expect(values('load_seconds')).toEqual([
    'pharos_embedding_load_seconds{model="m",process="documents"} 1.5',
    'pharos_embedding_load_seconds{model="n",process="documents"} 1.5',
  ]);
  expect(values('process_memory_bytes')).toHaveLength(2);
  expect(values('models_missing')).toEqual(['pharos_embedding_models_missing 1']);
});

test('metrics: batches are counted with texts, tokens and padding, and the queueing of texts is timed', async () => {
  const lengths: number[] = [];
  const batcher = createBatcher({
    run: async (rows) => {
      lengths.push(rows.length);
      return rows.map(() => new Float32Array(1));
    },
    clock: kit.clock,
    tokenBudget: 64,
    oneTextARun: false,
    capacity: 1000,
    observer: observeBatches(metrics),
  });
  const submit = (length: number) => batcher.submit(new Int32Array(length), 'bulk').vector;
  await Promise.all([submit(10), submit(14), submit(60)]);
  expect(lengths).toEqual([2, 1]);
  const text = await lines();
  expect(text).toContain('pharos_embedding_batches_total 2');
  expect(text).toContain('pharos_embedding_batch_texts_total 3');
  expect(text).toContain('pharos_embedding_batch_tokens_total 84');
  expect(text).toContain('pharos_embedding_padding_tokens_total 4');
  expect(text).toContain('pharos_embedding_queue_seconds_count{priority="bulk"} 3');
});

test('metrics: docs/monitoring.md lists exactly the metrics of the worker', async () => {
  fakeEmbedder();
  instrumentStages(everyStage(() => async () => undefined) as never, metrics);
  instrumentPipeline({ run: async () => ({ kind: 'done' }) }, metrics);
  observeBatches(metrics);
  instrumentModels({ state: () => [], missing: () => [] }, metrics);
  instrumentJobs({ state: () => ({ running: 1, queued: 2, stopping: false }) }, metrics);
  const text = await lines();
  expect(text).toContain('pharos_worker_jobs{state="queued"} 2');
  const page = await readFile(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(pharos_\w+)` \| worker/gm)].map(([, name]) => name);
  const kept = [...text.matchAll(/^# TYPE (pharos_\w+) /gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual(kept.toSorted());
});
