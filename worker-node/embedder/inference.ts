/** Keeps one inference process with the model loaded: starts it, retries, starts it again when it dies. */
import { basename } from 'node:path';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import type { InferenceProcess, StartInference } from './fork-inference.ts';
import type { FromInference } from './infer-protocol.ts';
import type { Model } from './model.ts';

/** Pauses before the second and later tries to load the model. */
const RETRY_SECONDS = [1, 2, 4, 8, 16] as const;
/** How often a batch is tried when the process dies under it: a batch that kills it twice would kill it again. */
const MAX_ATTEMPTS = 2;

export interface InferenceState {
  readonly status: 'loading' | 'ready' | 'failed' | 'closed';
  /** Why it failed, in words; paths are left out. */
  readonly message?: string;
  readonly pid?: number;
  /** 0 until the model has been loaded once. */
  readonly dimensions: number;
  /** How often the process died after it had loaded the model. */
  readonly crashes: number;
  /** What the last load took, in ms, and the process's memory after it, in bytes; absent until there was one. */
  readonly loadMs?: number;
  readonly memoryBytes?: number;
}

export interface Inference {
  /** One vector per row of token ids. AppError `unavailable` when no process can be had or two died over this batch. */
  run(rows: readonly Int32Array[]): Promise<Float32Array[]>;
  state(): InferenceState;
  close(): Promise<void>;
}

export interface InferenceDependencies {
  readonly model: Pick<Model, 'id' | 'onnxPath' | 'threads' | 'pooling' | 'padId'>;
  readonly start: StartInference;
  readonly log: Log;
  readonly clock: Clock;
  /** Rejects when `signal` fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

interface Loaded {
  readonly process: InferenceProcess;
  /** Sends a batch and resolves to all its vectors in one array; rejects with ProcessGone when the process dies. */
  infer(rows: readonly Int32Array[]): Promise<Float32Array>;
}

class ProcessExitedError extends Error {
  override readonly name = 'ProcessGone';
}

export const LOAD_FAILED = 'The embedding model could not be loaded';

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
  let crashesInARow = 0;
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
        const retryInSeconds = RETRY_SECONDS[attempt];
        if (!closing.signal.aborted) log.error('model could not be loaded', { model: model.id, error, retryInSeconds });
      }
    }
    closing.signal.throwIfAborted();
    status = 'failed';
    message = `${LOAD_FAILED}: ${reasonOf(failure).replaceAll(model.onnxPath, basename(model.onnxPath))}`;
    throw failure;
  }

  async function loadOnce(): Promise<Loaded> {
    const startedAt = clock.now();
    const pending = new Map<number, PromiseWithResolvers<Float32Array>>();
    const ready = Promise.withResolvers<Extract<FromInference, { type: 'loaded' }>>();
    const gone = Promise.withResolvers<void>();
    exits.add(gone.promise);
    let isReady = false;
    let end: ProcessExitedError | undefined;

    const process = start({
      message: (message) => {
        if (message.type === 'loaded') ready.resolve(message);
        else if (message.type === 'refused') ready.reject(new Error(message.message));
        else settle(pending, message);
      },
      exit: (reason) => {
        gone.resolve();
        exits.delete(gone.promise);
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
      if (end) throw end;
      closing.signal.throwIfAborted();
      isReady = true;
      status = 'ready';
      dimensions = loaded.dimensions;
      lastLoad = { loadMs: clock.now() - startedAt, memoryBytes: loaded.memoryAfter };
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
      const answer = Promise.withResolvers<Float32Array>();
      pending.set(id, answer);
      process.send({ type: 'run', id, ids: concatenate(rows), lengths: Int32Array.from(rows, (row) => row.length) });
      return answer.promise;
    }
    return { process, infer };
  }

  /** The first death in a row is answered at once, later ones with growing pauses. */
  function restart(reason: string): void {
    if (closing.signal.aborted) return;
    crashes += 1;
    const pauseSeconds = crashesInARow === 0 ? 0 : (RETRY_SECONDS[crashesInARow - 1] ?? 16);
    crashesInARow += 1;
    status = 'loading';
    current = undefined;
    log.error('inference process died', { model: model.id, reason, crashes, restartInSeconds: pauseSeconds });
    loading = load(pauseSeconds);
    loading.catch(() => undefined);
  }

  async function run(rows: readonly Int32Array[]): Promise<Float32Array[]> {
    for (let tries = 1; ; tries++) {
      if (closing.signal.aborted) throw unavailable('The worker is stopping', closing.signal.reason);
      const loaded = await loading.catch((cause: unknown) => {
        throw unavailable(closing.signal.aborted ? 'The worker is stopping' : LOAD_FAILED, cause);
      });
      try {
        const vectors = split(await loaded.infer(rows), dimensions);
        crashesInARow = 0;
        return vectors;
      } catch (error) {
        if (!(error instanceof ProcessExitedError)) throw error;
        if (closing.signal.aborted) throw unavailable('The worker is stopping', error);
        if (tries >= MAX_ATTEMPTS) throw unavailable('The embedding process died twice over these texts', error);
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

function settle(
  pending: Map<number, PromiseWithResolvers<Float32Array>>,
  message: Extract<FromInference, { type: 'vectors' | 'failed' }>,
): void {
  const waiting = pending.get(message.id);
  pending.delete(message.id);
  if (message.type === 'vectors') waiting?.resolve(message.vectors);
  else waiting?.reject(new Error(`inference failed: ${message.message}`));
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const unavailable = (detail: string, cause: unknown) => new AppError('unavailable', detail, { cause, retryAfter: 5 });

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

function concatenate(rows: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}

/** Copies: each vector outlives its batch in caches, and should not keep the whole of it. */
function split(vectors: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: vectors.length / dimensions }, (_, row) => vectors.slice(row * dimensions, (row + 1) * dimensions));
}
