/** Embeds texts: tokenises them, batches them for the inference process, and caches vectors by content. */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createBoundedMap } from '../../src/kernel/core/bounded-map.ts';
import { untilAborted } from '../../src/kernel/core/deadline.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { type BatchObserver, createBatcher, type Priority, type QueueEntry } from './batcher.ts';
import { createInference, type InferenceDependencies, type InferenceState, LOAD_FAILED } from './inference.ts';
import type { Model, ModelDescription } from './model.ts';
import type { Window } from './tokeniser.ts';
import { meanOfWindows } from './windows.ts';

/** A text, or its token ids. A long text is embedded in windows, whose vectors are averaged; ids are cut to what the model reads. */
export type EmbedInput = string | readonly number[] | Int32Array;

export interface EmbedOptions {
  readonly priority: Priority;
  /** The use of the text; some models put a prefix before queries or documents. */
  readonly kind: 'query' | 'document';
  /** On abort `embed` rejects with the signal's reason, and texts without another waiter are dropped from the queue. */
  readonly signal?: AbortSignal;
}

export interface TokeniseOptions extends Pick<EmbedOptions, 'kind' | 'signal'> {
  /** True: all of a long text, as `embed` reads it. False: what the model reads at once. */
  readonly whole: boolean;
}

export interface Tokenised {
  /** One row, or a row for each window. */
  readonly rows: readonly Int32Array[];
  /** Whether something was cut. */
  readonly truncated: boolean;
}

export interface EmbedderState extends InferenceState {
  readonly model: string;
  /** Texts in the queue. */
  readonly waiting: Readonly<Record<Priority, number>>;
}

export interface Embedder {
  /** The model's id, under which vectors are stored. */
  readonly model: string;
  readonly description: ModelDescription;
  /** Length of a vector; 0 until the model is loaded. */
  readonly dimensions: number;
  /**
   * One L2-normalised vector per text, in order; the zero vector for a text without a word of the model's vocabulary.
   * Waits while the model is loading. Throws AppError `rate_limited` when the queue is full, `unavailable` when the model
   * cannot be loaded or its process died twice over the texts, `invalid_input` for an unknown token id.
   */
  embed(texts: readonly EmbedInput[], options: EmbedOptions): Promise<Float32Array[]>;
  /** The tokens of each input, with the prefix of `kind` before a text. Throws AppError `invalid_input` for an unknown token id. */
  tokenise(inputs: readonly EmbedInput[], options: TokeniseOptions): Promise<Tokenised[]>;
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
  /** Its windows. */
  readonly entries: readonly QueueEntry[];
  readonly vector: Promise<Float32Array>;
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
    const keys = texts.map((text) => keyOf(text, prefixOf(text, kind)));
    const vectors = new Map<string, Float32Array>();
    const rows = new Map<string, readonly Window[]>();
    const turns = createTurns(signal);
    for (const [index, key] of keys.entries()) {
      const cached = cache.get(key);
      if (cached) vectors.set(key, cached);
      if (cached || rows.has(key)) continue;
      const input = texts[index] ?? '';
      rows.set(key, windowsOf(input, kind));
      if (turns.isOver(input.length)) await turns.next();
    }
    const fresh = [...rows].filter(([key]) => !pending.has(key));
    batcher.admit(
      fresh.reduce((sum, [, windows]) => sum + tokensIn(windows), 0),
      priority,
    );

    const joined = [...rows].map(([key, windows]) => join(key, windows, priority));
    try {
      for (const [key, vector] of await untilAborted(Promise.all(joined.map(({ result }) => result)), signal))
        vectors.set(key, vector);
    } finally {
      for (const { leave } of joined) leave();
    }
    return keys.map((key) => (vectors.get(key) as Float32Array).slice());
  }

  /** Waits for the text's vector with other calls; submits it where it is not pending. */
  function join(key: string, windows: readonly Window[], priority: Priority) {
    const shared = pending.get(key) ?? submit(key, windows, priority);
    shared.waiters += 1;
    for (const entry of shared.entries) entry.promote(priority);
    return {
      result: shared.vector.then((vector) => [key, vector] as const),
      leave: () => {
        shared.waiters -= 1;
        if (shared.waiters > 0 || pending.get(key) !== shared) return;
        pending.delete(key);
        for (const entry of shared.entries) entry.cancel();
      },
    };
  }

  function submit(key: string, windows: readonly Window[], priority: Priority): SharedEntry {
    const entries = windows.map(({ ids }) => batcher.submit(ids, priority));
    const vector = Promise.all(entries.map((entry) => entry.vector)).then((vectors) =>
      meanOfWindows(
        vectors,
        windows.map(({ weight }) => weight),
      ),
    );
    const shared = { entries, vector, waiters: 0 };
    const settle = () => {
      if (pending.get(key) === shared) pending.delete(key);
    };
    pending.set(key, shared);
    vector.then(
      (whole) => {
        settle();
        cache.set(key, whole);
      },
      () => {
        settle();
        for (const entry of entries) entry.cancel();
      },
    );
    return shared;
  }

  async function tokenise(inputs: readonly EmbedInput[], { kind, whole, signal }: TokeniseOptions): Promise<Tokenised[]> {
    const turns = createTurns(signal);
    const all: Tokenised[] = [];
    for (const input of inputs) {
      all.push(whole ? { rows: windowsOf(input, kind).map(({ ids }) => ids), truncated: false } : cut(input, kind));
      if (turns.isOver(input.length)) await turns.next();
    }
    return all;
  }

  const prefixOf = (input: EmbedInput, kind: EmbedOptions['kind']) => (typeof input === 'string' ? model.prefixes[kind] : '');

  function windowsOf(input: EmbedInput, kind: EmbedOptions['kind']): readonly Window[] {
    if (typeof input === 'string') return model.tokeniser.windows(input, model.prefixes[kind]);
    const ids = knownIds(input).slice(0, model.maxTokens);
    return [{ ids, weight: ids.length }];
  }

  function cut(input: EmbedInput, kind: EmbedOptions['kind']): Tokenised {
    if (typeof input !== 'string') {
      return { rows: [knownIds(input).slice(0, model.maxTokens)], truncated: input.length > model.maxTokens };
    }
    const { ids, truncated } = model.tokeniser.encode(model.prefixes[kind] + input);
    return { rows: [ids], truncated };
  }

  function knownIds(input: Exclude<EmbedInput, string>): Int32Array {
    const unknown = input.find((id) => !Number.isInteger(id) || id < 0 || id >= model.tokeniser.size);
    if (unknown !== undefined) throw new AppError('invalid_input', `${unknown} is not a token id of ${model.id}`);
    return Int32Array.from(input);
  }

  return {
    model: model.id,
    description: model,
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

const tokensIn = (windows: readonly Window[]) => windows.reduce((sum, { ids }) => sum + ids.length, 0);

const keyOf = (input: EmbedInput, prefix: string) =>
  hash('sha256', typeof input === 'string' ? `t${prefix}\0${input}` : `i${input.join(' ')}`, 'base64');
