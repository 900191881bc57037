/** Reads documents in a thread that may be ended at any moment: by a deadline, a lost lease, or its own memory. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { programPath } from '../../src/adapters/package-files.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { DocumentInput, ExtractedDocument } from './read-document.ts';
import type { ThreadResponse } from './read-thread.ts';

export interface DocumentReader {
  /** One at a time. Throws StageError for a document that cannot be read; rejects with the signal's reason on abort. */
  read(input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument>;
  close(): Promise<void>;
}

export interface DocumentReaderOptions {
  /** Milliseconds for one document. */
  readonly deadlineMs?: number;
  readonly memoryMb?: number;
}

const tooComplex = (cause: unknown) =>
  new StageError('permanent', 'The document is too large or too complex to be read', { cause });

interface Thread {
  readonly worker: Worker;
  /** Resolves when its modules are loaded: a document's time begins then. */
  readonly ready: Promise<unknown>;
}

/** The thread is started by the first document and does not keep the process alive. */
export function createDocumentReader({ deadlineMs = 30_000, memoryMb = 512 }: DocumentReaderOptions = {}): DocumentReader {
  let thread: Thread | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  function start(): Thread {
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

  async function readAlone(input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument> {
    signal.throwIfAborted();
    const current = thread ?? start();
    current.worker.ref();
    await current.ready;
    signal.throwIfAborted();
    return await answerOf(current, input, signal).finally(() => current.worker.unref());
  }

  function answerOf(current: Thread, input: DocumentInput, signal: AbortSignal): Promise<ExtractedDocument> {
    const { worker } = current;
    const deadline = AbortSignal.timeout(deadlineMs);
    const either = AbortSignal.any([signal, deadline]);
    const { promise, resolve, reject } = Promise.withResolvers<ExtractedDocument>();

    const onMessage = (answer: ThreadResponse) => {
      if (answer.kind === 'reading') resolve(answer.reading);
      else if (answer.kind === 'refused') reject(new StageError('permanent', answer.message));
      else if (answer.kind === 'failed') reject(tooComplex(answer.error));
    };
    const onError = (error: unknown) => reject(tooComplex(error));
    const onExit = () => reject(tooComplex(new Error('the reading thread ended')));
    const onAbort = () => {
      forget(current);
      void worker.terminate();
      reject(signal.aborted ? signal.reason : tooComplex(new Error(`not read within ${deadlineMs} ms`)));
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    either.addEventListener('abort', onAbort, { once: true });
    worker.postMessage(input);
    return promise.finally(() => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      either.removeEventListener('abort', onAbort);
    });
  }

  return {
    read: (input, signal) => {
      const turn = tail.then(() => readAlone(input, signal));
      tail = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      await tail;
      await thread?.worker.terminate();
    },
  };
}
