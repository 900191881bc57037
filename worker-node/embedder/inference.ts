/** Supervises one inference process: loads the model in it, retries, and restarts it after a crash. */
import { basename } from 'node:path';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import type { InferenceProcess, StartInference } from './fork-inference.ts';
import type { FromInference } from './infer-protocol.ts';
import type { Model } from './model.ts';
import { ModelChanged } from './model-problems.ts';

/** Pauses before the second and later attempts to load the model. */
const RETRY_SECONDS = [1, 2, 4, 8, 16] as const;
/** Attempts per batch when the process dies during it. A batch that killed it twice would kill it again. */
const MAX_ATTEMPTS = 2;

export interface InferenceState {
  readonly status: 'loading' | 'ready' | 'failed' | 'closed';
  /** Why loading failed, without paths. */
  readonly message?: string;
  readonly pid?: number;
  /** Length of a vector; 0 until the model has been loaded once. */
  readonly dimensions: number;
  /** Deaths of the process after it had loaded the model. */
  readonly crashes: number;
  /** Duration of the last load, and the process's memory after it; absent before the first. */
  readonly loadMs?: number;
  readonly memoryBytes?: number;
}

export interface Inference {
  /** One vector per row of token ids. Throws AppError `unavailable` without a process, or when two died over this batch. */
  run(rows: readonly Int32Array[]): Promise<Float32Array[]>;
  state(): InferenceState;
  /** Kills the process; pending runs reject with `unavailable`. */
  close(): Promise<void>;
}

export interface InferenceDependencies {
  readonly model: Pick<Model, 'id' | 'onnxPath' | 'threads' | 'pooling' | 'padId' | 'verify'>;
  readonly start: StartInference;
  readonly log: Log;
  readonly clock: Clock;
  /** Rejects when `signal` fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

interface Loaded {
  readonly process: InferenceProcess;
  /** The vectors of a batch, concatenated. Rejects with ProcessExitedError when the process dies. */
  infer(rows: readonly Int32Array[]): Promise<Float32Array>;
}

class ProcessExitedError extends Error {
  override readonly name = 'ProcessExitedError';
}

export const LOAD_FAILED = 'The embedding model could not be loaded';
export const DIED_TWICE = 'The embedding process died twice over these texts';

/** Starts loading at once. */
export function createInference({ model, start, log, clock, sleep }: InferenceDependencies): Inference {
  const closing = new AbortController();
  const exits = new Set<Promise<void>>();
  let status: InferenceState['status'] = 'loading';
  let message: string | undefined;
  let current: InferenceProcess | undefined;
  let dimensions = 0;
  let lastLoad: Pick<InferenceState, 'loadMs' | 'memoryBytes'> = {};
  let crashes = 0;
  let consecutiveCrashes = 0;
  let nextId = 0;
  let loading = load(0);

  async function load(pauseSeconds: number): Promise<Loaded> {
    let failure: unknown;
    for (const [attempt, seconds] of [pauseSeconds, ...RETRY_SECONDS].entries()) {
      if (seconds > 0) await sleep(seconds * 1000, closing.signal);
      closing.signal.throwIfAborted();
      try {
        return await loadOnce();
      } catch (error) {
        failure = error;
        // Another attempt would find the same files; who watches the folder starts anew.
        const retryInSeconds = error instanceof ModelChanged ? undefined : RETRY_SECONDS[attempt];
        if (!closing.signal.aborted) log.error('model could not be loaded', { model: model.id, error, retryInSeconds });
        if (retryInSeconds === undefined) break;
      }
    }
    closing.signal.throwIfAborted();
    status = 'failed';
    message = `${LOAD_FAILED}: ${reasonOf(failure).replaceAll(model.onnxPath, basename(model.onnxPath))}`;
    throw failure;
  }

  async function loadOnce(): Promise<Loaded> {
    const startedAt = clock.monotonic();
    await model.verify();
    closing.signal.throwIfAborted();
    const pending = new Map<number, PromiseWithResolvers<Float32Array>>();
    const ready = Promise.withResolvers<Extract<FromInference, { type: 'loaded' }>>();
    const exited = Promise.withResolvers<void>();
    exits.add(exited.promise);
    let isReady = false;
    let end: ProcessExitedError | undefined;

    const process = start({
      message: (message) => {
        if (message.type === 'loaded') ready.resolve(message);
        else if (message.type === 'refused') ready.reject(new Error(message.message));
        else settle(pending, message);
      },
      exit: (reason) => {
        exited.resolve();
        exits.delete(exited.promise);
        end = new ProcessExitedError(`the inference process ended: ${reason}`);
        ready.reject(end);
        for (const { reject } of pending.values()) reject(end);
        pending.clear();
        if (isReady) restart(reason);
      },
    });
    current = process;
    const { onnxPath, threads, pooling, padId } = model;
    process.send({ type: 'load', onnxPath, threads, pooling, padId });
    try {
      const loaded = await ready.promise;
      // The file may have been replaced between the first look and the load.
      await model.verify();
      if (end) throw end;
      closing.signal.throwIfAborted();
      isReady = true;
      status = 'ready';
      dimensions = loaded.dimensions;
      lastLoad = { loadMs: Math.round(clock.monotonic() - startedAt), memoryBytes: loaded.memoryAfter };
      log.info('model loaded', {
        model: model.id,
        dimensions,
        ms: lastLoad.loadMs,
        memoryBeforeMb: megabytes(loaded.memoryBefore),
        memoryAfterMb: megabytes(loaded.memoryAfter),
      });
    } catch (error) {
      process.kill();
      throw error;
    }

    async function infer(rows: readonly Int32Array[]): Promise<Float32Array> {
      if (end) throw end;
      const id = nextId++;
      const response = Promise.withResolvers<Float32Array>();
      pending.set(id, response);
      process.send({ type: 'run', id, ids: concatenate(rows), lengths: Int32Array.from(rows, (row) => row.length) });
      return response.promise;
    }
    return { process, infer };
  }

  /** Restarts at once after the first crash in a row, with growing pauses after later ones. */
  function restart(reason: string): void {
    if (closing.signal.aborted) return;
    crashes += 1;
    const pauseSeconds = consecutiveCrashes === 0 ? 0 : (RETRY_SECONDS[consecutiveCrashes - 1] ?? 16);
    consecutiveCrashes += 1;
    status = 'loading';
    current = undefined;
    log.error('inference process died', { model: model.id, reason, crashes, restartInSeconds: pauseSeconds });
    loading = load(pauseSeconds);
    loading.catch(() => undefined);
  }

  async function run(rows: readonly Int32Array[]): Promise<Float32Array[]> {
    for (let attempt = 1; ; attempt++) {
      if (closing.signal.aborted) throw unavailable('The worker is stopping', closing.signal.reason);
      const loaded = await loading.catch((cause: unknown) => {
        throw unavailable(closing.signal.aborted ? 'The worker is stopping' : LOAD_FAILED, cause);
      });
      try {
        const vectors = split(await loaded.infer(rows), dimensions);
        consecutiveCrashes = 0;
        return vectors;
      } catch (error) {
        if (!(error instanceof ProcessExitedError)) throw error;
        if (closing.signal.aborted) throw unavailable('The worker is stopping', error);
        if (attempt >= MAX_ATTEMPTS) throw unavailable(DIED_TWICE, error);
      }
    }
  }

  function state(): InferenceState {
    const pid = status === 'ready' ? current?.pid : undefined;
    return {
      status,
      dimensions,
      crashes,
      ...lastLoad,
      ...(message === undefined ? {} : { message }),
      ...(pid === undefined ? {} : { pid }),
    };
  }

  async function close(): Promise<void> {
    closing.abort(new Error('closed'));
    status = 'closed';
    current?.kill();
    await Promise.all(exits);
  }

  loading.catch(() => undefined);
  return { run, state, close };
}

/** Settles the pending run that `message` answers. */
function settle(
  pending: Map<number, PromiseWithResolvers<Float32Array>>,
  message: Extract<FromInference, { type: 'vectors' | 'failed' }>,
): void {
  const run = pending.get(message.id);
  pending.delete(message.id);
  if (message.type === 'vectors') run?.resolve(message.vectors);
  else run?.reject(new Error(`inference failed: ${message.message}`));
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const unavailable = (detail: string, cause: unknown) => new AppError('unavailable', detail, { cause, retryAfter: 5 });

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

function concatenate(rows: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let offset = 0;
  for (const row of rows) {
    all.set(row, offset);
    offset += row.length;
  }
  return all;
}

/** Copies each vector: a view in a cache would keep the whole batch in memory. */
function split(vectors: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: vectors.length / dimensions }, (_, row) => vectors.slice(row * dimensions, (row + 1) * dimensions));
}
