/** Embeds texts: tokenises them, batches them for the inference process, and caches vectors by content. */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createBoundedMap } from '../../src/kernel/core/bounded-map.ts';
import { untilAborted } from '../../src/kernel/core/deadline.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { type BatchObserver, createBatcher, type Priority, type QueueEntry } from './batcher.ts';
import { createInference, type InferenceDependencies, type InferenceState, LOAD_FAILED } from './inference.ts';
import type { Model } from './model.ts';
import type { Tokens } from './tokeniser.ts';

/** A text, or its token ids. */
export type EmbedInput = string | readonly number[] | Int32Array;

export interface EmbedOptions {
  /** `interactive` for requests that a person waits for, `bulk` for documents. */
  readonly priority: Priority;
  /** The use of the text; some models put a prefix before queries or documents. */
  readonly kind: 'query' | 'document';
  /** On abort `embed` rejects with the signal's reason, and texts without another waiter are dropped from the queue. */
  readonly signal?: AbortSignal;
}

export interface EmbedderState extends InferenceState {
  readonly model: string;
  /** Texts in the queue. */
  readonly waiting: Readonly<Record<Priority, number>>;
}

export interface Embedder {
  /** The model's id, under which vectors are stored. */
  readonly model: string;
  /** Length of a vector; 0 until the model is loaded. */
  readonly dimensions: number;
  /**
   * One L2-normalised vector per text, in order; the zero vector for a text without a word of the model's vocabulary.
   * Waits while the model is loading. Throws AppError `rate_limited` when the queue is full, `unavailable` when the model
   * cannot be loaded or its process died twice over the texts, `invalid_input` for an unknown token id.
   */
  embed(texts: readonly EmbedInput[], options: EmbedOptions): Promise<Float32Array[]>;
  /** The tokens of each input, with the prefix of `kind` before a text. Throws AppError `invalid_input` for an unknown token id. */
  tokenise(inputs: readonly EmbedInput[], options: Pick<EmbedOptions, 'kind' | 'signal'>): Promise<Tokens[]>;
  state(): EmbedderState;
  /** Ends the inference process; pending calls reject with `unavailable`. */
  close(): Promise<void>;
}

export interface EmbedderDependencies extends Omit<InferenceDependencies, 'model'> {
  readonly model: Model;
  /** Tokens that may be queued, for each priority. */
  readonly capacity?: number;
  /** Vectors kept in the cache; 0 disables it. */
  readonly cacheSize?: number;
  readonly observer?: BatchObserver;
}

const DEFAULT_CAPACITY = 1_000_000;
/** 10,000 vectors of 384 numbers are 15 MB. */
const DEFAULT_CACHE_SIZE = 10_000;
/** Characters tokenised before yielding to the event loop, which takes about 2 ms. */
const CHARACTERS_PER_TURN = 20_000;

/** A text in the queue or the running batch, shared by all calls that need it. */
interface SharedEntry {
  readonly entry: QueueEntry;
  waiters: number;
}

/** Starts loading the model at once. Equal texts in concurrent calls share one queue entry. */
export function createEmbedder({
  model,
  capacity = DEFAULT_CAPACITY,
  cacheSize = DEFAULT_CACHE_SIZE,
  observer,
  ...dependencies
}: EmbedderDependencies): Embedder {
  const inference = createInference({ ...dependencies, model });
  const { clock } = dependencies;
  const { tokenBudget, oneTextARun } = model;
  const batcher = createBatcher({ run: inference.run, clock, tokenBudget, oneTextARun, capacity, observer });
  const cache = createBoundedMap<string, Float32Array>({ capacity: cacheSize, evict: 'least-recently-used' });
  const pending = new Map<string, SharedEntry>();

  async function embed(texts: readonly EmbedInput[], { priority, kind, signal }: EmbedOptions): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const state = inference.state();
    if (state.status === 'failed') throw new AppError('unavailable', LOAD_FAILED);
    const prefixed = texts.map((text) => withPrefix(text, kind));
    const keys = prefixed.map(keyOf);
    const vectors = new Map<string, Float32Array>();
    const rows = new Map<string, Int32Array>();
    const turns = createTurns(signal);
    for (const [index, key] of keys.entries()) {
      const cached = cache.get(key);
      if (cached) vectors.set(key, cached);
      if (cached || rows.has(key)) continue;
      const input = prefixed[index] ?? '';
      rows.set(key, tokensOf(input).ids);
      if (turns.isOver(input.length)) await turns.next();
    }
    const fresh = [...rows].filter(([key]) => !pending.has(key));
    batcher.admit(
      fresh.reduce((sum, [, row]) => sum + row.length, 0),
      priority,
    );

    const joined = [...rows].map(([key, row]) => join(key, row, priority));
    try {
      for (const [key, vector] of await untilAborted(Promise.all(joined.map(({ result }) => result)), signal))
        vectors.set(key, vector);
    } finally {
      for (const { leave } of joined) leave();
    }
    return keys.map((key) => (vectors.get(key) as Float32Array).slice());
  }

  /** Waits for the text's vector with other calls; submits it where it is not pending. */
  function join(key: string, row: Int32Array, priority: Priority) {
    const shared = pending.get(key) ?? submit(key, row, priority);
    shared.waiters += 1;
    if (priority === 'interactive') shared.entry.promote();
    return {
      result: shared.entry.vector.then((vector) => [key, vector] as const),
      leave: () => {
        shared.waiters -= 1;
        if (shared.waiters > 0 || pending.get(key) !== shared) return;
        pending.delete(key);
        shared.entry.cancel();
      },
    };
  }

  function submit(key: string, row: Int32Array, priority: Priority): SharedEntry {
    const shared = { entry: batcher.submit(row, priority), waiters: 0 };
    const settle = () => {
      if (pending.get(key) === shared) pending.delete(key);
    };
    pending.set(key, shared);
    shared.entry.vector.then((vector) => {
      settle();
      cache.set(key, vector);
    }, settle);
    return shared;
  }

  async function tokenise(inputs: readonly EmbedInput[], { kind, signal }: Pick<EmbedOptions, 'kind' | 'signal'>) {
    const turns = createTurns(signal);
    const all: Tokens[] = [];
    for (const input of inputs) {
      all.push(tokensOf(withPrefix(input, kind)));
      if (turns.isOver(input.length)) await turns.next();
    }
    return all;
  }

  const withPrefix = (input: EmbedInput, kind: EmbedOptions['kind']) =>
    typeof input === 'string' ? model.prefixes[kind] + input : input;

  function tokensOf(input: EmbedInput): Tokens {
    if (typeof input === 'string') return model.tokeniser.encode(input);
    const unknown = input.find((id) => !Number.isInteger(id) || id < 0 || id >= model.tokeniser.size);
    if (unknown !== undefined) throw new AppError('invalid_input', `${unknown} is not a token id of ${model.id}`);
    return { ids: Int32Array.from(input.slice(0, model.maxTokens)), truncated: input.length > model.maxTokens };
  }

  return {
    model: model.id,
    get dimensions() {
      return inference.state().dimensions;
    },
    embed,
    tokenise,
    state: () => ({ ...inference.state(), model: model.id, waiting: batcher.waiting() }),
    close: inference.close,
  };
}

/** Counts the characters tokenised in this turn of the event loop, and waits for the next. */
function createTurns(signal: AbortSignal | undefined) {
  let characters = 0;
  return {
    isOver: (count: number) => {
      characters += count;
      return characters >= CHARACTERS_PER_TURN;
    },
    next: async () => {
      characters = 0;
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
}

const keyOf = (input: EmbedInput) => hash('sha256', typeof input === 'string' ? `t${input}` : `i${input.join(' ')}`, 'base64');
