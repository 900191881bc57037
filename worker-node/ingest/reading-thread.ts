/** Starts a thread of read-thread.ts and speaks to it. */
import { Worker } from 'node:worker_threads';
import { programPath } from '../../src/adapters/package-files.ts';
import type { DocumentInput } from './read-document.ts';
import type { ReadingOutcome, ThreadMessage } from './read-thread.ts';

export interface ReadingThread {
  /**
   * Reads one document at a time. `onBegin` is called when the thread takes it up. Rejects with OutOfMemory where the heap
   * or the buffers are full, and with another Error where the thread ends otherwise.
   */
  read(input: DocumentInput, onBegin: () => void): Promise<ReadingOutcome>;
  /** Milliseconds of processor time that the thread has used since its start. */
  processorMs(): Promise<number>;
  /** False once the thread has ended. */
  isAlive(): boolean;
  terminate(): Promise<unknown>;
}

export type StartReadingThread = () => ReadingThread;

/** The thread needed more memory than it may have. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** Measured over HTML pages of 0.5 MB: a thread keeps 56 MB of heap, and 166 MB by default, at equal processor time. */
const YOUNG_GENERATION_MB = 16;

/** How often the memory of a thread is looked at; a thread fills about 100 MB in this time. */
const WATCH_MS = 100;

/**
 * MiB above `memoryMb` at which V8 ends the thread itself. Where one allocation, such as an array that grows, goes beyond, V8
 * ends the whole process. So a thread is ended at half of the way. V8 collects garbage before: a heap with `memoryMb` in use
 * is collected at that half at the latest.
 */
const HEADROOM_MB = 256;
const MEBIBYTE = 1024 * 1024;

/** `memoryMb` limits the heap, and the buffers beside it. An idle thread does not keep the process alive. */
export function startReadingThread({ memoryMb }: { memoryMb: number }): ReadingThread {
  const worker = new Worker(programPath('read-thread'), {
    resourceLimits: {
      maxOldGenerationSizeMb: memoryMb + HEADROOM_MB,
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      stackSizeMb: 4,
    },
  });
  let ended: Error | undefined;
  let onMessage: (message: ThreadMessage) => void = () => undefined;
  let onEnd: (error: Error) => void = () => undefined;

  function end(error: Error): void {
    ended ??= error;
    onEnd(ended);
  }

  /** V8's limit leaves out the buffers, in which a small file may expand to gigabytes, and ends more than the thread. */
  function watchMemory(): () => void {
    let asking = false;
    const timer = setInterval(() => {
      if (asking) return;
      asking = true;
      worker.getHeapStatistics().then(
        ({ external_memory: buffers, used_heap_size: heap }) => {
          asking = false;
          if (buffers <= memoryMb * MEBIBYTE && heap <= (memoryMb + HEADROOM_MB / 2) * MEBIBYTE) return;
          end(new OutOfMemory('the heap or the buffers are full'));
          void worker.terminate();
        },
        // A thread that has ended has no statistics.
        () => clearInterval(timer),
      );
    }, WATCH_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  worker.unref();
  worker.on('message', (message: ThreadMessage) => onMessage(message));
  worker.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new OutOfMemory('the heap is full', { cause: error }) : error),
  );
  worker.on('exit', () => end(new Error('the reading thread ended')));

  return {
    read: (input, onBegin) => {
      const { promise, resolve, reject } = Promise.withResolvers<ReadingOutcome>();
      onMessage = (message) => {
        if (message.kind === 'begun') onBegin();
        else resolve(message);
      };
      onEnd = reject;
      if (ended) reject(ended);
      worker.ref();
      worker.postMessage(input);
      const stopWatching = watchMemory();
      return promise.finally(() => {
        stopWatching();
        worker.unref();
      });
    },
    processorMs: async () => {
      const { user, system } = await worker.cpuUsage();
      return (user + system) / 1_000;
    },
    isAlive: () => ended === undefined,
    terminate: () => worker.terminate(),
  };
}
