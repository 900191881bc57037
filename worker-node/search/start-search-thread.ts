/** Starts a thread of search-thread.ts. */
import { Worker } from 'node:worker_threads';
import { programPath } from '../../src/adapters/package-files.ts';
import type { StartSearchThread } from './search-threads.ts';
import type { SearchThreadData } from './thread-data.ts';
import type { FromThread } from './thread-messages.ts';

/** MiB of heap beside the libraries: a large document, answers and what is read of the database. */
const HEAP_MB = 512;

export const startSearchThread =
  (data: SearchThreadData): StartSearchThread =>
  (events) => {
    const worker = new Worker(programPath('search-thread'), {
      workerData: data,
      name: 'search',
      // Words of a library are kept on the heap.
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB + Math.ceil(data.maxBytes / 1024 / 1024) },
    });
    let fault: unknown;
    worker.on('message', (message: FromThread) => events.message(message));
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', (code) => events.exit(fault ?? new Error(`exit code ${code}`)));
    return { post: (message) => worker.postMessage(message), terminate: () => void worker.terminate() };
  };
