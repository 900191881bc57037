/** Metrics of the worker as wrappers, so that the wrapped parts know nothing of metrics. */
import type { Metrics } from '../src/kernel/core/metrics.ts';
import { everyStage } from '../src/kernel/model/stages.ts';
import { type BatchObserver, PRIORITIES } from './embedder/batcher.ts';
import type { Embedder, EmbedderState } from './embedder/embedder.ts';
import type { ModelSet } from './embedder/models.ts';
import type { JobHandler } from './pipeline/job-handler.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { StageRunners } from './pipeline/stage.ts';

/** Times the work of each stage by outcome. The write of its results is not included. */
export function instrumentStages(runners: StageRunners, metrics: Metrics): StageRunners {
  const duration = metrics.timer('pharos_worker_stage_duration_seconds', 'Work of a stage on a document', ['stage', 'outcome']);
  return everyStage((stage) => async (input) => {
    const stop = duration.start();
    try {
      const result = await runners[stage](input);
      stop({ stage, outcome: 'ok' });
      return result;
    } catch (error) {
      stop({ stage, outcome: 'error' });
      throw error;
    }
  });
}

/** Times jobs by outcome: `done`, `retry`, `dead`, `skipped`, `released`, or `error` where the database failed. */
export function instrumentPipeline(pipeline: Pipeline, metrics: Metrics): Pipeline {
  const duration = metrics.timer('pharos_worker_job_duration_seconds', 'Jobs that were claimed, by outcome', ['outcome']);
  return {
    run: async (job, holder, signal) => {
      const stop = duration.start();
      let outcome = 'error';
      try {
        const result = await pipeline.run(job, holder, signal);
        outcome = result.kind;
        return result;
      } finally {
        stop({ outcome });
      }
    },
  };
}

/** Counts of batches. Texts per batch and the share of padding are ratios of them. */
export function observeBatches(metrics: Metrics): BatchObserver {
  const waiting = metrics.timer('pharos_embedding_queue_seconds', 'Time of texts in the queue until their batch began', [
    'priority',
  ]);
  const batches = metrics.counter('pharos_embedding_batches_total', 'Batches that the model ran', []);
  const texts = metrics.counter('pharos_embedding_batch_texts_total', 'Texts in those batches', []);
  const tokens = metrics.counter('pharos_embedding_batch_tokens_total', 'Tokens in those batches without padding', []);
  const padding = metrics.counter('pharos_embedding_padding_tokens_total', 'Tokens of padding in those batches', []);
  return {
    textQueued: (priority) => {
      const stop = waiting.start();
      return () => stop({ priority });
    },
    batchStarted: (batch) => {
      batches.add();
      texts.add({}, batch.texts);
      tokens.add({}, batch.tokens);
      padding.add({}, batch.padded - batch.tokens);
    },
  };
}

/** Times requests to the embedder, queueing included. */
export function instrumentEmbedder(embedder: Embedder, metrics: Metrics): Embedder {
  const duration = metrics.timer('pharos_embedding_duration_seconds', 'Requests to the model, queueing included', [
    'priority',
    'outcome',
  ]);
  const texts = metrics.counter('pharos_embedding_texts_total', 'Texts requested', ['priority']);
  return {
    ...embedder,
    get dimensions() {
      return embedder.dimensions;
    },
    embed: async (inputs, options) => {
      const stop = duration.start();
      const { priority } = options;
      texts.add({ priority }, inputs.length);
      try {
        const vectors = await embedder.embed(inputs, options);
        stop({ priority, outcome: 'ok' });
        return vectors;
      } catch (error) {
        stop({ priority, outcome: 'error' });
        throw error;
      }
    },
  };
}

/** Exposes the state of the inference processes: one for documents per model, and one for questions. */
export function instrumentModels({ state, missing }: Pick<ModelSet, 'state' | 'missing'>, metrics: Metrics): void {
  type Process = readonly [labels: { model: string; process: string }, state: EmbedderState];
  const processes = (): Process[] =>
    state().flatMap(({ id, processes: { documents, questions } }) => [
      [{ model: id, process: 'documents' }, documents] as const,
      ...(questions ? [[{ model: id, process: 'questions' }, questions] as const] : []),
    ]);
  /** A process without the value is left out: an unmeasured value is absent, not 0. */
  const gauge = (name: string, help: string, read: (process: EmbedderState) => number | undefined) =>
    metrics.gauge(
      name,
      help,
      () =>
        processes().flatMap(([labels, process]) => {
          const value = read(process);
          return value === undefined ? [] : [[labels, value] as const];
        }),
      ['model', 'process'],
    );
  metrics.gauge(
    'pharos_embedding_waiting_texts',
    'Texts waiting for a model',
    () => PRIORITIES.map((priority) => [{ priority }, sum(processes().map(([, { waiting }]) => waiting[priority]))] as const),
    ['priority'],
  );
  gauge('pharos_embedding_process_crashes', 'Crashes of the inference process since the start', ({ crashes }) => crashes);
  gauge('pharos_embedding_load_seconds', 'Duration of the last loading of the model', ({ loadMs }) => loadMs && loadMs / 1000);
  gauge(
    'pharos_embedding_process_memory_bytes',
    'Memory of the inference process right after loading',
    ({ memoryBytes }) => memoryBytes,
  );
  gauge('pharos_embedding_ready', '1 while the model is loaded', ({ status }) => (status === 'ready' ? 1 : 0));
  metrics.gauge(
    'pharos_embedding_models_missing',
    'Models in use whose folder this worker does not have',
    () => missing().length,
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Exposes how many jobs run and wait. */
export function instrumentJobs(jobs: Pick<JobHandler, 'state'>, metrics: Metrics): void {
  const counts = () => {
    const { running, queued } = jobs.state();
    return [
      [{ state: 'running' }, running],
      [{ state: 'queued' }, queued],
    ] as const;
  };
  metrics.gauge('pharos_worker_jobs', 'Jobs that this worker runs or has queued', counts, ['state']);
}
