/** Metrics of the worker as wrappers, so that the wrapped parts know nothing of metrics. */
import type { Metrics } from '../src/kernel/core/metrics.ts';
import { everyStage } from '../src/kernel/model/stages.ts';
import type { BatchObserver } from './embedder/batcher.ts';
import type { Embedder } from './embedder/embedder.ts';
import type { JobHandler } from './pipeline/job-handler.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { StageRunners } from './pipeline/stage.ts';

/** Times the work of each stage by outcome. The commit of its results is not included. */
export function instrumentStages(runners: StageRunners, metrics: Metrics): StageRunners {
  const duration = metrics.timer('pharos_worker_stage_duration_seconds', 'Work of a stage on a document', ['stage', 'outcome']);
  return everyStage((stage) => async (input) => {
    const stop = duration.start();
    try {
      const commit = await runners[stage](input);
      stop({ stage, outcome: 'ok' });
      return commit;
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

/** Times requests to the embedder, queueing included, and exposes the state of the inference process. */
export function instrumentEmbedder(embedder: Embedder, metrics: Metrics): Embedder {
  const duration = metrics.timer('pharos_embedding_duration_seconds', 'Requests to the model, queueing included', [
    'priority',
    'outcome',
  ]);
  const texts = metrics.counter('pharos_embedding_texts_total', 'Texts requested', ['priority']);
  metrics.gauge(
    'pharos_embedding_waiting_texts',
    'Texts waiting for the model',
    () => Object.entries(embedder.state().waiting).map(([priority, count]) => [{ priority }, count] as const),
    ['priority'],
  );
  metrics.gauge(
    'pharos_embedding_process_crashes',
    'Crashes of the inference process since the start',
    () => embedder.state().crashes,
  );
  metrics.gauge(
    'pharos_embedding_load_seconds',
    'Duration of the last loading of the model',
    () => measured(embedder.state().loadMs) / 1000,
  );
  metrics.gauge('pharos_embedding_process_memory_bytes', 'Memory of the inference process right after loading', () =>
    measured(embedder.state().memoryBytes),
  );
  metrics.gauge('pharos_embedding_ready', '1 while the model is loaded', () => (embedder.state().status === 'ready' ? 1 : 0));

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

/** A gauge whose reading throws is left out: an unmeasured value is absent, not 0. */
function measured(value: number | undefined): number {
  if (value === undefined) throw new Error('not measured yet');
  return value;
}

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
