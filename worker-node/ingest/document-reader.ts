/** Reads documents in a thread that can be terminated at any moment: at a deadline, a lost lease or out of memory. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { programPath } from '../../src/adapters/package-files.ts';
import { createMutex } from '../../src/kernel/core/concurrency.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { DocumentInput, ExtractedDocument } from './read-document.ts';
import type { ThreadResponse } from './read-thread.ts';

export interface DocumentReader {
  /** Reads one document at a time. Throws StageError for one that cannot be read; rejects with the signal's reason on abort. */
  read(input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument>;
  /** Waits for reads under way, then ends the thread. */
  close(): Promise<void>;
}

export interface DocumentReaderOptions {
  /** Milliseconds allowed for one document. */
  readonly deadlineMs?: number;
  /** Heap limit of the thread in MiB. */
  readonly memoryMb?: number;
}

const tooComplex = (cause: unknown) =>
  new StageError('permanent', 'The document is too large or too complex to be read', { cause });

interface Thread {
  readonly worker: Worker;
  /** Resolves when the thread has loaded its modules; the deadline counts from there. */
  readonly ready: Promise<unknown>;
}

/** The first document starts the thread. An idle thread does not keep the process alive. */
export function createDocumentReader({ deadlineMs = 30_000, memoryMb = 512 }: DocumentReaderOptions = {}): DocumentReader {
  let thread: Thread | undefined;
  const mutex = createMutex();

  function startThread(): Thread {
    const worker = new Worker(programPath('read-thread'), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 4 },
    });
    const started: Thread = { worker, ready: once(worker, 'message') };
    worker.on('exit', () => forget(started));
    worker.on('error', () => forget(started));
    thread = started;
    return started;
  }

  function forget(ended: Thread) {
    if (thread === ended) thread = undefined;
  }

  async function readInThread(input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument> {
    signal.throwIfAborted();
    const current = thread ?? startThread();
    current.worker.ref();
    await current.ready;
    signal.throwIfAborted();
    return await request(current, input, signal).finally(() => current.worker.unref());
  }

  function request(current: Thread, input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument> {
    const { worker } = current;
    const deadline = AbortSignal.timeout(deadlineMs);
    const anySignal = AbortSignal.any([signal, deadline]);
    const { promise, resolve, reject } = Promise.withResolvers<ExtractedDocument>();

    const onMessage = (response: ThreadResponse) => {
      if (response.kind === 'document') resolve(response.document);
      else if (response.kind === 'refused') reject(new StageError('permanent', response.message));
      else if (response.kind === 'failed') reject(tooComplex(response.error));
    };
    const onError = (error: unknown) => reject(tooComplex(error));
    const onExit = () => reject(tooComplex(new Error('the reader thread exited')));
    const onAbort = () => {
      forget(current);
      void worker.terminate();
      reject(signal.aborted ? signal.reason : tooComplex(new Error(`not read within ${deadlineMs} ms`)));
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    anySignal.addEventListener('abort', onAbort, { once: true });
    worker.postMessage(input);
    return promise.finally(() => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      anySignal.removeEventListener('abort', onAbort);
    });
  }

  return {
    read: (input, signal) => mutex.run(() => readInThread(input, signal)),
    close: () =>
      mutex.run(async () => {
        await thread?.worker.terminate();
      }),
  };
}
