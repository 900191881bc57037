/** Gathers token rows into batches: those that somebody waits for first, then the rest, each with its like in length. */
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { createLengthQueue } from './length-queue.ts';

export type Priority = 'interactive' | 'bulk';

export interface QueueEntry {
  readonly vector: Promise<Float32Array>;
  /** Interactive from now on, where it still waits. */
  promote(): void;
  /** Nobody wants it any more: a row that still waits is dropped. */
  cancel(): void;
}

export interface Batcher {
  submit(row: Int32Array, priority: Priority): QueueEntry;
  /** Throws AppError `rate_limited` when `tokens` more would not fit the queue; an empty queue takes anything. */
  admit(tokens: number, priority: Priority): void;
  /** Texts waiting. */
  waiting(): Readonly<Record<Priority, number>>;
}

/** Told what the batcher does, for metrics. */
export interface BatchObserver {
  /** A text begins to wait; what is returned is called when its batch begins, not where it is dropped. */
  textQueued(priority: Priority): () => void;
  /** A batch begins: `padded` is rows times columns, `tokens` what of it are texts. */
  batchStarted(batch: { readonly texts: number; readonly tokens: number; readonly padded: number }): void;
}

export interface BatcherOptions {
  readonly run: (rows: readonly Int32Array[]) => Promise<Float32Array[]>;
  readonly clock: Clock;
  /** Rows times columns of a batch. */
  readonly tokenBudget: number;
  /** Tokens that may wait, for each priority: documents in bulk never take the place of a question. */
  readonly capacity: number;
  readonly observer?: BatchObserver | undefined;
}

interface QueuedRow {
  readonly row: Int32Array;
  readonly length: number;
  readonly order: number;
  readonly result: PromiseWithResolvers<Float32Array>;
  /** Its waiting is over. */
  readonly begins: (() => void) | undefined;
}

/** Tokens a millisecond until a batch has been timed: slow enough for any model. */
const FIRST_RATE = 1;

export function createBatcher({ run, clock, tokenBudget, capacity, observer }: BatcherOptions): Batcher {
  const queues = { interactive: createLengthQueue<QueuedRow>(), bulk: createLengthQueue<QueuedRow>() };
  let arrivals = 0;
  let running = false;
  let rate = FIRST_RATE;

  function submit(row: Int32Array, priority: Priority): QueueEntry {
    const begins = observer?.textQueued(priority);
    const item: QueuedRow = { row, length: row.length, order: arrivals++, result: Promise.withResolvers(), begins };
    queues[priority].add(item);
    if (!running) {
      running = true;
      // What is submitted in the same turn shares a batch.
      queueMicrotask(() => void work());
    }
    return { vector: item.result.promise, promote: () => hurry(item), cancel: () => drop(item) };
  }

  function hurry(item: QueuedRow): void {
    if (queues.bulk.remove(item)) queues.interactive.add(item);
  }

  function drop(item: QueuedRow): void {
    queues.bulk.remove(item);
    queues.interactive.remove(item);
  }

  async function work(): Promise<void> {
    for (;;) {
      const queue = queues.interactive.size > 0 ? queues.interactive : queues.bulk;
      const batch = queue.take(tokenBudget);
      if (batch.length === 0) break;
      await runBatch(batch);
    }
    running = false;
  }

  async function runBatch(batch: readonly QueuedRow[]): Promise<void> {
    const startedAt = clock.now();
    const tokens = batch.reduce((sum, { length }) => sum + length, 0);
    for (const { begins } of batch) begins?.();
    observer?.batchStarted({
      texts: batch.length,
      tokens,
      padded: batch.length * Math.max(...batch.map(({ length }) => length)),
    });
    try {
      const vectors = await run(batch.map(({ row }) => row));
      batch.forEach(({ result }, index) => {
        const vector = vectors[index];
        if (vector) result.resolve(vector);
        else result.reject(new Error('the model returned fewer vectors than texts'));
      });
      rate = 0.8 * rate + 0.2 * (tokens / Math.max(1, clock.now() - startedAt));
    } catch (error) {
      for (const { result } of batch) result.reject(error);
    }
  }

  function admit(tokens: number, priority: Priority): void {
    const queue = queues[priority];
    if (queue.size === 0 || queue.tokens + tokens <= capacity) return;
    const retryAfter = Math.min(60, Math.max(1, Math.ceil(queue.tokens / Math.max(rate, 0.001) / 1000)));
    throw new AppError('rate_limited', 'The embedding queue is full', { retryAfter });
  }

  const waiting = () => ({ interactive: queues.interactive.size, bulk: queues.bulk.size });

  return { submit, admit, waiting };
}
