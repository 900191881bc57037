/** Texts in, vectors out: tokenised here, batched, run in the inference process, remembered by content. */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../src/kernel/core/errors.ts';
import { type BatchObserver, createBatcher, type Priority, type QueueEntry } from './batcher.ts';
import { createInference, type InferenceDependencies, type InferenceState, LOAD_FAILED } from './inference.ts';
import type { Model } from './model.ts';
import { createVectorCache } from './vector-cache.ts';

/** A text, or the ids of its tokens. */
export type EmbedInput = string | readonly number[];

export interface EmbedOptions {
  /** `interactive`: somebody waits for it. `bulk`: documents. */
  readonly priority: Priority;
  /** What the text is used as: models may want to know. */
  readonly kind: 'query' | 'document';
  /** Texts nobody waits for any more are not embedded; rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface EmbedderState extends InferenceState {
  readonly model: string;
  /** Texts waiting. */
  readonly waiting: Readonly<Record<Priority, number>>;
}

export interface Embedder {
  /** Vectors are stored under this name. */
  readonly model: string;
  /** Length of a vector; 0 until the model has been loaded. */
  readonly dimensions: number;
  /**
   * One L2-normalised vector per text, in order; a text without words the model knows has the zero vector. While the
   * model is loading it waits. AppError `rate_limited` when too much waits already, `unavailable` when the model could
   * not be loaded or its process died twice, `invalid_input` for a token id the model does not have.
   */
  embed(texts: readonly EmbedInput[], options: EmbedOptions): Promise<Float32Array[]>;
  /** As many as the model reads of it. */
  countTokens(text: string): number;
  state(): EmbedderState;
  /** Ends the inference process; whoever still waits is told `unavailable`. */
  close(): Promise<void>;
}

export interface EmbedderDependencies extends Omit<InferenceDependencies, 'model'> {
  readonly model: Model;
  /** Tokens that may wait, for each priority. */
  readonly capacity?: number;
  /** Vectors kept in the cache. */
  readonly cacheSize?: number;
  readonly observer?: BatchObserver;
}

const DEFAULT_CAPACITY = 1_000_000;
/** 10,000 vectors of 384 numbers are 15 MB. */
const DEFAULT_CACHE_SIZE = 10_000;
/** Characters tokenised before the event loop gets a turn: about two milliseconds. */
const CHARACTERS_PER_TURN = 20_000;

/** A text being embedded, for everybody who asked for it. */
interface SharedEntry {
  readonly entry: QueueEntry;
  waiters: number;
}

/** Starts loading the model at once. */
export function createEmbedder({
  model,
  capacity = DEFAULT_CAPACITY,
  cacheSize = DEFAULT_CACHE_SIZE,
  observer,
  ...dependencies
}: EmbedderDependencies): Embedder {
  const inference = createInference({ ...dependencies, model });
  const { clock } = dependencies;
  const batcher = createBatcher({ run: inference.run, clock, tokenBudget: model.tokenBudget, capacity, observer });
  const cache = createVectorCache(cacheSize);
  const underWay = new Map<string, SharedEntry>();

  async function embed(texts: readonly EmbedInput[], { priority, kind, signal }: EmbedOptions): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const state = inference.state();
    if (state.status === 'failed') throw new AppError('unavailable', LOAD_FAILED);
    const inputs = texts.map((text) => (typeof text === 'string' ? model.prefixes[kind] + text : text));
    const keys = inputs.map(keyOf);
    const found = new Map<string, Float32Array>();
    const rows = new Map<string, Int32Array>();
    let read = 0;
    for (const [index, key] of keys.entries()) {
      const known = cache.get(key);
      if (known) found.set(key, known);
      if (known || rows.has(key)) continue;
      const input = inputs[index] ?? '';
      rows.set(key, tokensOf(input));
      read += input.length;
      if (read < CHARACTERS_PER_TURN) continue;
      read = 0;
      await setImmediate();
      signal?.throwIfAborted();
    }
    const fresh = [...rows].filter(([key]) => !underWay.has(key));
    batcher.admit(
      fresh.reduce((sum, [, row]) => sum + row.length, 0),
      priority,
    );

    const mine = [...rows].map(([key, row]) => join(key, row, priority));
    try {
      for (const [key, vector] of await untilAborted(Promise.all(mine.map((wait) => wait.entry)), signal)) found.set(key, vector);
    } finally {
      for (const { leave } of mine) leave();
    }
    return keys.map((key) => (found.get(key) as Float32Array).slice());
  }

  /** Joins those who wait for this text, or is the first of them. */
  function join(key: string, row: Int32Array, priority: Priority) {
    const shared = underWay.get(key) ?? begin(key, row, priority);
    shared.waiters += 1;
    if (priority === 'interactive') shared.entry.promote();
    return {
      entry: shared.entry.vector.then((vector) => [key, vector] as const),
      leave: () => {
        shared.waiters -= 1;
        if (shared.waiters > 0 || underWay.get(key) !== shared) return;
        underWay.delete(key);
        shared.entry.cancel();
      },
    };
  }

  function begin(key: string, row: Int32Array, priority: Priority): SharedEntry {
    const shared = { entry: batcher.submit(row, priority), waiters: 0 };
    const ended = () => {
      if (underWay.get(key) === shared) underWay.delete(key);
    };
    underWay.set(key, shared);
    shared.entry.vector.then((vector) => {
      ended();
      cache.set(key, vector);
    }, ended);
    return shared;
  }

  function tokensOf(input: EmbedInput): Int32Array {
    if (typeof input === 'string') return model.tokeniser.encode(input);
    const unknown = input.find((id) => !Number.isInteger(id) || id < 0 || id >= model.tokeniser.size);
    if (unknown !== undefined) throw new AppError('invalid_input', `${unknown} is no token of ${model.id}`);
    return Int32Array.from(input.slice(0, model.maxTokens));
  }

  return {
    model: model.id,
    get dimensions() {
      return inference.state().dimensions;
    },
    embed,
    countTokens: (text) => model.tokeniser.encode(text).length,
    state: () => ({ ...inference.state(), model: model.id, waiting: batcher.waiting() }),
    close: inference.close,
  };
}

const keyOf = (input: EmbedInput) => hash('sha256', typeof input === 'string' ? `t${input}` : `i${input.join(' ')}`, 'base64');

/** Rejects with the signal's reason as soon as it fires. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
