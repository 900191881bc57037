/** Collects token rows into batches of similar length, urgent rows before others. */
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { createLengthQueue } from './length-queue.ts';

/** Most urgent first: what a person waits for, new documents, and documents embedded again for another model. */
export const PRIORITIES = ['interactive', 'bulk', 'background'] as const;
export type Priority = (typeof PRIORITIES)[number];

const byPriority = <T>(read: (priority: Priority) => T) =>
  Object.fromEntries(PRIORITIES.map((priority) => [priority, read(priority)])) as Record<Priority, T>;

/** A row in the queue. */
export interface QueueEntry {
  readonly vector: Promise<Float32Array>;
  /** Moves the row to the queue of `priority` if it is queued behind it. */
  promote(priority: Priority): void;
  /** Drops the row if it is still queued; `vector` then never settles. */
  cancel(): void;
}

export interface Batcher {
  submit(row: Int32Array, priority: Priority): QueueEntry;
  /** Throws AppError `rate_limited` when the queue has no room for `tokens` more. An empty queue accepts any number. */
  admit(tokens: number, priority: Priority): void;
  /** Texts in the queue. */
  waiting(): Readonly<Record<Priority, number>>;
}

/** Receives the batcher's events, for metrics. */
export interface BatchObserver {
  /** A text enters the queue. The returned function is called when its batch starts; never for a text that is dropped. */
  textQueued(priority: Priority): () => void;
  /** A batch starts: `padded` is rows times columns, `tokens` the part without padding. */
  batchStarted(batch: { readonly texts: number; readonly tokens: number; readonly padded: number }): void;
}

export interface BatcherOptions {
  readonly run: (rows: readonly Int32Array[]) => Promise<Float32Array[]>;
  readonly clock: Clock;
  /** Rows times columns of a batch, padding included. */
  readonly tokenBudget: number;
  /** Whether a batch is one row, whatever the budget: for models whose vectors depend on the rows of a run. */
  readonly oneTextARun: boolean;
  /** Tokens that may be queued, for each priority: bulk documents cannot crowd out queries. */
  readonly capacity: number;
  readonly observer?: BatchObserver | undefined;
}

interface QueuedRow {
  readonly row: Int32Array;
  readonly length: number;
  readonly order: number;
  readonly result: PromiseWithResolvers<Float32Array>;
  /** Called when its batch starts. */
  readonly onStart: (() => void) | undefined;
}

/** Assumed tokens per millisecond until a batch has been timed; slower than any model. */
const INITIAL_RATE = 1;

export function createBatcher({ run, clock, tokenBudget, oneTextARun, capacity, observer }: BatcherOptions): Batcher {
  const queues = byPriority(() => createLengthQueue<QueuedRow>());
  let arrivals = 0;
  let running = false;
  let rate = INITIAL_RATE;

  function submit(row: Int32Array, priority: Priority): QueueEntry {
    const onStart = observer?.textQueued(priority);
    const item: QueuedRow = { row, length: row.length, order: arrivals++, result: Promise.withResolvers(), onStart };
    queues[priority].add(item);
    if (!running) {
      running = true;
      // Rows submitted in the same turn of the event loop share a batch.
      queueMicrotask(() => void runBatches());
    }
    return { vector: item.result.promise, promote: (to) => promote(item, to), cancel: () => cancel(item) };
  }

  function promote(item: QueuedRow, to: Priority): void {
    const behind = PRIORITIES.slice(PRIORITIES.indexOf(to) + 1);
    if (behind.some((priority) => queues[priority].remove(item))) queues[to].add(item);
  }

  function cancel(item: QueuedRow): void {
    for (const priority of PRIORITIES) queues[priority].remove(item);
  }

  async function runBatches(): Promise<void> {
    for (;;) {
      const first = PRIORITIES.find((priority) => queues[priority].size > 0);
      if (first === undefined) break;
      // No two rows fit a budget of 1.
      await runBatch(queues[first].take(oneTextARun ? 1 : tokenBudget));
    }
    running = false;
  }

  async function runBatch(batch: readonly QueuedRow[]): Promise<void> {
    const startedAt = clock.monotonic();
    const tokens = batch.reduce((sum, { length }) => sum + length, 0);
    for (const { onStart } of batch) onStart?.();
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
      rate = 0.8 * rate + 0.2 * (tokens / Math.max(1, clock.monotonic() - startedAt));
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

  const waiting = () => byPriority((priority) => queues[priority].size);

  return { submit, admit, waiting };
}
