/** Times what the worker does, from outside of what does it. */
import type { Metrics } from '../src/kernel/core/metrics.ts';
import { everyStage } from '../src/kernel/model/stages.ts';
import type { BatchObserver } from './embedder/batcher.ts';
import type { Embedder } from './embedder/embedder.ts';
import type { JobHandler } from './pipeline/job-handler.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { StageRunners } from './pipeline/stage.ts';

/** By stage and whether it succeeded; the commit of what it found is not in it. */
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

/** By how it ended: `done`, `retry`, `dead`, `skipped`, `released`, or `error` where the database failed. */
export function instrumentPipeline(pipeline: Pipeline, metrics: Metrics): Pipeline {
  const duration = metrics.timer('pharos_worker_job_duration_seconds', 'Jobs that were taken, by how they ended', ['outcome']);
  return {
    run: async (job, holder, signal) => {
      const stop = duration.start();
      let kind = 'error';
      try {
        const outcome = await pipeline.run(job, holder, signal);
        kind = outcome.kind;
        return outcome;
      } finally {
        stop({ outcome: kind });
      }
    },
  };
}

/** What batches are made of: texts a batch and the share of padding are ratios of these counts. */
export function observeBatches(metrics: Metrics): BatchObserver {
  const waiting = metrics.timer('pharos_embedding_queue_seconds', 'Texts, from when they were queued until their batch began', [
    'priority',
  ]);
  const batches = metrics.counter('pharos_embedding_batches_total', 'Batches that the model ran', []);
  const texts = metrics.counter('pharos_embedding_batch_texts_total', 'Texts in those batches', []);
  const tokens = metrics.counter('pharos_embedding_batch_tokens_total', 'Tokens in those batches, padding left out', []);
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

/** Requests to the embedder from the first to the last of their texts, waiting included. */
export function instrumentEmbedder(embedder: Embedder, metrics: Metrics): Embedder {
  const duration = metrics.timer('pharos_embedding_duration_seconds', 'Requests to the model, waiting included', [
    'priority',
    'outcome',
  ]);
  const texts = metrics.counter('pharos_embedding_texts_total', 'Texts that were asked for', ['priority']);
  metrics.gauge(
    'pharos_embedding_waiting_texts',
    'Texts that wait for the model',
    () => Object.entries(embedder.state().waiting).map(([priority, count]) => [{ priority }, count] as const),
    ['priority'],
  );
  metrics.gauge(
    'pharos_embedding_process_crashes',
    'Deaths of the inference process since the start',
    () => embedder.state().crashes,
  );
  metrics.gauge(
    'pharos_embedding_load_seconds',
    'What loading the model took the last time',
    () => known(embedder.state().loadMs) / 1000,
  );
  metrics.gauge('pharos_embedding_process_memory_bytes', 'Memory of the inference process right after loading', () =>
    known(embedder.state().memoryBytes),
  );
  metrics.gauge('pharos_embedding_ready', '1 while the model is loaded', () => (embedder.state().status === 'ready' ? 1 : 0));

  return {
    ...embedder,
    get dimensions() {
      return embedder.dimensions;
    },
    embed: async (asked, options) => {
      const stop = duration.start();
      const { priority } = options;
      texts.add({ priority }, asked.length);
      try {
        const vectors = await embedder.embed(asked, options);
        stop({ priority, outcome: 'ok' });
        return vectors;
      } catch (error) {
        stop({ priority, outcome: 'error' });
        throw error;
      }
    },
  };
}

/** A reading that throws is left out: what has not been measured has no value, not even 0. */
function known(value: number | undefined): number {
  if (value === undefined) throw new Error('not measured yet');
  return value;
}

export function instrumentJobs(jobs: Pick<JobHandler, 'state'>, metrics: Metrics): void {
  const counts = () => {
    const { running, queued } = jobs.state();
    return [
      [{ state: 'running' }, running],
      [{ state: 'queued' }, queued],
    ] as const;
  };
  metrics.gauge('pharos_worker_jobs', 'Jobs that this worker runs, or has taken and not begun', counts, ['state']);
}
